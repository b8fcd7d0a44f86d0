select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(table_code as varchar) as table_code,
    cast(rank as integer) as rank,
    cast(kind as varchar) as kind,
    cast(weight as double) as weight,
    cast(n_cells as integer) as n_cells,
    cast(is_unique as boolean) as is_unique,
    cast(from_json(violated, '["VARCHAR"]') as varchar[]) as violated,
    cast(why_not as varchar) as why_not
from {{ source('core', 'localisations') }}
