select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(agency_id as varchar) as agency_id,
    cast(division_code as varchar) as division_code,
    cast(name_zh as varchar) as name_zh,
    cast(score as integer) as score,
    cast(how as varchar) as how,
    cast(why as varchar) as why,
    cast(names_seen as varchar) as names_seen,
    cast(candidates as varchar) as candidates,
    cast(of_place as varchar) as of_place
from {{ source('core', 'agency_resolutions') }}
