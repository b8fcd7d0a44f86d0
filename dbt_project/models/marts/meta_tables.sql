-- One row a table of the release: written from the yml of the models, see macros/dictionary.sql.
with described as (

    {% for node in mart_nodes() %}
    select
        {{ literal(node.name) }} as table_name,
        {{ literal(node.description) }} as description,
        {{ literal((node.config.meta or {}).get('use_for')) }} as use_for,
        {{ (node.config.meta or {}).get('for_experts', false) }} as for_experts,
        {{ literals(key_columns(node)) }} as primary_key,
        {{ node.columns | length }} as n_columns
    {{ 'union all' if not loop.last }}
    {% else %}
    select null as table_name, null as description, null as use_for, false as for_experts, [] as primary_key, 0 as n_columns where false
    {% endfor %}

)

select
    cast(table_name as varchar) as table_name,
    cast(
        case split_part(table_name, '_', 1)
            when 'dim' then 'dimension'
            when 'fct' then 'fact'
            when 'rpt' then 'report'
            when 'meta' then 'dictionary'
            when 'measure' then 'measure'
            else 'other'
        end as varchar
    ) as kind,
    cast(split_part(description, ' / ', 1) as varchar) as description_zh,
    cast(substr(description, length(split_part(description, ' / ', 1)) + 4) as varchar) as description_en,
    cast(split_part(use_for, ' / ', 1) as varchar) as use_for_zh,
    cast(substr(use_for, length(split_part(use_for, ' / ', 1)) + 4) as varchar) as use_for_en,
    cast(for_experts as boolean) as for_experts,
    cast(primary_key as varchar[]) as primary_key,
    cast(n_columns as integer) as n_columns
from described
order by table_name
