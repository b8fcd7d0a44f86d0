select
    cast(form as varchar) as form,
    cast(table_code as varchar) as table_code,
    cast(row_code as varchar) as row_code,
    cast(position as integer) as position,
    cast(parent as varchar) as parent,
    cast(level as integer) as level,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(unit as varchar) as unit,
    cast(has_cells as boolean) as has_cells,
    cast(is_outcome_leaf as boolean) as is_outcome_leaf,
    cast(is_optional as boolean) as is_optional,
    cast(article as varchar) as article,
    cast(gist_zh as varchar) as gist_zh,
    cast(refusal_kind as varchar) as refusal_kind,
    cast(from_json(total_of, '["VARCHAR"]') as varchar[]) as total_of,
    cast(from_json(replaces, '["VARCHAR"]') as varchar[]) as replaces
from {{ source('core', 'catalog_rows') }}
