-- Added up over agencies that print the figure in both years, where it means the same in both; rows in which it
-- does for none have no sums, and name the break. Rows add up: the change of several provinces is the change of
-- their sums.
select
    matched.concept,
    matched.report_year,
    matched.scope,
    matched.province_zh,
    matched.level,
    cast(matched.value as decimal(24, 6)) as value,
    cast(matched.previous_value as decimal(24, 6)) as previous_value,
    cast(
        if(
            matched.previous_value >= about.hidden_below,
            matched.value / nullif(matched.previous_value, 0) - 1,
            null
        ) as double
    ) as change,
    coalesce(matched.previous_value > 0 and matched.previous_value < about.hidden_below, false) as is_hidden,
    matched.relation,
    matched.breaks_before,
    matched.n_matched as n,
    matched.n_matched,
    matched.n_not_comparable,
    matched.n_suspect,
    totals.n_reporting,
    totals.n_expected
from (
    select
        series.concept,
        series.report_year,
        series.scope,
        agencies.province_zh,
        agencies.level,
        sum(series.value) filter (where series.joins_previous) as value,
        sum(earlier.value) filter (where series.joins_previous) as previous_value,
        {{ loosest_relation(['series.relation', 'earlier.relation'], of='series.joins_previous') }} as relation,
        -- one concept crosses the same breaks between the same two years
        any_value(series.breaks_before) as breaks_before,
        cast(count(*) filter (where series.joins_previous) as integer) as n_matched,
        cast(count(*) filter (where not series.joins_previous) as integer) as n_not_comparable,
        cast(
            count(*) filter (where series.joins_previous and (series.n_suspect > 0 or earlier.n_suspect > 0)) as integer
        ) as n_suspect
    from {{ published('fct_series') }} as series
    inner join {{ published('fct_series') }} as earlier
        on
            series.agency_id = earlier.agency_id
            and series.scope = earlier.scope
            and series.concept = earlier.concept
            and series.previous_report_year = earlier.report_year
    inner join {{ published('dim_agency') }} as agencies on series.agency_id = agencies.agency_id
    where
        series.previous_report_year = series.report_year - 1
        and series.value is not null
        and earlier.value is not null
    group by series.concept, series.report_year, series.scope, agencies.province_zh, agencies.level
) as matched
inner join {{ published('dim_measure') }} as about on about.measure = 'year_on_year'
inner join {{ published('rpt_concept_totals') }} as totals
    on
        matched.concept = totals.concept
        and matched.report_year = totals.report_year
        and matched.scope = totals.scope
        and matched.province_zh is not distinct from totals.province_zh
        and matched.level is not distinct from totals.level
