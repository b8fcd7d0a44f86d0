select
    cast(identity_id as varchar) as identity_id,
    cast(name_zh as varchar) as name_zh,
    cast(name_en as varchar) as name_en,
    cast(kind as varchar) as kind,
    cast(severity as varchar) as severity,
    cast(grade as varchar) as grade,
    cast(from_json(forms, '["VARCHAR"]') as varchar[]) as forms,
    cast(test as varchar) as test,
    cast(op as varchar) as op,
    cast(formula as varchar) as formula,
    cast(tolerance as decimal(24, 6)) as tolerance,
    cast(needs_previous_report as boolean) as needs_previous_report,
    cast(derives as boolean) as derives,
    cast(marks_cells as boolean) as marks_cells,
    cast(source as varchar) as source,
    cast(note as varchar) as note
from {{ source('core', 'catalog_identities') }}
