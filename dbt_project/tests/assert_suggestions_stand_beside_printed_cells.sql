-- A suspicion and a choice between readings speak of the number that is printed, and leave it as it is.
select suspects.filing_id, suspects.cell_key
from {{ ref('fct_suspects') }} as suspects
left join {{ ref('fct_cells') }} as cells
    on suspects.filing_id = cells.filing_id and suspects.cell_key = cells.cell_key
where suspects.printed is distinct from cells.value
union all
select reconciled.filing_id, reconciled.cell_key
from {{ ref('fct_reconciled_cells') }} as reconciled
left join {{ ref('fct_cells') }} as cells
    on reconciled.filing_id = cells.filing_id and reconciled.cell_key = cells.cell_key
where reconciled.printed is distinct from cells.value or cells.others is null
