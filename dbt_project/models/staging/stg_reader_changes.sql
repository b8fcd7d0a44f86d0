select
    cast(filing_id as varchar) as filing_id,
    cast(cell_key as varchar) as cell_key,
    cast(release as varchar) as release,
    cast(agency_id as varchar) as agency_id,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(old_value as decimal(24, 6)) as old_value,
    cast(new_value as decimal(24, 6)) as new_value,
    cast(old_state as varchar) as old_state,
    cast(new_state as varchar) as new_state,
    cast(detail as varchar) as detail
from {{ source('core', 'reader_changes') }}
