{# The loosest of a group of relations to a concept (dim_crosswalk.relation) that may be compared; `relations` lists
   the columns to look at, `of` which rows (all without it). Null where there are none. #}
{% macro loosest_relation(relations, of='true') -%}
    case
        max(greatest(
            {%- for relation in relations %}
            case {{ relation }} when 'identical' then 1 when 'sum_only' then 2 when 'approximate' then 3 end
            {{- ',' if not loop.last }}
            {%- endfor %}
        )) filter (where {{ of }})
        when 1 then 'identical'
        when 2 then 'sum_only'
        when 3 then 'approximate'
    end
{%- endmacro %}
