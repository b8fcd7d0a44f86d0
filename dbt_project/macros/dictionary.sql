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

{# Columns of a model's primary key; of one without (a view, a nullable column) its `config.meta.grain`, which
   tests/assert_grains_hold.sql holds. #}
{% macro key_columns(node) -%}
    {% set found = [] %}
    {% do found.extend((node.config.meta or {}).get('grain', [])) %}
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

{# What a column of that name refers to in every table but the one it comes from. Few tables test it: facts take
   these columns over from fct_filings and dim_cell, where they are tested. #}
{% macro shared_keys() -%}
    {{ return({
        'agency_id': 'dim_agency.agency_id',
        'filing_id': 'fct_filings.filing_id',
        'form': 'dim_form.form',
        'report_year': 'dim_report_year.report_year',
        'sha256': 'fct_documents.sha256',
        'concept': 'dim_concept.concept',
        'identity_id': 'dim_identity.identity_id',
    }) }}
{%- endmacro %}

{# `table.column` that a column refers to, none where it refers to nothing: what a test holds (`tested`, of joins),
   else its `config.meta.joins_to`, else the key of that name. A cell key needs a second column, so both stand in
   brackets: with the form it finds a label, with the filing a printed cell. #}
{% macro joins_to(node, column, tested) -%}
    {% set said = tested.get((node.unique_id, column.name)) or column_meta(node, column).get('joins_to') %}
    {% if not said and column.name.endswith('cell_key') %}
        {% if 'form' in node.columns and node.name != 'dim_cell' %}
            {% set said = 'dim_cell.(form, cell_key)' %}
        {% elif 'filing_id' in node.columns %}
            {% set said = 'fct_cells.(filing_id, cell_key)' %}
        {% endif %}
    {% endif %}
    {% set said = said or shared_keys().get(column.name) %}
    {{ return(none if not said or said.split('.')[0] == node.name else said) }}
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
