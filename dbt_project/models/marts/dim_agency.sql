select
    cast(agency_id as varchar) as agency_id,
    cast(any_value(agency) as varchar) as name_zh,
    cast(any_value(agency) is not null as boolean) as is_named,
    cast(min(report_year) as integer) as first_report_year,
    cast(max(report_year) as integer) as last_report_year,
    cast(count(*) as integer) as n_filings,
    cast(count(*) filter (where is_current) as integer) as n_current_filings
from {{ ref('int_filings') }}
group by agency_id
