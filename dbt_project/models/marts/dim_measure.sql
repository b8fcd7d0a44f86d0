select
    cast(measure as varchar) as measure,
    cast(position as integer) as position,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(formula as varchar) as formula,
    cast(numerator_zh as varchar) as numerator_zh,
    cast(numerator_en as varchar) as numerator_en,
    cast(denominator_zh as varchar) as denominator_zh,
    cast(denominator_en as varchar) as denominator_en,
    cast(n_zh as varchar) as n_zh,
    cast(n_en as varchar) as n_en,
    cast(caveat_zh as varchar) as caveat_zh,
    cast(caveat_en as varchar) as caveat_en,
    cast(hidden_below as integer) as hidden_below,
    cast(view_name as varchar) as view_name
from {{ ref('stg_catalog_measures') }}
