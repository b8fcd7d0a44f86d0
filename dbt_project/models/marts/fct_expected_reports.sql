-- Which reports were to be expected, and what became of each. Expected are the agencies that have filed at least
-- once, from the first year of theirs that is archived, and those for which an enabled publisher publishes, from
-- the first year that anything is archived of; both up to the last year that anything is archived of and in the
-- years that the register has them. The register knows every town of China: all others stand in
-- rpt_registered_bodies, for nobody has looked for their reports.
with filed as (

    select
        agency_id,
        min(report_year) as first_year
    from {{ ref('fct_filings') }}
    where is_current and agency_id is not null
    group by agency_id

),

archived as (

    select
        min(report_year) as first_year,
        max(report_year) as last_year
    from {{ ref('fct_filings') }}
    where is_current and agency_id is not null

),

published_for as (

    select distinct unnest(agency_ids) as agency_id
    from {{ ref('stg_catalog_sources') }}
    where is_enabled

),

expected as (

    select
        versions.agency_id,
        years.report_year,
        if(published_for.agency_id is null, 'filed', 'publisher') as basis
    from {{ ref('dim_agency_version') }} as versions
    left join filed on versions.agency_id = filed.agency_id
    left join published_for on versions.agency_id = published_for.agency_id
    cross join archived
    inner join {{ ref('dim_report_year') }} as years
        on years.report_year between coalesce(filed.first_year, archived.first_year) and archived.last_year
    where
        (filed.agency_id is not null or published_for.agency_id is not null)
        and {{ valid_in('versions', 'years.report_year') }}

    union

    -- what is there was to be expected, whatever the register says of those years
    select
        filings.agency_id,
        filings.report_year,
        if(published_for.agency_id is null, 'filed', 'publisher') as basis
    from {{ ref('fct_filings') }} as filings
    left join published_for on filings.agency_id = published_for.agency_id
    where filings.is_current and filings.agency_id is not null

),

-- an agency that files for itself and for its area has filed once
archived_reports as (

    select *
    from {{ ref('fct_filings') }}
    where is_current and agency_id is not null
    qualify row_number() over (partition by agency_id, report_year order by scope desc) = 1

)

select
    cast(expected.agency_id as varchar) as agency_id,
    cast(agencies.name_zh as varchar) as name_zh,
    cast(agencies.province_zh as varchar) as province_zh,
    cast(agencies.city_zh as varchar) as city_zh,
    cast(agencies.county_zh as varchar) as county_zh,
    cast(agencies.level as varchar) as level,
    cast(agencies.kind as varchar) as kind,
    cast(agencies.division_type as varchar) as division_type,
    cast(expected.report_year as integer) as report_year,
    cast(expected.basis as varchar) as basis,
    cast(versions.agency_id is not null as boolean) as is_registered,
    cast(coalesce(reports.status, 'missing') as varchar) as outcome,
    cast(reports.filing_id as varchar) as filing_id,
    cast(reports.scope as varchar) as scope,
    cast(reports.filing_id is not null as boolean) as is_archived,
    cast(coalesce(reports.status in ('complete', 'partial', 'blank_form'), false) as boolean) as is_read,
    cast(coalesce(reports.status = 'complete', false) as boolean) as is_complete,
    cast(reports.first_published_on as date) as published_on,
    {{ days_late('reports.first_published_on', 'years') }}
from expected
inner join {{ ref('dim_agency') }} as agencies on expected.agency_id = agencies.agency_id
left join {{ ref('dim_report_year') }} as years on expected.report_year = years.report_year
left join {{ ref('dim_agency_version') }} as versions
    on
        expected.agency_id = versions.agency_id
        and {{ valid_in('versions', 'years.report_year') }}
        and {{ is_obliged('versions') }}
left join archived_reports as reports
    on expected.agency_id = reports.agency_id and expected.report_year = reports.report_year
