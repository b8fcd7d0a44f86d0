select
    cast(columns.column_code as varchar) as result,
    cast(arg_max(columns.label_zh, forms.first_year) as varchar) as label_zh,
    cast(arg_max(columns.label_en, forms.first_year) as varchar) as label_en,
    cast(arg_max(columns.position, forms.first_year) as integer) as position
from {{ ref('stg_catalog_columns') }} as columns
inner join {{ ref('stg_catalog_forms') }} as forms on columns.form = forms.form
where columns.table_code = 't4' and not columns.is_total
group by columns.column_code
