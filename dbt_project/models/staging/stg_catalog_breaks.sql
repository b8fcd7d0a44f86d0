select
    cast(break_id as varchar) as break_id,
    cast(year_before as integer) as year_before,
    cast(year_after as integer) as year_after,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(why_zh as varchar) as why_zh,
    cast(why_en as varchar) as why_en,
    cast(from_json(affects, '["VARCHAR"]') as varchar[]) as affects
from {{ source('core', 'catalog_breaks') }}
