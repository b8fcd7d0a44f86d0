-- No cell that the form calls a total stands in a fact that people add up.
with additive as (

    select
        form,
        cell_key
    from {{ ref('fct_application_outcomes') }}

    union all

    select
        form,
        cell_key
    from {{ ref('fct_reviews') }}

    union all

    select
        form,
        new_received_cell_key as cell_key
    from {{ ref('fct_application_flow') }}

)

select distinct additive.*
from additive
inner join {{ ref('dim_cell') }} as spec on additive.form = spec.form and additive.cell_key = spec.cell_key
where spec.is_total
