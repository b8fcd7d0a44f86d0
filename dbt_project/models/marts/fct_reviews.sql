-- Additive parts only: the total of a channel is left out by what the catalog says of that column.
select
    {{ filing_key('cells') }},
    cast(cells.row_code as varchar) as channel,
    cast(cells.column_code as varchar) as result,
    cast(cells.cell_key as varchar) as cell_key,
    cast(cells.value as decimal(24, 6)) as value,
    cast(cells.value_best as decimal(24, 6)) as value_best,
    cast(cells.verdict as varchar) as verdict,
    cast(cells.state as varchar) as state,
    cast(cells.unit as varchar) as unit,
    cast(cells.quality as varchar) as quality
from {{ ref('fct_cells') }} as cells
inner join {{ ref('dim_review_channel') }} as channels on cells.row_code = channels.channel
inner join {{ ref('dim_review_result') }} as results on cells.column_code = results.result
where cells.is_current and cells.table_code = 't4'
