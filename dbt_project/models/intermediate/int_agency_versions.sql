-- Versions of agencies with the place that each lies in, as it was called then, and ended by what happened to them.
-- A body that people register as merged or closed is not in the first list after that, whatever its last version
-- says of its end; one that goes on under a later version does go on.
with ended as (

    select
        agency_id,
        max(year) - 1 as last_year
    from {{ ref('stg_agency_events') }}
    where event in ('merged', 'closed')
    group by agency_id

),

-- A code may be given again: 232701 was 加格达奇区 and is 漠河市. The first name of a code stands for the years before.
places as (

    select
        division_code,
        if(level = 'street', 'town', level) as level,
        province_zh,
        city_zh,
        county_zh,
        if(
            lag(division_code) over (partition by division_code, level order by valid_from) is null, 0, valid_from
        ) as valid_from
    from {{ ref('stg_divisions') }}

),

-- a department lies where the government that it belongs to lies
parents as (

    select
        agency_id,
        division_code,
        level
    from {{ ref('stg_agency_versions') }}
    where is_latest

),

versions as (

    select
        *,
        -- 鼓楼区 of 鼓楼区人民政府, 喀什地区 of 喀什地区行政公署
        regexp_replace(name_zh, '(人民政府|行政公署|办事处)$', '') as place
    from {{ ref('stg_agency_versions') }}

)

select
    versions.* exclude (valid_to, place),
    if(
        versions.is_latest and coalesce(versions.valid_from, 0) <= ended.last_year,
        least(versions.valid_to, ended.last_year),
        versions.valid_to
    ) as valid_to,
    places.province_zh,
    places.city_zh,
    places.county_zh,
    {{ division_type('versions.place', 'versions.level', 'versions.kind') }} as division_type
from versions
left join ended on versions.agency_id = ended.agency_id
left join parents on versions.territorial_parent_id = parents.agency_id
asof left join places
    on
        coalesce(versions.division_code, parents.division_code) = places.division_code
        and if(versions.division_code is null, parents.level, versions.level) = places.level
        and coalesce(versions.valid_to, 9999) >= places.valid_from
