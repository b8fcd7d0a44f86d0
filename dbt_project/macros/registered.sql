{# Whether a version of a body holds in a report year: a body has at most one such version. #}
{% macro valid_in(versions, report_year) -%}
    {{ report_year }} between coalesce({{ versions }}.valid_from, 0) and coalesce({{ versions }}.valid_to, 9999)
{%- endmacro %}

{# Whether the Regulation obliges that kind of body to publish a yearly report. Schools, hospitals and water works
   (公共企事业单位) disclose under rules of their own: REG711 Art. 55, REG492 Art. 37. #}
{% macro is_obliged(versions) -%}
    {{ versions }}.kind <> 'public_institution'
{%- endmacro %}
