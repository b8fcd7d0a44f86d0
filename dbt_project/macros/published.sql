{# A table as a published view names it: without the database, which has another name in a release. #}
{% macro published(model) -%}
    {{ ref(model).include(database=false) }}
{%- endmacro %}

{# What makes a figure an agency's, first in every view of measures, with the place that it lies in: nobody has
   to join for "the districts of Fujian". `facts` and `agencies` are relations in the query. #}
{% macro agency_key(facts, agencies) -%}
    {{ facts }}.filing_id,
    {{ facts }}.agency_id,
    {{ agencies }}.name_zh,
    {{ agencies }}.province_zh,
    {{ agencies }}.city_zh,
    {{ agencies }}.county_zh,
    {{ agencies }}.level,
    {{ agencies }}.kind,
    {{ agencies }}.division_type,
    {{ facts }}.report_year,
    {{ facts }}.scope
{%- endmacro %}
