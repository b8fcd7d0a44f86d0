select
    {{ filing_key('filings') }},
    cast(parts.table_code as varchar) as table_code,
    cast(parts.row_code as varchar) as item,
    cast(parts.column_code as varchar) as measure,
    cast(parts.cell_key as varchar) as cell_key,
    cast(parts.value as decimal(24, 6)) as value,
    cast({{ value_best('parts', 'verdicts') }} as decimal(24, 6)) as value_best,
    cast(verdicts.verdict as varchar) as verdict,
    cast(parts.state as varchar) as state,
    cast(parts.unit as varchar) as unit,
    cast({{ quality('parts', 'doubts') }} as varchar) as quality
from {{ ref('stg_disclosures') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
left join {{ ref('stg_verdicts') }} as verdicts
    on parts.filing_id = verdicts.filing_id and parts.cell_key = verdicts.cell_key
left join {{ ref('int_doubts') }} as doubts
    on parts.filing_id = doubts.filing_id and parts.cell_key = doubts.cell_key
where filings.is_current
