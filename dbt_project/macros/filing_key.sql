{# What makes a filing, first on every fact; `alias` is a relation that carries the columns of
   int_filings. One place, so that every fact names and types its key alike. #}
{% macro filing_key(alias) -%}
    cast({{ alias }}.filing_id as varchar) as filing_id,
    cast({{ alias }}.agency_id as varchar) as agency_id,
    cast({{ alias }}.agency as varchar) as agency,
    cast({{ alias }}.report_year as integer) as report_year,
    cast({{ alias }}.scope as varchar) as scope,
    cast({{ alias }}.form as varchar) as form
{%- endmacro %}
