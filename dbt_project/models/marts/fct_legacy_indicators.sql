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
    cast({{ value_best('rows', 'verdicts') }} as decimal(24, 6)) as value_best,
    cast(verdicts.verdict as varchar) as verdict,
    cast(rows.raw as varchar) as raw,
    cast(rows.state as varchar) as state,
    cast(rows.confidence as double) as confidence,
    cast(coalesce(rows.unit, spec.unit) as varchar) as unit,
    cast(rows.unit as varchar) as unit_printed,
    cast(rows.sha256 as varchar) as sha256,
    cast(rows.place as varchar) as place,
    cast(rows.page as integer) as page,
    cast(rows.carrier as varchar) as carrier,
    cast(
        coalesce(
            doubts.quality,
            case
                when rows.value is null then 'not_printed'
                -- a local row is no cell of the form, and has its own confidence
                when rows.confidence < {{ var('doubtful_below') }} then 'doubtful_reading'
                else 'complete'
            end
        ) as varchar
    ) as quality
from {{ ref('stg_indicators') }} as rows
inner join {{ ref('int_filings') }} as filings on rows.filing_id = filings.filing_id
left join {{ ref('dim_cell') }} as spec
    on filings.form = spec.form and rows.code || '.' || rows.column_code = spec.cell_key
-- a row that is printed twice with two numbers: the verdict is about one of them
left join {{ ref('stg_verdicts') }} as verdicts
    on
        rows.filing_id = verdicts.filing_id
        and rows.code || '.' || rows.column_code = verdicts.cell_key
        and rows.value is not distinct from verdicts.value_printed
left join {{ ref('int_doubts') }} as doubts
    on rows.filing_id = doubts.filing_id and rows.code || '.' || rows.column_code = doubts.cell_key
where filings.is_current
