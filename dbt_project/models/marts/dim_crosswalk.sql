-- Every concept has a row in every form: its cells, or one row without a cell that says why there are none.
select
    cast(concept as varchar) as concept,
    cast(form as varchar) as form,
    cast(expression as integer) as expression,
    cast(cell_key as varchar) as cell_key,
    cast(sign as integer) as sign,
    cast(relation as varchar) as relation,
    cast(is_comparable as boolean) as is_comparable,
    cast(note_zh as varchar) as note_zh,
    cast(note_en as varchar) as note_en
from {{ ref('stg_catalog_crosswalk') }}

union all

select
    cast(concept as varchar) as concept,
    cast(form as varchar) as form,
    cast(null as integer) as expression,
    cast(null as varchar) as cell_key,
    cast(null as integer) as sign,
    cast(relation as varchar) as relation,
    cast(false as boolean) as is_comparable,
    cast(note_zh as varchar) as note_zh,
    cast(note_en as varchar) as note_en
from {{ ref('stg_catalog_concept_gaps') }}
