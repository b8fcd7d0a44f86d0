select
    cast(measure as varchar) as measure,
    cast(side as varchar) as side,
    cast(concept as varchar) as concept,
    cast(sign as integer) as sign
from {{ source('core', 'catalog_measure_terms') }}
