-- Summing requests over outcome and applicant type counts each once. The expectation is made by another way
-- than the fact: from the cells and the form's own marks of what is a total (once a category of an applicant
-- column, 总计, was summed with the others, and every figure was doubled). A row printed beside the rows it
-- could stand for is a subtotal; those it stands for are not printed.
with expected as (

    select
        cells.filing_id,
        count(*) as n,
        coalesce(sum(cells.value), 0) as total
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('dim_cell') }} as spec on cells.form = spec.form and cells.cell_key = spec.cell_key
    left join {{ ref('int_row_roles') }} as roles
        on
            cells.filing_id = roles.filing_id
            and cells.table_code = roles.table_code
            and cells.row_code = roles.row_code
    where
        cells.is_current
        and cells.table_code = 't3'
        and not spec.is_total
        and cells.row_code not in ('new_received', 'carried_in', 'carried_out')
        and coalesce(roles.role, '') not in ('beside', 'replaced')
    group by cells.filing_id

),

found as (

    select
        filing_id,
        count(*) as n,
        coalesce(sum(value), 0) as total
    from {{ ref('fct_application_outcomes') }}
    group by filing_id

)

select
    coalesce(expected.filing_id, found.filing_id) as filing_id,
    expected.n as expected_rows,
    found.n as found_rows,
    expected.total as expected_sum,
    found.total as found_sum
from expected
full outer join found on expected.filing_id = found.filing_id
where expected.n is distinct from found.n or expected.total is distinct from found.total
