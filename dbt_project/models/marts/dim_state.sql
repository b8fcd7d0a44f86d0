select
    cast(state as varchar) as state,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(meaning_zh as varchar) as meaning_zh,
    cast(meaning_en as varchar) as meaning_en,
    cast(kind as varchar) as kind,
    cast(lenient_as as integer) as lenient_as
from {{ ref('stg_catalog_states') }}
