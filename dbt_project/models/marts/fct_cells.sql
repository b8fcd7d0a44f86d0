-- Every cell of every vintage. `value` is what is printed and nothing else: what identities force stands in
-- `derived_value`, what people decided in `value_best`, and they are never merged into one column.
select
    {{ filing_key('filings') }},
    cast(filings.is_current as boolean) as is_current,
    cast(cells.cell_key as varchar) as cell_key,
    cast(cells.table_code as varchar) as table_code,
    cast(cells.row_code as varchar) as row_code,
    cast(cells.column_code as varchar) as column_code,
    cast(cells.value as decimal(24, 6)) as value,
    cast(cells.value_best as decimal(24, 6)) as value_best,
    cast(cells.verdict as varchar) as verdict,
    cast(cells.verdict_status as varchar) as verdict_status,
    cast(cells.correction_id as varchar) as correction_id,
    cast(cells.raw as varchar) as raw,
    cast(cells.state as varchar) as state,
    cast(coalesce(cells.unit, spec.unit) as varchar) as unit,
    cast(cells.unit as varchar) as unit_printed,
    cast(cells.parts as varchar[]) as parts,
    cast(cells.confidence as double) as confidence,
    cast(
        suspects.cell_key is not null
        or (cells.value is not null and cells.confidence < {{ var('doubtful_below') }}) as boolean
    ) as is_suspect,
    cast(suspects.identity_ids as varchar[]) as suspected_by,
    cast(derived.value as decimal(24, 6)) as derived_value,
    cast(derived."by" as varchar[]) as derived_by,
    cast(cells.note as varchar) as note,
    cast(cells.optional as boolean) as is_optional,
    cast(cells.sha256 as varchar) as sha256,
    cast(cells.place as varchar) as place,
    cast(cells.page as integer) as page,
    cast(cells.table_index as integer) as table_index,
    cast(cells.row_index as integer) as row_index,
    cast(cells.column_index as integer) as column_index,
    cast(cells.line as integer) as line,
    cast(cells.line_end as integer) as line_end,
    cast(cells.char_start as integer) as char_start,
    cast(cells.char_end as integer) as char_end,
    cast(cells.bbox as varchar) as bbox,
    cast(cells.part as varchar) as part,
    cast(cells.carrier as varchar) as carrier,
    cast(cells.others as varchar) as others,
    cast({{ quality('cells', 'doubts') }} as varchar) as quality
from {{ ref('int_cells') }} as cells
inner join {{ ref('int_filings') }} as filings on cells.filing_id = filings.filing_id
left join {{ ref('dim_cell') }} as spec on filings.form = spec.form and cells.cell_key = spec.cell_key
left join {{ ref('stg_cell_suspects') }} as suspects
    on cells.filing_id = suspects.filing_id and cells.cell_key = suspects.cell_key
left join {{ ref('stg_derived_cells') }} as derived
    on cells.filing_id = derived.filing_id and cells.cell_key = derived.cell_key
left join {{ ref('int_doubts') }} as doubts
    on cells.filing_id = doubts.filing_id and cells.cell_key = doubts.cell_key
