{# Places as `stg_agency_resolutions` keeps them, a JSON list, with what is asked of them here. #}
{% macro places_told(json) -%}
    from_json({{ json }}, '[{"agency_id": "VARCHAR", "division_code": "VARCHAR", "contradicted_by": "VARCHAR"}]')
{%- endmacro %}
