-- An agency-year of one scope is one row: two current vintages would be counted twice. A filing that waits for
-- its agency counts as that of its printed name.
select
    coalesce(agency_id, agency) as body,
    report_year,
    scope,
    count(*) as n
from {{ ref('fct_filings') }}
where is_current
group by all
having count(*) > 1
