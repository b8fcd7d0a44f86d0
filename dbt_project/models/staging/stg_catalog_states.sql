select
    cast(state as varchar) as state,
    cast(position as integer) as position,
    cast(name_zh as varchar) as label_zh,
    cast(name_en as varchar) as label_en,
    cast(meaning_zh as varchar) as meaning_zh,
    cast(meaning_en as varchar) as meaning_en,
    cast(kind as varchar) as kind,
    cast(lenient_as_zero as boolean) as lenient_as_zero,
    cast(lenient_condition_zh as varchar) as lenient_condition_zh,
    cast(lenient_condition_en as varchar) as lenient_condition_en
from {{ source('core', 'catalog_states') }}
