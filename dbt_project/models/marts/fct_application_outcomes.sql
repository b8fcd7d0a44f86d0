-- Additive parts only: outcome leaf x applicant type. The total column and the total row are left out by what
-- the catalog says of them, so that a sum over this table counts every request once. A row that a report
-- prints in place of others is a leaf here, and those others are not; printed beside them it is a subtotal,
-- and stands in fct_printed_totals only.
select
    {{ filing_key('filings') }},
    cast(parts.row_code as varchar) as outcome,
    cast(parts.applicant_type as varchar) as applicant_type,
    cast(parts.cell_key as varchar) as cell_key,
    cast(parts.value as decimal(24, 6)) as value,
    cast({{ value_best('parts', 'verdicts') }} as decimal(24, 6)) as value_best,
    cast(verdicts.verdict as varchar) as verdict,
    cast(parts.state as varchar) as state,
    cast(parts.unit as varchar) as unit,
    cast({{ quality('parts', 'doubts') }} as varchar) as quality
from {{ ref('stg_applications') }} as parts
inner join {{ ref('int_filings') }} as filings on parts.filing_id = filings.filing_id
inner join {{ ref('dim_outcome') }} as outcomes
    on parts.row_code = outcomes.outcome and list_contains(outcomes.valid_forms, parts.form)
inner join {{ ref('dim_applicant_type') }} as applicants on parts.applicant_type = applicants.applicant_type
left join {{ ref('int_row_roles') }} as roles
    on parts.filing_id = roles.filing_id and roles.table_code = 't3' and parts.row_code = roles.row_code
left join {{ ref('stg_verdicts') }} as verdicts
    on parts.filing_id = verdicts.filing_id and parts.cell_key = verdicts.cell_key
left join {{ ref('int_doubts') }} as doubts
    on parts.filing_id = doubts.filing_id and parts.cell_key = doubts.cell_key
where filings.is_current and coalesce(roles.role, 'stands_in') = 'stands_in'
