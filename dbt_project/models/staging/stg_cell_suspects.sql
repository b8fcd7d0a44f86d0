select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(cell_key as varchar) as cell_key,
    cast(from_json(identity_ids, '["VARCHAR"]') as varchar[]) as identity_ids
from {{ source('core', 'cell_suspects') }}
