-- Where each printed cell comes from, down to the file in the archive. Asked for one cell it reads one cell:
-- filing_id and cell_key go down to fct_cells.
select
    *,
    -- a part that is not known is left out
    concat_ws(
        '; ',
        title,
        publisher || coalesce(' (' || report_year || ')', ''),
        url,
        'archived ' || strftime(retrieved_at, '%Y-%m-%d %H:%M') || ' UTC',
        'sha256 ' || coalesce(carrier, sha256),
        place,
        label_zh || ': ' || coalesce('“' || raw || '”', state)
    ) as citation
from (
    select
        cells.filing_id,
        cells.cell_key,
        cells.agency_id,
        cells.agency,
        agencies.name_zh,
        cells.report_year,
        cells.scope,
        cells.form,
        cells.is_current,
        labels.label_zh,
        labels.label_en,
        cells.raw,
        cells.value,
        cells.value_best,
        cells.unit,
        cells.state,
        cells.quality,
        cells.note,
        filings.title,
        -- what people gave comes from no site: the report is published by the body that issues it
        if(sources.kind = 'web', sources.name_zh, cells.agency) as publisher,
        documents.url,
        documents.retrieved_at,
        cells.sha256,
        cells.carrier,
        -- a cell of a picture beside the page stands in that picture
        'archive/snapshots/' || coalesce(cells.carrier, cells.sha256)[:2] || '/'
        || coalesce(cells.carrier, cells.sha256) as archive_path,
        cells.page,
        cells.table_index,
        cells.row_index,
        cells.column_index,
        cells.line,
        cells.place
    from {{ published('fct_cells') }} as cells
    inner join {{ published('fct_filings') }} as filings on cells.filing_id = filings.filing_id
    inner join {{ published('fct_documents') }} as documents on cells.sha256 = documents.sha256
    left join {{ published('dim_source') }} as sources on documents.source = sources.source
    left join {{ published('dim_agency') }} as agencies on cells.agency_id = agencies.agency_id
    left join {{ published('dim_cell') }} as labels
        on cells.form = labels.form and cells.cell_key = labels.cell_key
)
