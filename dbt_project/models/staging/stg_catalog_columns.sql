select
    cast(form as varchar) as form,
    cast(table_code as varchar) as table_code,
    cast(column_code as varchar) as column_code,
    cast(position as integer) as position,
    cast(column_group as varchar) as column_group,
    cast(column_group_zh as varchar) as column_group_zh,
    cast(column_group_en as varchar) as column_group_en,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(unit as varchar) as unit,
    cast(is_signed as boolean) as is_signed,
    cast(is_total as boolean) as is_total,
    cast(from_json(total_of, '["VARCHAR"]') as varchar[]) as total_of,
    cast(from_json(aliases, '["VARCHAR"]') as varchar[]) as aliases,
    cast(note_zh as varchar) as note_zh,
    cast(note_en as varchar) as note_en
from {{ source('core', 'catalog_columns') }}
