select
    cast(form as varchar) as form,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(first_year as integer) as first_year,
    cast(last_year as integer) as last_year,
    cast(legal_basis as varchar) as legal_basis,
    cast(n_cells as integer) as n_cells
from {{ source('core', 'catalog_forms') }}
