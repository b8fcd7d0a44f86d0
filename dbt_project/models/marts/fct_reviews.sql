-- Additive parts only: the total of a channel is left out by what the catalog says of that column.
select
    {{ filing_key('filings') }},
    cast(parts.channel as varchar) as channel,
    cast(parts.result as varchar) as result,
    cast(parts.cell_key as varchar) as cell_key,
    cast(parts.value as decimal(24, 6)) as value,
    cast({{ value_best('parts', 'verdicts') }} as decimal(24, 6)) as value_best,
    cast(verdicts.verdict as varchar) as verdict,
    cast(parts.state as varchar) as state,
    cast(parts.unit as varchar) as unit,
    cast({{ quality('parts', 'doubts') }} as varchar) as quality
from {{ ref('stg_reviews') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
inner join {{ ref('dim_review_channel') }} as channels on parts.channel = channels.channel
inner join {{ ref('dim_review_result') }} as results on parts.result = results.result
left join {{ ref('stg_verdicts') }} as verdicts
    on parts.filing_id = verdicts.filing_id and parts.cell_key = verdicts.cell_key
left join {{ ref('int_doubts') }} as doubts
    on parts.filing_id = doubts.filing_id and parts.cell_key = doubts.cell_key
where filings.is_current
