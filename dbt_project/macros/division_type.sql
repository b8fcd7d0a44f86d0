{# What kind of place a government stands for, by `place`, the name that the list of its year gives it: districts are
   told from counties, which are of one level. Null for bodies that stand for no place. 碑林区 ends as 神农架林区 does
   and is a district, so the two places that are called 区 and are none are named. #}
{% macro division_type(place, level, kind) -%}
    {%- set endings = {
        'province': {'省': 'province', '自治区': 'autonomous_region', '市': 'municipality'},
        'city': {
            '市': 'prefecture_level_city', '自治州': 'autonomous_prefecture', '地区': 'prefecture', '盟': 'league'
        },
        'county': {'区': 'district', '县': 'county', '市': 'county_level_city', '旗': 'banner'},
        'town': {'镇': 'town', '乡': 'township', '苏木': 'township'},
    } -%}
    case
        when {{ kind }} not in ('government', 'street_office', 'town_government') then null
        when {{ kind }} = 'street_office' then 'street'
        when {{ place }} in ('神农架林区', '六枝特区') then 'other'
        {%- for of_level, types in endings.items() %}
        {%- for ending, type in types.items() %}
        when {{ level }} = '{{ of_level }}' and ends_with({{ place }}, '{{ ending }}') then '{{ type }}'
        {%- endfor %}
        {%- endfor %}
        else 'other'
    end
{%- endmacro %}
