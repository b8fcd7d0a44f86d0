select
    cast(concept as varchar) as concept,
    cast(break_id as varchar) as break_id,
    cast(effect as varchar) as effect
from {{ source('core', 'catalog_concept_breaks') }}
