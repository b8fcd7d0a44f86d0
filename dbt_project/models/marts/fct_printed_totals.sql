-- Every total cell of the form, as printed, with its parts added up beside it: `parts_sum` only where every
-- part is printed, never with a blank read as 0 and never in place of the printed total. A cell that totals
-- both its row and its column (t3.total_handled.total) has a row for each direction.
--
-- Each part is carried to its totals and added up there: that asks each cell once. A total of which no part
-- is in the filing has no row.
with roles as (

    select
        filing_id,
        table_code,
        row_code,
        role,
        -- a row is optional down the columns only; across, it is added up like any other
        'down' as direction
    from {{ ref('int_row_roles') }}

),

-- a number for each total of a form: millions of rows are grouped by it, not by texts
numbered as (

    select
        *,
        dense_rank() over (order by form, total_cell_key, direction) as total_number
    from {{ ref('int_total_parts') }}

),

totals as (

    select distinct
        total_number,
        form,
        total_cell_key,
        direction
    from numbered

),

counted as (

    select
        part.filing_id,
        parts.total_number,
        count(*) as n_parts,
        count(part.value) as n_parts_reported,
        sum(part.value) as reported_sum
    from {{ ref('fct_cells') }} as part
    inner join numbered as parts
        on part.form = parts.form and part.cell_key = parts.part_cell_key
    -- an optional row is a part only where it stands in; those it replaces are none there
    anti join (from roles where role <> 'stands_in') as no_part
        on
            part.filing_id = no_part.filing_id
            and part.table_code = no_part.table_code
            and part.row_code = no_part.row_code
            and parts.direction = no_part.direction
    where part.is_current
    group by part.filing_id, parts.total_number

)

select
    {{ filing_key('cells') }},
    cast(cells.table_code as varchar) as table_code,
    cast(cells.row_code as varchar) as row_code,
    cast(cells.column_code as varchar) as column_code,
    cast(cells.cell_key as varchar) as cell_key,
    cast(totals.direction as varchar) as direction,
    cast(cells.value as decimal(24, 6)) as value,
    cast(cells.value_best as decimal(24, 6)) as value_best,
    cast(cells.verdict as varchar) as verdict,
    cast(cells.state as varchar) as state,
    cast(counted.n_parts as integer) as n_parts,
    cast(counted.n_parts_reported as integer) as n_parts_reported,
    cast(if(counted.n_parts = counted.n_parts_reported, counted.reported_sum, null) as decimal(24, 6)) as parts_sum,
    cast(
        cells.value - if(counted.n_parts = counted.n_parts_reported, counted.reported_sum, null) as decimal(24, 6)
    ) as difference,
    cast(cells.unit as varchar) as unit,
    cast(cells.quality as varchar) as quality
from {{ ref('fct_cells') }} as cells
inner join totals on cells.form = totals.form and cells.cell_key = totals.total_cell_key
inner join counted on cells.filing_id = counted.filing_id and totals.total_number = counted.total_number
-- and it is a total only where it is printed beside its rows
anti join (from roles where role <> 'beside') as no_total
    on
        cells.filing_id = no_total.filing_id
        and cells.table_code = no_total.table_code
        and cells.row_code = no_total.row_code
        and totals.direction = no_total.direction
