-- The leaves of （三）本年度办理结果: each request gets exactly one. The class is the printed group above the
-- leaf, or the leaf itself where the form prints no group. `other` is a leaf of the form of 2019 and, where a
-- report prints one row instead of three, of the form of 2021. Where forms word a label differently, the
-- newest form's wording stands.
with leaves as (

    select
        leaf.*,
        forms.first_year,
        coalesce(leaf.outcome_class, leaf.row_code) as class_code
    from {{ ref('stg_catalog_rows') }} as leaf
    inner join {{ ref('stg_catalog_forms') }} as forms on leaf.form = forms.form
    where leaf.table_code = 't3' and (leaf.is_outcome_leaf or leaf.is_optional)

)

select
    cast(leaves.row_code as varchar) as outcome,
    cast(arg_max(leaves.label_zh, leaves.first_year) as varchar) as label_zh,
    cast(arg_max(leaves.label_en, leaves.first_year) as varchar) as label_en,
    cast(arg_max(leaves.class_code, leaves.first_year) as varchar) as outcome_class,
    cast(arg_max(classes.label_zh, leaves.first_year) as varchar) as class_label_zh,
    cast(arg_max(classes.label_en, leaves.first_year) as varchar) as class_label_en,
    cast(arg_max(leaves.article, leaves.first_year) as varchar) as article,
    cast(arg_max(leaves.gist_zh, leaves.first_year) as varchar) as gist_zh,
    cast(arg_max(leaves.gist_en, leaves.first_year) as varchar) as gist_en,
    cast(arg_max(leaves.refusal_kind, leaves.first_year) as varchar) as refusal_kind,
    cast(list(leaves.form order by leaves.first_year) as varchar[]) as valid_forms,
    cast(min(leaves.first_year) as integer) as first_report_year,
    cast(arg_max(leaves.replaces, leaves.first_year) as varchar[]) as stands_for,
    cast(arg_max(leaves.position, leaves.first_year) as integer) as position
from leaves
inner join {{ ref('stg_catalog_rows') }} as classes
    on leaves.form = classes.form and classes.table_code = 't3' and leaves.class_code = classes.row_code
group by leaves.row_code
