select
    cast(unit as varchar) as unit,
    cast(meaning_en as varchar) as label_en,
    cast(kind as varchar) as kind,
    cast(decimals as integer) as decimals,
    cast(to_yuan as integer) as to_yuan
from {{ source('core', 'catalog_units') }}
