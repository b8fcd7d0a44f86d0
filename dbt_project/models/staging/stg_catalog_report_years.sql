select
    cast(report_year as integer) as report_year,
    cast(period_first as date) as period_first,
    cast(period_last as date) as period_last,
    cast(from_json(forms, '["VARCHAR"]') as varchar[]) as forms,
    cast(uniform_form as varchar) as uniform_form,
    cast(deadline_departments as date) as deadline_departments,
    cast(deadline_governments as date) as deadline_governments,
    cast(deadline_basis_zh as varchar) as deadline_basis_zh,
    cast(deadline_basis_en as varchar) as deadline_basis_en,
    cast(from_json(breaks_before, '["VARCHAR"]') as varchar[]) as breaks_before
from {{ source('core', 'catalog_report_years') }}
