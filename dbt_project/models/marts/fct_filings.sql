select
    {{ filing_key('filings') }},
    cast(filings.sha256 as varchar) as sha256,
    cast(filings.vintage as integer) as vintage,
    cast(filings.is_current as boolean) as is_current,
    cast(filings.status as varchar) as status,
    cast(filings.title as varchar) as title,
    cast(filings.published_on as date) as published_on,
    cast(filings.period_from as varchar) as period_from,
    cast(filings.period_to as varchar) as period_to,
    cast(filings.n_cells as integer) as n_cells,
    cast(filings.n_reported as integer) as n_reported,
    cast(filings.n_blank as integer) as n_blank,
    cast(filings.n_missing as integer) as n_missing,
    cast(filings.n_unreadable as integer) as n_unreadable,
    cast(filings.found as varchar) as found
from {{ ref('int_filings') }} as filings
