-- Table 二 in its parts (t2_1 to t2_9). The unit is the one that the cell or the head of its table prints, else the form's.
select
    {{ filing_key('cells') }},
    cast(cells.table_code as varchar) as table_code,
    cast(cells.row_code as varchar) as item,
    cast(cells.column_code as varchar) as measure,
    cast(cells.cell_key as varchar) as cell_key,
    cast(cells.value as decimal(24, 6)) as value,
    cast(cells.value_best as decimal(24, 6)) as value_best,
    cast(cells.verdict as varchar) as verdict,
    cast(cells.state as varchar) as state,
    cast(cells.unit as varchar) as unit,
    cast(cells.quality as varchar) as quality
from {{ ref('fct_cells') }} as cells
where cells.is_current and starts_with(cells.table_code, 't2_')
