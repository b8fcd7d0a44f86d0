select
    {{ filing_key('filings') }},
    cast(filings.sha256 as varchar) as sha256,
    cast(filings.vintage as integer) as vintage,
    cast(filings.is_current as boolean) as is_current,
    cast(filings.scope_basis as varchar) as scope_basis,
    cast(filings.status as varchar) as status,
    cast(filings.title as varchar) as title,
    cast(filings.published_on as date) as published_on,
    cast(filings.published_on_basis as varchar) as published_on_basis,
    cast(filings.period_from as varchar) as period_from,
    cast(filings.period_to as varchar) as period_to,
    cast(filings.n_cells as integer) as n_cells,
    cast(filings.n_reported as integer) as n_reported,
    cast(filings.n_blank as integer) as n_blank,
    cast(filings.n_missing as integer) as n_missing,
    cast(filings.n_unreadable as integer) as n_unreadable,
    cast(filings.found as varchar) as found,
    cast(filings.withdrawn as boolean) as is_withdrawn,
    cast(first_value(filings.published_on) over vintages as date) as first_published_on,
    cast(first_value(filings.published_on_basis) over vintages as varchar) as first_published_on_basis,
    cast(count(*) over vintages as integer) as n_vintages,
    cast(documents.retrieved_at as timestamp) as retrieved_at,
    cast(coalesce(filings.agency_id, filings.issued_as) as varchar) as issuer_key
from {{ ref('int_filings') }} as filings
left join {{ ref('stg_documents') }} as documents on filings.sha256 = documents.sha256
-- an issuer and year, as vintages are counted (ingestion/normalise); without a year there is none
window vintages as (
    partition by
        coalesce(filings.agency_id, filings.issued_as), filings.report_year, filings.scope,
        if(
            filings.report_year is null or coalesce(filings.agency_id, filings.issued_as) is null,
            filings.filing_id, null
        )
    order by filings.vintage
    rows between unbounded preceding and unbounded following
)
