-- The cells of each explanation in fct_localisations: the number printed, and beside it what would satisfy the sums.
select
    {{ filing_key('filings') }},
    cast(filings.is_current as boolean) as is_current,
    cast(suspects.table_code as varchar) as table_code,
    cast(suspects.rank as integer) as rank,
    cast(suspects.cell_key as varchar) as cell_key,
    cast(suspects.printed as decimal(24, 6)) as printed,
    cast(suspects.suggestion as decimal(24, 6)) as suggestion,
    cast(suspects."lower" as decimal(24, 6)) as "lower",
    cast(suspects."upper" as decimal(24, 6)) as "upper",
    cast(suspects.reason as varchar) as reason
from {{ ref('stg_suspected_cells') }} as suspects
inner join {{ ref('int_filings') }} as filings on suspects.filing_id = filings.filing_id
