-- Cells with what the ledger says of them: one place for the join, and for what follows for the number.
select
    cells.*,
    {{ value_best('cells', 'verdicts') }} as value_best,
    verdicts.verdict,
    verdicts.status as verdict_status,
    verdicts.correction_id
from {{ ref('stg_cells') }} as cells
left join {{ ref('stg_verdicts') }} as verdicts
    on cells.filing_id = verdicts.filing_id and cells.cell_key = verdicts.cell_key
