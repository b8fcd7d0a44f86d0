select
    cast(form as varchar) as form,
    cast(cell_key as varchar) as cell_key,
    cast(position as integer) as position,
    cast(table_code as varchar) as table_code,
    cast(row_code as varchar) as row_code,
    cast(column_code as varchar) as column_code,
    cast(label_zh as varchar) as label_zh,
    cast(label_en as varchar) as label_en,
    cast(unit as varchar) as unit,
    cast(is_signed as boolean) as is_signed,
    cast(is_money as boolean) as is_money,
    cast(is_optional as boolean) as is_optional,
    cast(is_total as boolean) as is_total,
    cast(article as varchar) as article
from {{ source('core', 'catalog_cells') }}
