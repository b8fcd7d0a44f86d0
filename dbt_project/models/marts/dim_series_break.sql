select
    cast(break_id as varchar) as break_id,
    cast(year_before as integer) as last_report_year_before,
    cast(year_after as integer) as first_report_year_after,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(why_zh as varchar) as why_zh,
    cast(why_en as varchar) as why_en,
    cast(affects as varchar[]) as affects
from {{ ref('stg_catalog_breaks') }}
