select
    cast(state as varchar) as state,
    cast(position as integer) as position,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(meaning_zh as varchar) as meaning_zh,
    cast(meaning_en as varchar) as meaning_en,
    cast(kind as varchar) as kind,
    cast(lenient_as_zero as boolean) as is_zero_if_lenient,
    cast(lenient_condition_zh as varchar) as lenient_condition_zh,
    cast(lenient_condition_en as varchar) as lenient_condition_en
from {{ ref('stg_catalog_states') }}
