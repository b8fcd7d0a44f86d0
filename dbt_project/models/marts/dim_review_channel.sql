select
    cast(channels.row_code as varchar) as channel,
    cast(arg_max(channels.label_zh, forms.first_year) as varchar) as label_zh,
    cast(arg_max(channels.label_en, forms.first_year) as varchar) as label_en,
    cast(arg_max(channels.parent, forms.first_year) as varchar) as channel_group,
    cast(arg_max(channels.article, forms.first_year) as varchar) as article,
    cast(arg_max(channels.position, forms.first_year) as integer) as position
from {{ ref('stg_catalog_rows') }} as channels
inner join {{ ref('stg_catalog_forms') }} as forms on channels.form = forms.form
where channels.table_code = 't4' and channels.has_cells and not channels.is_total
group by channels.row_code
