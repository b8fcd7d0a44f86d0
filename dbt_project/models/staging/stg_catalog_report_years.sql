select
    cast(report_year as integer) as report_year,
    cast(from_json(forms, '["VARCHAR"]') as varchar[]) as forms,
    cast(deadline_departments as date) as deadline_departments,
    cast(deadline_governments as date) as deadline_governments
from {{ source('core', 'catalog_report_years') }}
