-- The stock-and-flow account of each applicant type: new + carried in = handled + carried out, as printed.
-- The four are four different measures, not parts of one; each is additive over applicant types only.
{%- set measures = {
    'new_received': 'new_received',
    'carried_in': 'carried_in',
    'handled': 'total_handled',
    'carried_out': 'carried_out',
} %}
select
    {{ filing_key('filings') }},
    cast(parts.applicant_type as varchar) as applicant_type,
    {%- for measure, row_code in measures.items() %}
    cast(max(parts.value) filter (where parts.row_code = '{{ row_code }}') as decimal(24, 6)) as {{ measure }},
    cast(max({{ value_best('parts', 'verdicts') }}) filter (where parts.row_code = '{{ row_code }}') as decimal(24, 6)) as {{ measure }}_best,
    cast(max(parts.state) filter (where parts.row_code = '{{ row_code }}') as varchar) as {{ measure }}_state,
    cast(max(parts.cell_key) filter (where parts.row_code = '{{ row_code }}') as varchar) as {{ measure }}_cell_key,
    {%- endfor %}
    cast(any_value(parts.unit) as varchar) as unit,
    cast({{ worst_quality(quality('parts', 'doubts')) }} as varchar) as quality
from {{ ref('stg_applications') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
inner join {{ ref('dim_applicant_type') }} as applicants on parts.applicant_type = applicants.applicant_type
left join {{ ref('stg_verdicts') }} as verdicts
    on parts.filing_id = verdicts.filing_id and parts.cell_key = verdicts.cell_key
left join {{ ref('int_doubts') }} as doubts
    on parts.filing_id = doubts.filing_id and parts.cell_key = doubts.cell_key
where filings.is_current and parts.row_code in ('{{ measures.values() | join("', '") }}')
group by all
