select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(table_code as varchar) as table_code,
    cast(rank as integer) as rank,
    cast(cell_key as varchar) as cell_key,
    cast(printed as decimal(24, 6)) as printed,
    cast(suggestion as decimal(24, 6)) as suggestion,
    cast("lower" as decimal(24, 6)) as "lower",
    cast("upper" as decimal(24, 6)) as "upper",
    cast(reason as varchar) as reason
from {{ source('core', 'suspected_cells') }}
