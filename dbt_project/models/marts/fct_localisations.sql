-- What may be wrong in a table whose sums fail, the likeliest first. Nothing here is put in the place of a number.
select
    {{ filing_key('filings') }},
    cast(filings.is_current as boolean) as is_current,
    cast(localisations.table_code as varchar) as table_code,
    cast(localisations.rank as integer) as rank,
    cast(localisations.kind as varchar) as kind,
    cast(localisations.weight as double) as weight,
    cast(localisations.n_cells as integer) as n_cells,
    cast(localisations.is_unique as boolean) as is_unique,
    cast(localisations.violated as varchar[]) as violated,
    cast(localisations.why_not as varchar) as why_not
from {{ ref('stg_localisations') }} as localisations
inner join {{ ref('int_filings') }} as filings on localisations.filing_id = filings.filing_id
