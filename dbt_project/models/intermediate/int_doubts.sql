-- Cells of which something makes the number doubtful, with the worst that is known of each: few rows, so that
-- every fact can ask. What the marks mean: macro quality_marks. A table, though never published: asked by every
-- fact, and each time all cells would be read for it.
{{ config(materialized='table') }}

with doubts as (

    select
        filing_id,
        cell_key,
        'reconciled' as quality
    from {{ ref('stg_reconciled_cells') }}

    union all

    select
        filing_id,
        cell_key,
        'violated_identities' as quality
    from {{ ref('stg_cell_suspects') }}

    union all

    -- of several explanations of what fails, the likeliest
    select
        filing_id,
        cell_key,
        'violated_identities' as quality
    from {{ ref('stg_suspected_cells') }}
    where rank = 1

    union all

    select
        filing_id,
        cell_key,
        'doubtful_reading' as quality
    from {{ ref('stg_cells') }}
    where value is not null and confidence < {{ var('doubtful_below') }}

)

select
    filing_id,
    cell_key,
    {{ worst_quality('quality') }} as quality
from doubts
group by filing_id, cell_key
