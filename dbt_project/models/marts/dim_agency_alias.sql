with printed as (

    select
        agency_id,
        agency as alias,
        'printed' as kind,
        arg_min(sha256, (report_year, sha256)) as evidence,
        min(report_year) as first_year,
        max(report_year) as last_year
    from {{ ref('int_filings') }}
    where agency_id is not null and agency is not null
    group by agency_id, agency

),

every as (

    select agency_id, alias, kind, evidence, first_year, last_year from printed
    union all
    select agency_id, alias, kind, evidence, first_year, last_year from {{ ref('stg_agency_aliases') }}

)

select
    cast(agency_id as varchar) as agency_id,
    cast(alias as varchar) as alias,
    cast(kind as varchar) as kind,
    cast(evidence as varchar) as evidence,
    cast(first_year as integer) as first_year,
    cast(last_year as integer) as last_year
from every
