-- A cell's key is one of its form's, optional cells included.
select
    cells.filing_id,
    cells.form,
    cells.cell_key
from {{ ref('fct_cells') }} as cells
left join {{ ref('dim_cell') }} as spec on cells.form = spec.form and cells.cell_key = spec.cell_key
where spec.cell_key is null
