select
    cast(break_id as varchar) as break_id,
    cast(year_before as integer) as year_before,
    cast(year_after as integer) as year_after,
    cast(why_zh as varchar) as why_zh,
    cast(why_en as varchar) as why_en
from {{ source('core', 'catalog_breaks') }}
