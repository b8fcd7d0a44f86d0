-- A concept over all eras: one row a current filing and concept that its form has. Of several ways to write a
-- concept in a form, the first of which every cell is printed counts; a sum is null as soon as one of its parts
-- is. `joins_previous` says whether the figure may stand in one series with the agency's figure before it.
with expressions as (

    select
        form,
        concept,
        expression,
        any_value(relation) as relation,
        bool_and(is_comparable) as is_comparable,
        count(*) as n_parts,
        list(cell_key order by cell_key) as cell_keys
    from {{ ref('stg_catalog_crosswalk') }}
    group by form, concept, expression

),

-- what the cells of each filing give for each expression; a cell that a reading does not list gives nothing
found as (

    select
        cells.filing_id,
        crosswalk.concept,
        crosswalk.expression,
        count(cells.value) as n_printed,
        sum(crosswalk.sign * cells.value) as signed_sum,
        sum(crosswalk.sign * cells.value_best) as signed_sum_best,
        count(cells.value_best) as n_best,
        count(*) filter (where cells.is_suspect) as n_suspect,
        {{ worst_quality('cells.quality') }} as quality
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('stg_catalog_crosswalk') }} as crosswalk
        on cells.form = crosswalk.form and cells.cell_key = crosswalk.cell_key
    where cells.is_current
    group by cells.filing_id, crosswalk.concept, crosswalk.expression

),

-- few cells have no number: a list over all of them would take longer than everything else here
not_printed as (

    select
        cells.filing_id,
        crosswalk.concept,
        crosswalk.expression,
        list(distinct cells.state order by cells.state) as states
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('stg_catalog_crosswalk') }} as crosswalk
        on cells.form = crosswalk.form and cells.cell_key = crosswalk.cell_key
    where cells.is_current and cells.value is null
    group by cells.filing_id, crosswalk.concept, crosswalk.expression

),

written as (

    select
        filings.filing_id,
        filings.report_year,
        filings.scope,
        -- a body that is not known has no other figure
        coalesce(filings.agency_id, filings.filing_id) as body,
        expressions.form,
        expressions.concept,
        expressions.expression,
        expressions.is_comparable,
        expressions.n_parts,
        found.n_printed,
        found.n_best,
        found.n_suspect,
        found.quality,
        found.signed_sum,
        found.signed_sum_best
    from {{ ref('int_filings') }} as filings
    inner join expressions on filings.form = expressions.form
    left join found
        on
            filings.filing_id = found.filing_id
            and expressions.concept = found.concept
            and expressions.expression = found.expression
    where filings.is_current

),

-- where a form writes a concept in several ways: the first that is whole; where none is, the first
chosen as (

    select
        filing_id,
        concept,
        coalesce(min(expression) filter (where n_parts = n_printed), min(expression)) as expression
    from written
    where (form, concept) in (select (form, concept) from expressions where expression > 1)
    group by filing_id, concept

),

dated as (

    select
        written.*,
        lag(written.report_year) over series as previous_year,
        lag(written.is_comparable) over series as previous_is_comparable
    from written
    anti join chosen
        on
            written.filing_id = chosen.filing_id
            and written.concept = chosen.concept
            and written.expression <> chosen.expression
    -- a figure without its year has no figure before it
    window series as (
        partition by written.body, written.scope, written.concept, written.report_year is null
        order by written.report_year
    )

),

-- of the breaks between two years only a few touch a concept
crossed as (

    select
        figures.concept,
        figures.previous_year,
        figures.report_year,
        list(breaks.break_id order by breaks.break_id) as breaks_before,
        bool_or(breaks.effect = 'broken') as is_broken
    from (
        select distinct
            concept,
            previous_year,
            report_year
        from dated
        where previous_year is not null
    ) as figures
    inner join {{ ref('dim_concept_break') }} as breaks
        on
            figures.concept = breaks.concept
            and figures.previous_year <= breaks.last_report_year_before
            and figures.report_year >= breaks.first_report_year_after
    group by figures.concept, figures.previous_year, figures.report_year

)

select
    {{ filing_key('filings') }},
    cast(dated.concept as varchar) as concept,
    cast(if(dated.n_printed = dated.n_parts, dated.signed_sum, null) as decimal(24, 6)) as value,
    cast(if(dated.n_best = dated.n_parts, dated.signed_sum_best, null) as decimal(24, 6)) as value_best,
    cast(concepts.unit as varchar) as unit,
    cast(expressions.relation as varchar) as relation,
    cast(dated.is_comparable as boolean) as is_comparable,
    cast(expressions.cell_keys as varchar[]) as cell_keys,
    cast(dated.n_parts as integer) as n_parts,
    cast(coalesce(dated.n_printed, 0) as integer) as n_printed,
    cast(coalesce(dated.n_suspect, 0) as integer) as n_suspect,
    cast(coalesce(not_printed.states, []) as varchar[]) as states_not_printed,
    cast(dated.previous_year as integer) as previous_report_year,
    cast(coalesce(crossed.breaks_before, []) as varchar[]) as breaks_before,
    cast(
        dated.previous_year is not null
        and dated.is_comparable
        and dated.previous_is_comparable
        and not coalesce(crossed.is_broken, false) as boolean
    ) as joins_previous,
    cast(coalesce(dated.quality, 'not_printed') as varchar) as quality
from dated
inner join {{ ref('int_filings') }} as filings on dated.filing_id = filings.filing_id
inner join {{ ref('stg_catalog_concepts') }} as concepts on dated.concept = concepts.concept
inner join expressions
    on
        dated.form = expressions.form
        and dated.concept = expressions.concept
        and dated.expression = expressions.expression
left join not_printed
    on
        dated.filing_id = not_printed.filing_id
        and dated.concept = not_printed.concept
        and dated.expression = not_printed.expression
left join crossed
    on
        dated.concept = crossed.concept
        and dated.previous_year = crossed.previous_year
        and dated.report_year = crossed.report_year
