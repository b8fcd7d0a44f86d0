{# The dictionary of the marts out of their own yml: descriptions ("中文 / English" in one string), types, keys,
   relations and `config.meta` (cell, unit, formula). Whatever model is added to marts is in it.

   dbt knows the whole graph only while it executes; before that both macros give nothing. #}

{# A text as an SQL literal, null where there is none. #}
{% macro literal(text) -%}
    {{ "cast(null as varchar)" if text is none or text == '' else "'" ~ (text | string | replace("'", "''")) ~ "'" }}
{%- endmacro %}

{% macro literals(texts) -%}
    cast([{% for text in texts %}{{ literal(text) }}{{ ', ' if not loop.last }}{% endfor %}] as varchar[])
{%- endmacro %}

{% macro mart_nodes() -%}
    {% set found = [] %}
    {% if execute %}
        {% for node in graph.nodes.values() | sort(attribute='name') %}
            {% if node.resource_type == 'model' and node.schema == target.schema %}
                {% do found.append(node) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{%- endmacro %}

{# Columns of a model's primary key. #}
{% macro key_columns(node) -%}
    {% set found = [] %}
    {% for constraint in node.constraints if constraint.type == 'primary_key' %}
        {% do found.extend(constraint.columns) %}
    {% endfor %}
    {% for column in node.columns.values() %}
        {% for constraint in column.constraints if constraint.type == 'primary_key' %}
            {% do found.append(column.name) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{# `table.column` by (model, column), from the tests that hold the relation. #}
{% macro joins() -%}
    {% set found = {} %}
    {% if execute %}
        {% for node in graph.nodes.values() if node.resource_type == 'test' and node.test_metadata %}
            {% if node.test_metadata.name == 'relationships' %}
                {% set given = node.test_metadata.kwargs %}
                {% set target = (given.get('arguments') or given)['to'].split("'")[1] %}
                {% set field = (given.get('arguments') or given)['field'] %}
                {% do found.update({(node.attached_node, node.column_name): target ~ '.' ~ field}) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{%- endmacro %}

{# A column's `config.meta`. `<column>_best` and `<column>_state` say more about the cell of `<column>`. #}
{% macro column_meta(node, column) -%}
    {% set own = column.config.meta if column.config else {} %}
    {% if not own %}
        {% for suffix in ['_best', '_state'] if column.name.endswith(suffix) %}
            {% set about = node.columns.get(column.name[: -(suffix | length)]) %}
            {% if about and about.config and about.config.meta and about.config.meta.get('cell') %}
                {{ return({'cell': about.config.meta['cell']}) }}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(own or {}) }}
{%- endmacro %}
