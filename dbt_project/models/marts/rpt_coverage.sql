-- How many of the expected reports are there, by year, province and level. Documents that wait for their agency
-- are nobody's: they stand beside, in the province and level that all their candidates share, else in a row of
-- their own.
with expected as (

    select
        report_year,
        province_zh,
        level,
        count(*) as n_expected,
        count(*) filter (where is_archived) as n_archived,
        count(*) filter (where is_read) as n_read,
        count(*) filter (where is_complete) as n_complete,
        count(*) filter (where not is_archived) as n_missing,
        count(published_on) as n_dated,
        count(*) filter (where late_vs_31jan > 0) as n_late_vs_31jan,
        count(*) filter (where late_vs_31mar > 0) as n_late_vs_31mar
    from {{ ref('fct_expected_reports') }}
    group by report_year, province_zh, level

),

waiting as (

    select
        queue.report_year,
        queue.province_zh,
        coalesce(queue.level, 'unknown') as level,
        count(distinct filings.sha256) as n_waiting,
        count(distinct filings.sha256) filter (
            where filings.status in ('complete', 'partial', 'blank_form')
        ) as n_waiting_read
    from {{ ref('fct_agency_queue') }} as queue
    inner join {{ ref('fct_filings') }} as filings on queue.filing_id = filings.filing_id
    where not filings.is_withdrawn
    group by 1, 2, 3

)

select
    cast(coalesce(expected.report_year, waiting.report_year) as integer) as report_year,
    cast(coalesce(expected.province_zh, waiting.province_zh) as varchar) as province_zh,
    cast(coalesce(expected.level, waiting.level) as varchar) as level,
    {%- for column in [
        'n_expected', 'n_archived', 'n_read', 'n_complete', 'n_missing', 'n_dated', 'n_late_vs_31jan', 'n_late_vs_31mar'
    ] %}
    cast(coalesce(expected.{{ column }}, 0) as integer) as {{ column }},
    {%- endfor %}
    cast(coalesce(waiting.n_waiting, 0) as integer) as n_waiting,
    cast(coalesce(waiting.n_waiting_read, 0) as integer) as n_waiting_read
from expected
full outer join waiting
    on
        expected.report_year = waiting.report_year
        and expected.province_zh is not distinct from waiting.province_zh
        and expected.level = waiting.level
