-- Doubtful cells for which the sums choose another reading that was really seen. fct_cells.value stays as it was read.
select
    {{ filing_key('filings') }},
    cast(filings.is_current as boolean) as is_current,
    cast(reconciled.cell_key as varchar) as cell_key,
    cast(reconciled.printed as decimal(24, 6)) as printed,
    cast(reconciled.chosen as decimal(24, 6)) as chosen,
    cast(reconciled.text as varchar) as text,
    cast(reconciled.rests_on as varchar[]) as rests_on
from {{ ref('stg_reconciled_cells') }} as reconciled
inner join {{ ref('int_filings') }} as filings on reconciled.filing_id = filings.filing_id
