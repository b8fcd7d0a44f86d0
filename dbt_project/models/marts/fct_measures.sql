-- Ratios of concepts by agency, report year and scope. A measure has a row where the report's form has every
-- concept of it in a comparable sense, and a value where all of them are printed and the denominator is not 0.
-- `joins_previous` says whether it may stand beside the agency's value before it: no break between them makes one
-- of its concepts another one.
with terms as (

    select
        concept,
        side,
        measure,
        count(*) over (partition by measure) as n_terms,
        cast(if(side = 'numerator', sign, 0) as tinyint) as above,
        cast(if(side = 'denominator', sign, 0) as tinyint) as below
    from {{ ref('stg_catalog_measure_terms') }}

),

-- the largest of all steps: a row a filing and measure, with as little in it as can be
sides as (

    select
        series.filing_id,
        terms.measure,
        count(*) as n_found,
        count(series.value) as n_printed,
        count(series.value_best) as n_best,
        sum(terms.above * series.value) as numerator,
        sum(terms.below * series.value) as denominator,
        sum(terms.above * series.value_best) as numerator_best,
        sum(terms.below * series.value_best) as denominator_best,
        sum(series.n_suspect) as n_suspect,
        {{ worst_quality('series.quality') }} as quality
    from {{ ref('fct_series') }} as series
    inner join terms on series.concept = terms.concept
    where series.is_comparable
    group by series.filing_id, terms.measure

),

-- what the form decides of a measure: whether it has it, the cells, and the loosest relation of its concepts
of_form as (

    select
        crosswalk.form,
        terms.measure,
        list(distinct crosswalk.cell_key order by crosswalk.cell_key) as cell_keys,
        {{ loosest_relation(['crosswalk.relation']) }} as relation,
        any_value(terms.n_terms) as n_terms
    from {{ ref('stg_catalog_crosswalk') }} as crosswalk
    inner join terms on crosswalk.concept = terms.concept
    where crosswalk.is_comparable and crosswalk.expression = 1
    group by crosswalk.form, terms.measure
    having count(distinct (terms.side, terms.concept)) = any_value(terms.n_terms)

),

-- where a form writes a concept in several ways, `way` is what fct_series took, if that is not the first of them;
-- the cells are the same in all filings of one way, so they are put together once
first_ways as (

    select
        form,
        concept,
        list(cell_key order by cell_key) filter (where expression = 1) as cell_keys
    from {{ ref('stg_catalog_crosswalk') }}
    where concept in (select concept from terms)
    group by form, concept
    having max(expression) > 1

),

other_ways as (

    select
        series.filing_id,
        any_value(series.form) as form,
        concat(any_value(series.form), string_agg(cast(series.cell_keys as varchar) order by series.concept)) as way
    from {{ ref('fct_series') }} as series
    inner join first_ways
        on
            series.form = first_ways.form
            and series.concept = first_ways.concept
            and series.cell_keys <> first_ways.cell_keys
    group by series.filing_id

),

of_way as (

    select
        form as way,
        *
    from of_form

    union all by name

    select
        other.way,
        of_form.* replace (other.cell_keys as cell_keys)
    from (
        select
            ways.way,
            ways.form,
            terms.measure,
            list_sort(list_distinct(flatten(list(series.cell_keys)))) as cell_keys
        from (
            select
                way,
                form,
                min(filing_id) as filing_id
            from other_ways
            group by way, form
        ) as ways
        inner join {{ ref('fct_series') }} as series on ways.filing_id = series.filing_id
        inner join terms on series.concept = terms.concept
        group by ways.way, ways.form, terms.measure
    ) as other
    inner join of_form on other.form = of_form.form and other.measure = of_form.measure

),

-- measures that the same forms have stand in the same reports: their histories are put in order once
families as (

    select
        measure,
        forms,
        min(measure) over (partition by forms) as family
    from (
        select
            measure,
            list(form order by form) as forms
        from of_form
        group by measure
    ) as had

),

histories as (

    select
        families.family,
        filings.*,
        -- a figure without its year has no figure before it, a body that is not known no other figure
        lag(filings.report_year) over (
            partition by
                coalesce(filings.agency_id, filings.filing_id),
                filings.scope,
                families.family,
                filings.report_year is null
            order by filings.report_year
        ) as previous_year
    from (
        select
            filings.filing_id,
            filings.agency_id,
            filings.agency,
            filings.report_year,
            filings.scope,
            filings.form,
            coalesce(other_ways.way, filings.form) as way
        from {{ ref('int_filings') }} as filings
        left join other_ways on filings.filing_id = other_ways.filing_id
        where filings.is_current
    ) as filings
    inner join families on families.measure = families.family and list_contains(families.forms, filings.form)

),

crossed as (

    select
        figures.measure,
        figures.previous_year,
        figures.report_year,
        list(distinct breaks.break_id order by breaks.break_id) as breaks_before,
        bool_or(breaks.effect = 'broken') as is_broken
    from (
        select distinct
            families.measure,
            histories.previous_year,
            histories.report_year
        from histories
        inner join families on histories.family = families.family
        where histories.previous_year is not null
    ) as figures
    inner join terms on figures.measure = terms.measure
    inner join {{ ref('dim_concept_break') }} as breaks
        on
            terms.concept = breaks.concept
            and figures.previous_year <= breaks.last_report_year_before
            and figures.report_year >= breaks.first_report_year_after
    group by figures.measure, figures.previous_year, figures.report_year

)

select
    {{ filing_key('filings') }},
    cast(sides.measure as varchar) as measure,
    cast(if(sides.n_printed = sides.n_found, sides.numerator, null) as decimal(24, 6)) as numerator,
    cast(if(sides.n_printed = sides.n_found, sides.denominator, null) as decimal(24, 6)) as denominator,
    cast(if(sides.n_best = sides.n_found, sides.numerator_best, null) as decimal(24, 6)) as numerator_best,
    cast(if(sides.n_best = sides.n_found, sides.denominator_best, null) as decimal(24, 6)) as denominator_best,
    cast(
        case
            when sides.n_printed = sides.n_found and sides.denominator >= measures.hidden_below
                then sides.numerator / nullif(sides.denominator, 0)
        end as double
    ) as ratio,
    cast(
        case
            when sides.n_best = sides.n_found and sides.denominator_best >= measures.hidden_below
                then sides.numerator_best / nullif(sides.denominator_best, 0)
        end as double
    ) as ratio_best,
    cast(
        sides.n_printed = sides.n_found and sides.denominator > 0 and sides.denominator < measures.hidden_below
        as boolean
    ) as is_hidden,
    cast(cells.relation as varchar) as relation,
    cast(filings.previous_year as integer) as previous_report_year,
    cast(coalesce(crossed.breaks_before, []) as varchar[]) as breaks_before,
    cast(filings.previous_year is not null and not coalesce(crossed.is_broken, false) as boolean) as joins_previous,
    cast(cells.cell_keys as varchar[]) as cell_keys,
    cast(sides.n_suspect as integer) as n_suspect,
    cast(sides.quality as varchar) as quality
from sides
inner join {{ ref('stg_catalog_measures') }} as measures on sides.measure = measures.measure
inner join families on sides.measure = families.measure
inner join histories as filings on sides.filing_id = filings.filing_id and families.family = filings.family
inner join of_way as cells on filings.way = cells.way and sides.measure = cells.measure
left join crossed
    on
        sides.measure = crossed.measure
        and filings.previous_year = crossed.previous_year
        and filings.report_year = crossed.report_year
where sides.n_found = cells.n_terms
