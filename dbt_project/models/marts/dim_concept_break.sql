select
    cast(effects.concept as varchar) as concept,
    cast(effects.break_id as varchar) as break_id,
    cast(effects.effect as varchar) as effect,
    cast(breaks.year_before as integer) as last_report_year_before,
    cast(breaks.year_after as integer) as first_report_year_after
from {{ ref('stg_catalog_concept_breaks') }} as effects
inner join {{ ref('stg_catalog_breaks') }} as breaks on effects.break_id = breaks.break_id
