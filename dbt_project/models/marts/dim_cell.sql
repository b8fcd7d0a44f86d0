-- A cell that adds up others is marked, so that nobody adds it to them: by row, by column, or both.
with totals as (

    select distinct
        form,
        total_cell_key
    from {{ ref('int_total_parts') }}

)

select
    cast(cells.form as varchar) as form,
    cast(cells.cell_key as varchar) as cell_key,
    cast(cells.position as integer) as position,
    cast(cells.table_code as varchar) as table_code,
    cast(cells.row_code as varchar) as row_code,
    cast(cells.column_code as varchar) as column_code,
    cast(cells.label_zh as varchar) as label_zh,
    cast(cells.label_en as varchar) as label_en,
    cast(cells.unit as varchar) as unit,
    cast(cells.article as varchar) as article,
    cast(cells.is_optional as boolean) as is_optional,
    cast(totals.total_cell_key is not null as boolean) as is_total
from {{ ref('stg_catalog_cells') }} as cells
left join totals on cells.form = totals.form and cells.cell_key = totals.total_cell_key
