select
    {{ filing_key('filings') }},
    cast(parts.table_code as varchar) as table_code,
    cast(parts.row_code as varchar) as item,
    cast(parts.column_code as varchar) as measure,
    cast(parts.cell_key as varchar) as cell_key,
    cast(parts.value as decimal(24, 6)) as value,
    cast(parts.state as varchar) as state,
    cast(parts.unit as varchar) as unit
from {{ ref('stg_disclosures') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
where filings.is_current
