-- An agency-year of one scope is one row: two current vintages would be counted twice.
select
    agency_id,
    report_year,
    scope,
    count(*) as n
from {{ ref('fct_filings') }}
where is_current
group by agency_id, report_year, scope
having count(*) > 1
