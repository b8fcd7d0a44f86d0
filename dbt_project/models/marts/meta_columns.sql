-- One row a column of the release: written from the yml of the models, see macros/dictionary.sql; what a cell
-- of a form knows (label, unit, article, forms) comes from dim_cell.
{%- set joined = joins() %}
with described as (

    {% for node in mart_nodes() %}
    {%- set key = key_columns(node) %}
    {%- set by_row = 'unit' in node.columns %}
    {%- for column in node.columns.values() %}
    {%- set meta = column_meta(node, column) %}
    select
        {{ literal(node.name) }} as table_name,
        {{ loop.index }} as position,
        {{ literal(column.name) }} as column_name,
        {{ literal(column.data_type) }} as data_type,
        {{ literal(column.description) }} as description,
        {{ column.name in key }} as is_key,
        {{ literal(joins_to(node, column, joined)) }} as joins_to,
        {{ literal(meta.get('cell')) }} as cell_key,
        {{ literal(meta.get('unit')) }} as unit,
        {{ literal(meta.get('formula')) }} as formula,
        {{ by_row and column.data_type.startswith('decimal') }} as has_unit_in_row
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        null as table_name, 0 as position, null as column_name, null as data_type, null as description,
        false as is_key, null as joins_to, null as cell_key, null as unit, null as formula,
        false as has_unit_in_row
    where false
    {% endfor %}

),

cells as (

    select
        cell_key,
        list(form order by form) as forms,
        list(distinct label_zh order by label_zh) as labels,
        list(distinct unit order by unit) filter (where unit is not null) as units,
        list(distinct article order by article) filter (where article is not null) as articles
    from {{ ref('dim_cell') }}
    group by cell_key

)

select
    cast(described.table_name as varchar) as table_name,
    cast(described.position as integer) as position,
    cast(described.column_name as varchar) as column_name,
    cast(described.data_type as varchar) as data_type,
    cast(split_part(described.description, ' / ', 1) as varchar) as description_zh,
    cast(
        substr(described.description, length(split_part(described.description, ' / ', 1)) + 4) as varchar
    ) as description_en,
    cast(
        case
            when described.unit is not null then described.unit
            when described.column_name like '%\_state' escape '\' then null
            when described.cell_key is not null then array_to_string(cells.units, ', ')
            when described.has_unit_in_row then 'column unit'
            when regexp_matches(described.column_name, '(^|_)n_') and described.data_type = 'integer' then 'count'
        end as varchar
    ) as unit,
    cast(cells.forms as varchar[]) as forms,
    cast(array_to_string(cells.labels, '; ') as varchar) as row_label_zh,
    cast(array_to_string(cells.articles, '; ') as varchar) as article,
    cast(described.formula as varchar) as formula,
    cast(described.cell_key as varchar) as cell_key,
    cast(described.is_key as boolean) as is_key,
    cast(described.joins_to as varchar) as joins_to
from described
left join cells on described.cell_key = cells.cell_key
order by described.table_name, described.position
