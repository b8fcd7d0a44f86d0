select
    cast(report_year as integer) as report_year,
    cast(period_first as date) as period_first,
    cast(period_last as date) as period_last,
    cast(uniform_form as varchar) as uniform_form,
    cast(forms as varchar[]) as forms,
    cast(deadline_departments as date) as deadline_departments,
    cast(deadline_governments as date) as deadline_governments,
    cast(deadline_basis_zh as varchar) as deadline_basis_zh,
    cast(deadline_basis_en as varchar) as deadline_basis_en,
    cast(breaks_before as varchar[]) as breaks_before
from {{ ref('stg_catalog_report_years') }}
