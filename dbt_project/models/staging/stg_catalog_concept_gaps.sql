select
    cast(concept as varchar) as concept,
    cast(form as varchar) as form,
    cast(relation as varchar) as relation,
    cast(note_zh as varchar) as note_zh,
    cast(note_en as varchar) as note_en
from {{ source('core', 'catalog_concept_gaps') }}
