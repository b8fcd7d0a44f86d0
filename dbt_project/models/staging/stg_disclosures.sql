select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(cell_key as varchar) as cell_key,
    cast(table_code as varchar) as table_code,
    cast(row_code as varchar) as row_code,
    cast(column_code as varchar) as column_code,
    cast(value as decimal(24, 6)) as value,
    cast(state as varchar) as state,
    cast(unit as varchar) as unit
from {{ source('core', 'disclosures') }}
