-- Sums of a concept over agencies, each with how many of the expected reports are in it, and how many bodies there
-- are. Own-body figures and area-wide ones are never in one sum, nor is a figure that is wider or narrower than the
-- concept.
with figures as (

    select
        series.concept,
        series.report_year,
        series.scope,
        agencies.province_zh,
        agencies.level,
        count(*) as n_filings,
        count(series.value) filter (where series.is_comparable) as n_reporting,
        count(series.value_best) filter (where series.is_comparable) as n_reporting_best,
        any_value(series.unit) as unit,
        count(*) filter (where not series.is_comparable) as n_not_comparable,
        count(series.value) filter (where series.is_comparable and series.n_suspect > 0) as n_suspect,
        count(series.value) filter (
            where series.is_comparable and filings.scope_basis in ('assumed', 'in_doubt')
        ) as n_scope_assumed,
        sum(series.value) filter (where series.is_comparable) as value,
        sum(series.value_best) filter (where series.is_comparable) as value_best
    from {{ ref('fct_series') }} as series
    inner join {{ ref('dim_agency') }} as agencies on series.agency_id = agencies.agency_id
    left join {{ ref('stg_filings') }} as filings on series.filing_id = filings.filing_id
    group by series.concept, series.report_year, series.scope, agencies.province_zh, agencies.level

)

select
    cast(figures.concept as varchar) as concept,
    cast(figures.report_year as integer) as report_year,
    cast(figures.scope as varchar) as scope,
    cast(figures.province_zh as varchar) as province_zh,
    cast(figures.level as varchar) as level,
    cast(figures.value as decimal(24, 6)) as value,
    cast(figures.value_best as decimal(24, 6)) as value_best,
    cast(figures.unit as varchar) as unit,
    cast(figures.n_reporting as integer) as n_reporting,
    cast(figures.n_reporting_best as integer) as n_reporting_best,
    cast(figures.n_not_comparable as integer) as n_not_comparable,
    cast(figures.n_suspect as integer) as n_suspect,
    cast(figures.n_scope_assumed as integer) as n_scope_assumed,
    cast(figures.n_filings as integer) as n_filings,
    cast(if(figures.scope = 'own_body', coverage.n_expected, null) as integer) as n_expected,
    cast(if(figures.scope = 'own_body', coverage.n_registered, null) as integer) as n_registered
from figures
left join {{ ref('rpt_coverage') }} as coverage
    on
        figures.report_year = coverage.report_year
        and figures.province_zh is not distinct from coverage.province_zh
        and figures.level is not distinct from coverage.level
