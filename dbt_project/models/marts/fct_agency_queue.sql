select
    cast(filings.filing_id as varchar) as filing_id,
    cast(filings.sha256 as varchar) as sha256,
    cast(filings.agency as varchar) as agency,
    cast(filings.report_year as integer) as report_year,
    cast(
        case
            when resolutions.division_code is not null then 'not_an_office'
            else coalesce(resolutions.how, 'no_name')
        end as varchar
    ) as how,
    cast(coalesce(resolutions.why, 'there is no name') as varchar) as why,
    cast(resolutions.of_place as varchar) as of_place,
    cast(coalesce(from_json(resolutions.names_seen, '["VARCHAR"]'), []) as varchar[]) as names_seen,
    cast(coalesce(resolutions.candidates, '[]') as varchar) as candidates,
    cast(coalesce(json_array_length(resolutions.candidates), 0) as integer) as n_candidates
from {{ ref('int_filings') }} as filings
left join {{ ref('stg_agency_resolutions') }} as resolutions on filings.filing_id = resolutions.filing_id
where filings.agency_id is null
