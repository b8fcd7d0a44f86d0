select
    cast(identity_id as varchar) as identity_id,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(kind as varchar) as kind,
    cast(severity as varchar) as severity,
    cast(from_json(forms, '["VARCHAR"]') as varchar[]) as forms,
    cast(formula as varchar) as formula,
    cast(source as varchar) as source
from {{ source('core', 'catalog_identities') }}
