select
    cast(form as varchar) as form,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(kind as varchar) as kind,
    cast(first_year as integer) as first_report_year,
    cast(last_year as integer) as last_report_year,
    cast(legal_basis_zh as varchar) as legal_basis_zh,
    cast(legal_basis_en as varchar) as legal_basis_en,
    cast(n_cells as integer) as n_cells
from {{ ref('stg_catalog_forms') }}
