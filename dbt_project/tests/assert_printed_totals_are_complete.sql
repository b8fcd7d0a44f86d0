-- Every total cell of a current filing stands in fct_printed_totals, and nothing else from the form does.
with expected as (

    select
        cells.filing_id,
        cells.cell_key
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('dim_cell') }} as spec on cells.form = spec.form and cells.cell_key = spec.cell_key
    left join {{ ref('int_row_roles') }} as roles
        on
            cells.filing_id = roles.filing_id
            and cells.table_code = roles.table_code
            and cells.row_code = roles.row_code
    where cells.is_current and (spec.is_total or roles.role = 'beside')

),

found as (

    select distinct
        filing_id,
        cell_key
    from {{ ref('fct_printed_totals') }}

)

select
    expected.filing_id as expected_filing,
    expected.cell_key as expected_cell,
    found.filing_id as found_filing,
    found.cell_key as found_cell
from expected
full outer join found on expected.filing_id = found.filing_id and expected.cell_key = found.cell_key
where expected.cell_key is null or found.cell_key is null
