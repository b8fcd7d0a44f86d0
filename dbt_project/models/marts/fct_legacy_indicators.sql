-- Lists from before 2019, as printed: rows the catalog knows have a code (and then a cell key), local ones
-- have only their label. `measure` keeps the year and the cumulative value apart.
select
    {{ filing_key('filings') }},
    cast(rows.position as integer) as position,
    cast(rows.label as varchar) as label,
    cast(rows.code as varchar) as code,
    cast(rows.code is null as boolean) as is_local,
    cast(rows.column_code as varchar) as measure,
    cast(rows.code || '.' || rows.column_code as varchar) as cell_key,
    cast(rows.value as decimal(24, 6)) as value,
    cast(rows.raw as varchar) as raw,
    cast(rows.state as varchar) as state,
    cast(rows.confidence as double) as confidence,
    cast(rows.unit as varchar) as unit,
    cast(rows.sha256 as varchar) as sha256,
    cast(rows.place as varchar) as place,
    cast(rows.page as integer) as page,
    cast(rows.carrier as varchar) as carrier
from {{ ref('stg_indicators') }} as rows
inner join {{ ref('int_filings') }} as filings on rows.filing_id = filings.filing_id
where filings.is_current
