select
    cast(division_code as varchar) as division_code,
    cast(level as varchar) as level,
    cast(name_zh as varchar) as name_zh,
    cast(parent_code as varchar) as parent_code,
    cast(province_zh as varchar) as province_zh,
    cast(city_zh as varchar) as city_zh,
    cast(county_zh as varchar) as county_zh,
    cast(valid_from as integer) as valid_from,
    cast(valid_to as integer) as valid_to,
    cast(raw as varchar) as raw,
    cast(is_statistical_only as boolean) as is_statistical_only
from {{ source('core', 'divisions') }}
