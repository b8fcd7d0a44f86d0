-- Every total cell of the form, as printed, with its parts added up beside it: `parts_sum` only where every
-- part is printed, never with a blank read as 0 and never in place of the printed total. A cell that totals
-- both its row and its column (t3.total_handled.total) has a row for each direction.
with counted as (

    select
        totals.filing_id,
        totals.cell_key,
        parts.direction,
        count(*) as n_parts,
        count(part.value) as n_parts_reported,
        sum(part.value) as reported_sum
    from {{ ref('stg_cells') }} as totals
    inner join {{ ref('int_total_parts') }} as parts
        on totals.form = parts.form and totals.cell_key = parts.total_cell_key
    inner join {{ ref('stg_cells') }} as part
        on totals.filing_id = part.filing_id and parts.part_cell_key = part.cell_key
    left join {{ ref('int_row_roles') }} as total_role
        on
            totals.filing_id = total_role.filing_id
            and totals.table_code = total_role.table_code
            and totals.row_code = total_role.row_code
    left join {{ ref('int_row_roles') }} as part_role
        on
            totals.filing_id = part_role.filing_id
            and totals.table_code = part_role.table_code
            and parts.part_row = part_role.row_code
    where
        -- down a column: an optional row is a part only where it stands in, and a total only where it is beside
        parts.direction = 'across'
        or (
            coalesce(part_role.role, 'stands_in') = 'stands_in'
            and coalesce(total_role.role, 'beside') = 'beside'
        )
    group by totals.filing_id, totals.cell_key, parts.direction

)

select
    {{ filing_key('filings') }},
    cast(cells.table_code as varchar) as table_code,
    cast(cells.row_code as varchar) as row_code,
    cast(cells.column_code as varchar) as column_code,
    cast(cells.cell_key as varchar) as cell_key,
    cast(counted.direction as varchar) as direction,
    cast(cells.value as decimal(24, 6)) as value,
    cast({{ value_best('cells', 'verdicts') }} as decimal(24, 6)) as value_best,
    cast(verdicts.verdict as varchar) as verdict,
    cast(cells.state as varchar) as state,
    cast(counted.n_parts as integer) as n_parts,
    cast(counted.n_parts_reported as integer) as n_parts_reported,
    cast(if(counted.n_parts = counted.n_parts_reported, counted.reported_sum, null) as decimal(24, 6)) as parts_sum,
    cast(
        cells.value - if(counted.n_parts = counted.n_parts_reported, counted.reported_sum, null) as decimal(24, 6)
    ) as difference,
    cast(cells.unit as varchar) as unit,
    cast({{ quality('cells', 'doubts') }} as varchar) as quality
from counted
inner join {{ ref('stg_cells') }} as cells
    on counted.filing_id = cells.filing_id and counted.cell_key = cells.cell_key
inner join {{ ref('int_filings') }} as filings on counted.filing_id = filings.filing_id
left join {{ ref('stg_verdicts') }} as verdicts
    on counted.filing_id = verdicts.filing_id and counted.cell_key = verdicts.cell_key
left join {{ ref('int_doubts') }} as doubts
    on counted.filing_id = doubts.filing_id and counted.cell_key = doubts.cell_key
where filings.is_current
