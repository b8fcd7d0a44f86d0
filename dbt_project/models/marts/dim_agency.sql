with filed as (

    select
        agency_id,
        min(report_year) as first_report_year,
        max(report_year) as last_report_year,
        count(*) as n_filings,
        count(*) filter (where is_current) as n_current_filings
    from {{ ref('int_filings') }}
    where agency_id is not null
    group by agency_id

),

began as (

    select
        agency_id,
        valid_from
    from {{ ref('dim_agency_version') }}
    where version = 1

)

select
    cast(latest.agency_id as varchar) as agency_id,
    cast(latest.name_zh as varchar) as name_zh,
    cast(latest.short_name_zh as varchar) as short_name_zh,
    cast(latest.level as varchar) as level,
    cast(latest.kind as varchar) as kind,
    cast(latest.division_type as varchar) as division_type,
    cast(latest.division_code as varchar) as division_code,
    cast(latest.province_zh as varchar) as province_zh,
    cast(latest.city_zh as varchar) as city_zh,
    cast(latest.county_zh as varchar) as county_zh,
    cast(latest.territorial_parent_id as varchar) as territorial_parent_id,
    cast(latest.reporting_parent_id as varchar) as reporting_parent_id,
    cast(began.valid_from as integer) as valid_from,
    cast(latest.valid_to as integer) as valid_to,
    cast(filed.first_report_year as integer) as first_report_year,
    cast(filed.last_report_year as integer) as last_report_year,
    cast(coalesce(filed.n_filings, 0) as integer) as n_filings,
    cast(coalesce(filed.n_current_filings, 0) as integer) as n_current_filings
from {{ ref('dim_agency_version') }} as latest
left join began on latest.agency_id = began.agency_id
left join filed on latest.agency_id = filed.agency_id
where latest.is_latest
