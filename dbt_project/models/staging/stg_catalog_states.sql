select
    cast(state as varchar) as state,
    cast(meaning_zh as varchar) as meaning_zh,
    cast(meaning_en as varchar) as meaning_en,
    cast(lenient_as_zero as boolean) as lenient_as_zero
from {{ source('core', 'catalog_states') }}
