-- Every archived document, read or not. What it yielded is counted beside its state, so that a document that
-- "succeeded" with nothing in it is seen.
with yielded as (

    select
        sha256,
        count(*) as n_filings,
        sum(n_reported) as n_reported
    from {{ ref('stg_filings') }}
    group by sha256

),

facts as (

    select
        sha256,
        count(*) as n_narrative_facts
    from {{ ref('stg_narrative_facts') }}
    group by sha256

),

raised as (

    select
        sha256,
        count(*) as n_issues
    from {{ ref('stg_issues') }}
    group by sha256

)

select
    cast(documents.sha256 as varchar) as sha256,
    cast(documents.name as varchar) as name,
    cast(documents.source as varchar) as source,
    cast(documents.title_hint as varchar) as title_hint,
    cast(documents.url as varchar) as url,
    cast(documents.media_type as varchar) as media_type,
    cast(documents.encoding as varchar) as encoding,
    cast(documents.n_bytes as bigint) as n_bytes,
    cast(documents.n_pages as integer) as n_pages,
    cast(documents.state as varchar) as state,
    cast(documents.reason as varchar) as reason,
    cast(documents.attached_to as varchar) as attached_to,
    cast(documents.reader_version as varchar) as reader_version,
    cast(coalesce(yielded.n_filings, 0) as integer) as n_filings,
    cast(coalesce(yielded.n_reported, 0) as integer) as n_reported_cells,
    cast(coalesce(facts.n_narrative_facts, 0) as integer) as n_narrative_facts,
    cast(coalesce(raised.n_issues, 0) as integer) as n_issues,
    cast(documents.retrieved_at as timestamp) as retrieved_at
from {{ ref('stg_documents') }} as documents
left join yielded on documents.sha256 = yielded.sha256
left join facts on documents.sha256 = facts.sha256
left join raised on documents.sha256 = raised.sha256
