select
    {{ filing_key('filings') }},
    cast(facts.position as integer) as position,
    cast(facts.fact as varchar) as fact,
    cast(facts.value as decimal(24, 6)) as value,
    cast(facts.unit as varchar) as unit,
    cast(facts.qualifier as varchar) as qualifier,
    cast(facts.raw as varchar) as raw,
    cast(facts.sentence as varchar) as sentence,
    cast(facts.confidence as double) as confidence,
    cast(facts.sha256 as varchar) as sha256,
    cast(facts.place as varchar) as place,
    cast(facts.page as integer) as page,
    cast(facts.carrier as varchar) as carrier,
    cast(facts.line as integer) as line,
    cast(facts.char_start as integer) as char_start,
    cast(facts.char_end as integer) as char_end
from {{ ref('stg_narrative_facts') }} as facts
inner join {{ ref('int_filings') }} as filings on facts.filing_id = filings.filing_id
where filings.is_current
