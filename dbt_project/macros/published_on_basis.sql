{# What tells the date of a filing, out of `found`, where the reader keeps how it came by each headline field. What
   is none of the others is the label that the date stands behind (发布日期：). #}
{% macro published_on_basis() -%}
    {%- set how = "json_extract_string(found, '$.published_on.how')" -%}
    case
        when published_on is null then null
        when {{ how }} = 'date of signature' then 'signature'
        when {{ how }} = 'corrected_by_ledger' then 'ledger'
        when {{ how }} like 'meta %' then 'page_metadata'
        when {{ how }} is not null then 'page_label'
    end
{%- endmacro %}
