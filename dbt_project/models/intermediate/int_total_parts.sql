-- Which cells a printed total adds up, by form: `across` the columns of its row, or `down` the rows of its
-- column. One row a (form, total cell, direction, part). A row that stands in for others is listed with them
-- as a possible part; what a filing prints (int_row_roles) decides which of them count.
{{ config(materialized='table') }}

with rows_down as (

    select
        form,
        table_code,
        row_code,
        unnest(total_of) as part_row
    from {{ ref('stg_catalog_rows') }}

    union

    -- an optional row adds up the rows it replaces, if a report prints both
    select
        form,
        table_code,
        row_code,
        unnest(replaces) as part_row
    from {{ ref('stg_catalog_rows') }}

    union

    -- and it is a part of whatever totals those rows
    select
        totals.form,
        totals.table_code,
        totals.row_code,
        singles.row_code as part_row
    from {{ ref('stg_catalog_rows') }} as totals
    inner join {{ ref('stg_catalog_rows') }} as singles
        on
            totals.form = singles.form
            and totals.table_code = singles.table_code
            and list_has_any(totals.total_of, singles.replaces)

),

columns_across as (

    select
        form,
        table_code,
        column_code,
        unnest(total_of) as part_column
    from {{ ref('stg_catalog_columns') }}

)

select
    totals.form,
    totals.cell_key as total_cell_key,
    'down' as direction,
    parts.cell_key as part_cell_key,
    parts.row_code as part_row
from rows_down
inner join {{ ref('stg_catalog_cells') }} as totals
    on
        rows_down.form = totals.form
        and rows_down.table_code = totals.table_code
        and rows_down.row_code = totals.row_code
inner join {{ ref('stg_catalog_cells') }} as parts
    on
        totals.form = parts.form
        and totals.table_code = parts.table_code
        and rows_down.part_row = parts.row_code
        and totals.column_code = parts.column_code

union all

select
    totals.form,
    totals.cell_key as total_cell_key,
    'across' as direction,
    parts.cell_key as part_cell_key,
    parts.row_code as part_row
from columns_across
inner join {{ ref('stg_catalog_cells') }} as totals
    on
        columns_across.form = totals.form
        and columns_across.table_code = totals.table_code
        and columns_across.column_code = totals.column_code
inner join {{ ref('stg_catalog_cells') }} as parts
    on
        totals.form = parts.form
        and totals.table_code = parts.table_code
        and totals.row_code = parts.row_code
        and columns_across.part_column = parts.column_code
