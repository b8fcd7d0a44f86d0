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
        {{ worst_quality('cells.quality') }} as quality,
        list(distinct cells.state order by cells.state) filter (where cells.value is null) as states
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('stg_catalog_crosswalk') }} as crosswalk
        on cells.form = crosswalk.form and cells.cell_key = crosswalk.cell_key
    where cells.is_current
    group by cells.filing_id, crosswalk.concept, crosswalk.expression

),

written as (

    select
        filings.filing_id,
        expressions.concept,
        expressions.expression,
        expressions.relation,
        expressions.is_comparable,
        expressions.n_parts,
        expressions.cell_keys,
        coalesce(found.n_printed, 0) as n_printed,
        coalesce(found.n_best, 0) as n_best,
        coalesce(found.n_suspect, 0) as n_suspect,
        coalesce(found.quality, 'not_printed') as quality,
        found.signed_sum,
        found.signed_sum_best,
        found.states
    from {{ ref('int_filings') }} as filings
    inner join expressions on filings.form = expressions.form
    left join found
        on
            filings.filing_id = found.filing_id
            and expressions.concept = found.concept
            and expressions.expression = found.expression
    where filings.is_current

),

figures as (

    select *
    from written
    -- the first that is whole; where none is, the first
    qualify row_number() over (
        partition by filing_id, concept
        order by (n_parts = n_printed) desc, expression
    ) = 1

),

dated as (

    select
        figures.*,
        filings.report_year,
        lag(filings.report_year) over series as previous_year,
        lag(figures.is_comparable) over series as previous_is_comparable
    from figures
    inner join {{ ref('int_filings') }} as filings on figures.filing_id = filings.filing_id
    -- a figure without its year, or of a body that is not known, has no figure before it
    window series as (
        partition by
            coalesce(filings.agency_id, filings.filing_id), filings.scope, figures.concept,
            filings.report_year is null
        order by filings.report_year
    )

),

crossed as (

    select
        dated.filing_id,
        dated.concept,
        list(breaks.break_id order by breaks.break_id) as breaks_before,
        bool_or(breaks.effect = 'broken') as is_broken
    from dated
    inner join {{ ref('dim_concept_break') }} as breaks
        on
            dated.concept = breaks.concept
            and dated.previous_year <= breaks.last_report_year_before
            and dated.report_year >= breaks.first_report_year_after
    group by dated.filing_id, dated.concept

)

select
    {{ filing_key('filings') }},
    cast(dated.concept as varchar) as concept,
    cast(if(dated.n_printed = dated.n_parts, dated.signed_sum, null) as decimal(24, 6)) as value,
    cast(if(dated.n_best = dated.n_parts, dated.signed_sum_best, null) as decimal(24, 6)) as value_best,
    cast(concepts.unit as varchar) as unit,
    cast(dated.relation as varchar) as relation,
    cast(dated.is_comparable as boolean) as is_comparable,
    cast(dated.cell_keys as varchar[]) as cell_keys,
    cast(dated.n_parts as integer) as n_parts,
    cast(dated.n_printed as integer) as n_printed,
    cast(dated.n_suspect as integer) as n_suspect,
    cast(coalesce(dated.states, []) as varchar[]) as states_not_printed,
    cast(dated.previous_year as integer) as previous_report_year,
    cast(coalesce(crossed.breaks_before, []) as varchar[]) as breaks_before,
    cast(
        dated.previous_year is not null
        and dated.is_comparable
        and dated.previous_is_comparable
        and not coalesce(crossed.is_broken, false) as boolean
    ) as joins_previous,
    cast(dated.quality as varchar) as quality
from dated
inner join {{ ref('int_filings') }} as filings on dated.filing_id = filings.filing_id
inner join {{ ref('stg_catalog_concepts') }} as concepts on dated.concept = concepts.concept
left join crossed on dated.filing_id = crossed.filing_id and dated.concept = crossed.concept
