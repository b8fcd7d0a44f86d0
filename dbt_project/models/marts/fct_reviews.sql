-- Additive parts only: the total of a channel is left out by what the catalog says of that column.
select
    {{ filing_key('filings') }},
    cast(parts.channel as varchar) as channel,
    cast(parts.result as varchar) as result,
    cast(parts.cell_key as varchar) as cell_key,
    cast(parts.value as decimal(24, 6)) as value,
    cast(parts.state as varchar) as state,
    cast(parts.unit as varchar) as unit
from {{ ref('stg_reviews') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
inner join {{ ref('dim_review_channel') }} as channels on parts.channel = channels.channel
inner join {{ ref('dim_review_result') }} as results on parts.result = results.result
where filings.is_current
