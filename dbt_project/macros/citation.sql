{# The table macro `citation(filing, cell)` of the released database: where one number comes from, in columns and as
   one line to quote, out of the view rpt_citations. It is made when the run ends, since DuckDB wants the relations
   of a macro to be there; a run that did not get as far makes none. #}
{% macro create_citation() -%}
    {%- if execute and adapter.get_relation(target.database, target.schema, 'rpt_citations') %}
create or replace macro {{ target.schema }}.citation(filing, cell) as table
select
    filing_id,
    cell_key,
    title,
    publisher,
    agency,
    report_year,
    url,
    retrieved_at,
    sha256,
    carrier,
    page,
    table_index as "table",
    row_index as "row",
    column_index as "column",
    place,
    label_zh,
    raw as printed,
    state,
    value,
    value_best,
    quality,
    citation
from {{ target.schema }}.rpt_citations
where filing_id = filing and cell_key = cell;
comment on macro table {{ target.schema }}.citation is '任一单元格的出处：select * from citation(报告标识, 单元格代码)。 / Where a number comes from: select * from citation(filing_id, cell_key).'
    {%- endif -%}
{%- endmacro %}
