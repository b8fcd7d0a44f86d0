select
    cast(source as varchar) as source,
    cast(kind as varchar) as kind,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(province_zh as varchar) as province_zh,
    cast(base_url as varchar) as base_url,
    cast(agency_ids as varchar[]) as agency_ids,
    cast(is_enabled as boolean) as is_enabled
from {{ ref('stg_catalog_sources') }}
