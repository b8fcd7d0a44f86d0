-- The expected reports that are not archived, with what is known before and after each.
with neighbours as (

    select
        *,
        max(if(is_archived, report_year, null)) over (
            partition by agency_id order by report_year rows between unbounded preceding and 1 preceding
        ) as last_year_before,
        min(if(is_archived, report_year, null)) over (
            partition by agency_id order by report_year rows between 1 following and unbounded following
        ) as first_year_after
    from {{ ref('fct_expected_reports') }}

)

select
    cast(agency_id as varchar) as agency_id,
    cast(name_zh as varchar) as name_zh,
    cast(province_zh as varchar) as province_zh,
    cast(city_zh as varchar) as city_zh,
    cast(county_zh as varchar) as county_zh,
    cast(level as varchar) as level,
    cast(kind as varchar) as kind,
    cast(division_type as varchar) as division_type,
    cast(report_year as integer) as report_year,
    cast(basis as varchar) as basis,
    cast(last_year_before as integer) as last_year_before,
    cast(first_year_after as integer) as first_year_after
from neighbours
where outcome = 'missing'
