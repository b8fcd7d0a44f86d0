{# The table macro `citation(filing, cell)` of the released database: where a number comes from, in columns and as
   one line to quote. It is made when the run ends, since DuckDB wants the tables of a macro to be there; a run
   that did not get as far makes none. #}
{% macro create_citation() -%}
    {%- set needed = ['fct_cells', 'fct_filings', 'fct_documents', 'dim_source', 'dim_cell'] -%}
    {%- set there = [] -%}
    {%- if execute -%}
        {%- for name in needed if adapter.get_relation(target.database, target.schema, name) -%}
            {%- do there.append(name) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if there == needed %}
create or replace macro {{ target.schema }}.citation(filing, cell) as table
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
        label_zh || ': ' || coalesce('“' || printed || '”', state)
    ) as citation
from (
    select
        cells.filing_id,
        cells.cell_key,
        filings.title,
        -- what people gave comes from no site: the report is published by the body that issues it
        if(sources.kind = 'web', sources.name_zh, cells.agency) as publisher,
        cells.agency,
        cells.report_year,
        documents.url,
        documents.retrieved_at,
        cells.sha256,
        cells.carrier,
        cells.page,
        cells.table_index as "table",
        cells.row_index as "row",
        cells.column_index as "column",
        cells.place,
        labels.label_zh,
        cells.raw as printed,
        cells.state,
        cells.value,
        cells.value_best,
        cells.quality
    from {{ target.schema }}.fct_cells as cells
    inner join {{ target.schema }}.fct_filings as filings on cells.filing_id = filings.filing_id
    inner join {{ target.schema }}.fct_documents as documents on cells.sha256 = documents.sha256
    left join {{ target.schema }}.dim_source as sources on documents.source = sources.source
    left join {{ target.schema }}.dim_cell as labels
        on cells.form = labels.form and cells.cell_key = labels.cell_key
    where cells.filing_id = filing and cells.cell_key = cell
);
comment on macro table {{ target.schema }}.citation is '任一单元格的出处：select * from citation(报告标识, 单元格代码)。 / Where a number comes from: select * from citation(filing_id, cell_key).'
    {%- endif -%}
{%- endmacro %}
