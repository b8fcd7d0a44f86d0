select
    cast(form as varchar) as form,
    cast(table_code as varchar) as table_code,
    cast(column_code as varchar) as column_code,
    cast(position as integer) as position,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(unit as varchar) as unit,
    cast(column_group as varchar) as column_group,
    cast(from_json(total_of, '["VARCHAR"]') as varchar[]) as total_of
from {{ source('core', 'catalog_columns') }}
