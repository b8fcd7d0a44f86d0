-- A number in a fact is the number of its cell, in the same state, with the same verdict and mark: no fact fills, rounds or repairs.
with facts as (

    select
        filing_id,
        cell_key,
        value,
        value_best,
        state,
        quality
    from {{ ref('fct_application_outcomes') }}

    union all

    select
        filing_id,
        cell_key,
        value,
        value_best,
        state,
        quality
    from {{ ref('fct_reviews') }}

    union all

    select
        filing_id,
        cell_key,
        value,
        value_best,
        state,
        quality
    from {{ ref('fct_disclosures') }}

    union all

    select
        filing_id,
        cell_key,
        value,
        value_best,
        state,
        quality
    from {{ ref('fct_printed_totals') }}

)

select facts.*
from facts
left join {{ ref('fct_cells') }} as cells on facts.filing_id = cells.filing_id and facts.cell_key = cells.cell_key
where
    cells.cell_key is null
    or facts.value is distinct from cells.value
    or facts.value_best is distinct from cells.value_best
    or facts.state is distinct from cells.state
    or facts.quality is distinct from cells.quality
