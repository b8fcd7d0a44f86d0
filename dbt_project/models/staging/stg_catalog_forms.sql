select
    cast(form as varchar) as form,
    cast(position as integer) as position,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(kind as varchar) as kind,
    cast(first_year as integer) as first_year,
    cast(last_year as integer) as last_year,
    cast(legal_basis as varchar) as legal_basis_zh,
    cast(legal_basis_en as varchar) as legal_basis_en,
    cast(n_cells as integer) as n_cells,
    cast(from_json(markers, '["VARCHAR"]') as varchar[]) as markers
from {{ source('core', 'catalog_forms') }}
