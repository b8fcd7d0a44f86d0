{# Days after 31 January and after 31 March of the year after the report year, negative before them; `years` is
   dim_report_year in the query. Until the report year 2018 the Regulation had one day for all, 31 March. #}
{% macro days_late(published_on, years) -%}
    cast(
        if(month({{ years }}.deadline_departments) = 1, {{ published_on }} - {{ years }}.deadline_departments, null)
        as integer
    ) as late_vs_31jan,
    cast({{ published_on }} - {{ years }}.deadline_governments as integer) as late_vs_31mar
{%- endmacro %}
