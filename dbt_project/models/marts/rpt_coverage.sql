-- How many of the expected reports are there, by year, province and level.
select
    cast(report_year as integer) as report_year,
    cast(province_zh as varchar) as province_zh,
    cast(level as varchar) as level,
    cast(count(*) as integer) as n_expected,
    cast(count(*) filter (where is_archived) as integer) as n_archived,
    cast(count(*) filter (where is_read) as integer) as n_read,
    cast(count(*) filter (where is_complete) as integer) as n_complete,
    cast(count(*) filter (where not is_archived) as integer) as n_missing,
    cast(count(published_on) as integer) as n_dated,
    cast(count(*) filter (where late_vs_31jan > 0) as integer) as n_late_vs_31jan,
    cast(count(*) filter (where late_vs_31mar > 0) as integer) as n_late_vs_31mar
from {{ ref('fct_expected_reports') }}
group by report_year, province_zh, level
