select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(cell_key as varchar) as cell_key,
    cast(printed as decimal(24, 6)) as printed,
    cast(chosen as decimal(24, 6)) as chosen,
    cast(text as varchar) as text,
    cast(from_json(rests_on, '["VARCHAR"]') as varchar[]) as rests_on
from {{ source('core', 'reconciled_cells') }}
