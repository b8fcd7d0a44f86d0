-- Additive parts only: outcome leaf x applicant type. The total column and the total row are left out by what
-- the catalog says of them, so that a sum over this table counts every request once. A row that a report
-- prints in place of others is a leaf here, and those others are not; printed beside them it is a subtotal,
-- and stands in fct_printed_totals only.
--
-- Which cells of a form are parts is said once a form (240 cells), so that the millions are asked only for
-- form and key.
with parts as (

    select
        spec.form,
        spec.cell_key
    from {{ ref('dim_cell') }} as spec
    inner join {{ ref('dim_outcome') }} as outcomes
        on spec.row_code = outcomes.outcome and list_contains(outcomes.valid_forms, spec.form)
    inner join {{ ref('dim_applicant_type') }} as applicants on spec.column_code = applicants.applicant_type
    where spec.table_code = 't3'

)

select
    {{ filing_key('cells') }},
    cast(cells.row_code as varchar) as outcome,
    cast(cells.column_code as varchar) as applicant_type,
    cast(cells.cell_key as varchar) as cell_key,
    cast(cells.value as decimal(24, 6)) as value,
    cast(cells.value_best as decimal(24, 6)) as value_best,
    cast(cells.verdict as varchar) as verdict,
    cast(cells.state as varchar) as state,
    cast(cells.unit as varchar) as unit,
    cast(cells.quality as varchar) as quality
from {{ ref('fct_cells') }} as cells
inner join parts on cells.form = parts.form and cells.cell_key = parts.cell_key
anti join {{ ref('int_row_roles') }} as roles
    on
        cells.filing_id = roles.filing_id
        and cells.table_code = roles.table_code
        and cells.row_code = roles.row_code
        and roles.role <> 'stands_in'
where cells.is_current and cells.table_code = 't3'
