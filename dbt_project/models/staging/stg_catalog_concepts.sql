select
    cast(concept as varchar) as concept,
    cast(position as integer) as position,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(unit as varchar) as unit,
    cast(note_zh as varchar) as note_zh,
    cast(note_en as varchar) as note_en
from {{ source('core', 'catalog_concepts') }}
