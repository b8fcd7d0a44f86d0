select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(cell_key as varchar) as cell_key,
    cast(row_code as varchar) as row_code,
    cast(applicant_type as varchar) as applicant_type,
    cast(is_outcome_leaf as boolean) as is_outcome_leaf,
    cast(is_total as boolean) as is_total,
    cast(value as decimal(24, 6)) as value,
    cast(state as varchar) as state,
    cast(unit as varchar) as unit
from {{ source('core', 'applications') }}
