-- How many reports of how many bodies are there, by year, province and level: n_registered is everybody whom the
-- register has, n_expected those of whom it is known that they publish, or where. Documents that wait for their agency
-- are nobody's: they stand beside, in the province and level that all their candidates share, else in a row of
-- their own.
with counted as (

    select
        report_year,
        province_zh,
        level,
        count(*) filter (where is_registered) as n_registered,
        count(*) filter (where is_expected) as n_expected,
        count(*) filter (where is_archived) as n_archived,
        count(*) filter (where is_read) as n_read,
        count(*) filter (where is_complete) as n_complete,
        count(*) filter (where is_expected and not is_archived) as n_missing,
        count(published_on) as n_dated,
        count(*) filter (where late_vs_31jan > 0) as n_late_vs_31jan,
        count(*) filter (where late_vs_31mar > 0) as n_late_vs_31mar
    from {{ ref('rpt_registered_bodies') }}
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
    cast(coalesce(counted.report_year, waiting.report_year) as integer) as report_year,
    cast(coalesce(counted.province_zh, waiting.province_zh) as varchar) as province_zh,
    cast(coalesce(counted.level, waiting.level) as varchar) as level,
    {%- for column in [
        'n_registered', 'n_expected', 'n_archived', 'n_read', 'n_complete', 'n_missing', 'n_dated', 'n_late_vs_31jan',
        'n_late_vs_31mar'
    ] %}
    cast(coalesce(counted.{{ column }}, 0) as integer) as {{ column }},
    {%- endfor %}
    cast(coalesce(waiting.n_waiting, 0) as integer) as n_waiting,
    cast(coalesce(waiting.n_waiting_read, 0) as integer) as n_waiting_read
from counted
full outer join waiting
    on
        counted.report_year = waiting.report_year
        and counted.province_zh is not distinct from waiting.province_zh
        and counted.level = waiting.level
