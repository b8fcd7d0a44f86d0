select
    cast(unit as varchar) as unit,
    cast(meaning_en as varchar) as meaning_en
from {{ source('core', 'catalog_units') }}
