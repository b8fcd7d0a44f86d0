{# Schemas are named as written (`staging`, not `main_staging`): publishing drops `staging` by its name. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
