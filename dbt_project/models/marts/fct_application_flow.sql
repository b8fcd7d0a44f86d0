-- The stock-and-flow account of each applicant type: new + carried in = handled + carried out, as printed.
-- The four are four different measures, not parts of one; each is additive over applicant types only.
{%- set measures = {
    'new_received': 'new_received',
    'carried_in': 'carried_in',
    'handled': 'total_handled',
    'carried_out': 'carried_out',
} %}
select
    {{ filing_key('cells') }},
    cast(cells.column_code as varchar) as applicant_type,
    {%- for measure, row_code in measures.items() %}
    cast(max(cells.value) filter (where cells.row_code = '{{ row_code }}') as decimal(24, 6)) as {{ measure }},
    cast(max(cells.value_best) filter (where cells.row_code = '{{ row_code }}') as decimal(24, 6)) as {{ measure }}_best,
    cast(max(cells.state) filter (where cells.row_code = '{{ row_code }}') as varchar) as {{ measure }}_state,
    cast(max(cells.cell_key) filter (where cells.row_code = '{{ row_code }}') as varchar) as {{ measure }}_cell_key,
    {%- endfor %}
    cast(any_value(cells.unit) as varchar) as unit,
    cast({{ worst_quality('cells.quality') }} as varchar) as quality
from {{ ref('fct_cells') }} as cells
inner join {{ ref('dim_applicant_type') }} as applicants on cells.column_code = applicants.applicant_type
where
    cells.is_current
    and cells.table_code = 't3'
    and cells.row_code in ('{{ measures.values() | join("', '") }}')
group by all
