select
    cast(filing_id as varchar) as filing_id,
    cast(cell_key as varchar) as cell_key,
    cast(value_printed as decimal(24, 6)) as value_printed,
    cast(verdict as varchar) as verdict,
    cast(status as varchar) as status,
    cast(value as decimal(24, 6)) as value,
    cast(correction_id as varchar) as correction_id
from {{ source('core', 'verdicts') }}
