select
    cast(unit as varchar) as unit,
    cast(label_en as varchar) as label_en,
    cast(kind as varchar) as kind,
    cast(decimals as integer) as decimals,
    cast(to_yuan as integer) as to_yuan
from {{ ref('stg_catalog_units') }}
