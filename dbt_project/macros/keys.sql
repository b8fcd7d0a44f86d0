{# Keys of facts are declared in their contracts and tested (tests/assert_keys_of_facts_are_unique.sql), but make
   no index: an index over two or three strings a row is several times the size of the data, and takes longer to
   write than the data. The other tables are small, and the database holds their keys. #}
{% macro has_key_index(node) -%}
    {% set found = [] %}
    {% for constraint in node.constraints if constraint.type == 'primary_key' %}
        {% do found.append(constraint) %}
    {% endfor %}
    {{ return(not (found and node.name.startswith('fct_'))) }}
{%- endmacro %}

{# What dbt creates a table with, in place of dbt's own macro; only the keys of facts are left out. #}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set indexed = not model['name'].startswith('fct_') -%}
    {%- set kept = [] -%}
    {%- for constraint in model['constraints'] if indexed or constraint.type != 'primary_key' -%}
        {%- do kept.append(constraint) -%}
    {%- endfor -%}
    {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    ({{ (columns + adapter.render_raw_model_constraints(raw_constraints=kept)) | join(', ') }})
{%- endmacro %}
