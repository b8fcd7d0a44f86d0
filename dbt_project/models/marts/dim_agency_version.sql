select
    cast(agency_id as varchar) as agency_id,
    cast(version as integer) as version,
    cast(full_name_zh as varchar) as name_zh,
    cast(name_zh as varchar) as short_name_zh,
    cast(level as varchar) as level,
    cast(kind as varchar) as kind,
    cast(division_type as varchar) as division_type,
    cast(division_code as varchar) as division_code,
    cast(province_zh as varchar) as province_zh,
    cast(city_zh as varchar) as city_zh,
    cast(county_zh as varchar) as county_zh,
    cast(territorial_parent_id as varchar) as territorial_parent_id,
    cast(reporting_parent_id as varchar) as reporting_parent_id,
    cast(valid_from as integer) as valid_from,
    cast(valid_to as integer) as valid_to,
    cast(valid_basis as varchar) as valid_basis,
    cast(is_latest as boolean) as is_latest
from {{ ref('int_agency_versions') }}
