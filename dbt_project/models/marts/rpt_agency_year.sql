-- One wide row an agency, report year and scope: the current vintage. Numbers are as printed; a number that
-- is not printed is null, with its state beside it, and a sum is null as soon as one of its parts is. Series
-- that a change of form broke stand in columns of their own and are not joined.
{%- set cells = {
    'new_received': 't3.new_received.total',
    'carried_in': 't3.carried_in.total',
    'handled': 't3.total_handled.total',
    'carried_out': 't3.carried_out.total',
    'review_total': 't4.review.total',
    'litigation_direct_total': 't4.lit_direct.total',
    'litigation_after_review_total': 't4.lit_after_review.total',
    'normative_docs_made_new': 't2_1.normative_docs.made_new',
    'normative_docs_issued': 't2_1.normative_docs.issued',
    'normative_docs_in_force': 't2_1.normative_docs.in_force',
    'license_decisions': 't2_5.admin_license.decisions',
    'penalty_decisions': 't2_6.admin_penalty.decisions',
    'coercion_decisions': 't2_6.admin_coercion.decisions',
    'fee_amount_10k_yuan': 't2_8.admin_fee.amount',
    'legacy_fujian_requests_received': 'fj.requests_received.year',
    'legacy_fujian_proactive_items': 'fj.proactive_total.year',
    'legacy_national_requests_received': 'nat.requests_received.count',
    'legacy_national_proactive_items': 'nat.proactive_total.count',
} %}
with form_cells as (

    select
        form,
        list(cell_key) filter (where cell_key in ('{{ cells.values() | join("', '") }}')) as cell_keys
    from {{ ref('dim_cell') }}
    group by form

),

received as (

    select
        filing_id,
        value,
        value_best,
        relation,
        quality,
        states_not_printed
    from {{ ref('fct_series') }}
    where concept = 'requests_received'

),

counted as (

    select
        filing_id,
        count(*) filter (where value is null and derived_value is not null) as n_derived,
        count(*) filter (where is_suspect) as n_suspect,
        count(verdict) filter (where verdict_status = 'settled') as n_settled
    from {{ ref('fct_cells') }}
    where is_current
    group by filing_id

),

printed as (

    select
        c.filing_id,
        {%- for column, cell_key in cells.items() %}
        {{ printed(cell_key, column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_cells') }} as c
    where c.is_current and c.cell_key in ('{{ cells.values() | join("', '") }}')
    group by c.filing_id

),

-- the worst of any number of the report; where nothing speaks against one of them, the counts of states above
-- say how many there are
doubted as (

    select
        filing_id,
        {{ worst_quality('quality') }} as quality
    from {{ ref('int_doubts') }}
    group by filing_id

),

-- classes add up the printed 总计 of their leaf rows: many bodies print that column only
leaf_totals as (

    select
        cells.filing_id,
        outcomes.outcome_class,
        count(*) as n_parts,
        count(cells.value) as n_reported,
        sum(cells.value) as reported_sum
    from {{ ref('fct_cells') }} as cells
    inner join {{ ref('stg_catalog_columns') }} as columns
        on
            cells.form = columns.form
            and cells.table_code = columns.table_code
            and cells.column_code = columns.column_code
            and columns.is_total
    inner join {{ ref('dim_outcome') }} as outcomes
        on cells.row_code = outcomes.outcome and list_contains(outcomes.valid_forms, cells.form)
    anti join {{ ref('int_row_roles') }} as roles
        on
            cells.filing_id = roles.filing_id
            and cells.table_code = roles.table_code
            and cells.row_code = roles.row_code
            and roles.role <> 'stands_in'
    where cells.is_current and cells.table_code = 't3'
    group by cells.filing_id, outcomes.outcome_class

),

classes as (

    select
        filing_id,
        {%- for class in outcome_classes() %}
        max(if(n_parts = n_reported, reported_sum, null)) filter (where outcome_class = '{{ class }}') as {{ class }},
        max(n_reported) filter (where outcome_class = '{{ class }}') as {{ class }}_n_reported,
        max(n_parts) filter (where outcome_class = '{{ class }}') as {{ class }}_n_parts{{ ',' if not loop.last }}
        {%- endfor %}
    from leaf_totals
    group by filing_id

),

identities as (

    select
        filing_id,
        count(*) filter (where result = 'holds') as n_holds,
        count(*) filter (where result = 'holds_lenient') as n_holds_lenient,
        count(*) filter (where result = 'fails') as n_fails,
        count(*) filter (where result = 'fails_lenient') as n_fails_lenient,
        count(*) filter (where result = 'fails' and severity = 'error') as n_fails_error,
        count(*) filter (where result = 'not_evaluable') as n_not_evaluable
    from {{ ref('fct_identity_results') }}
    where is_current
    group by filing_id

),

-- prose stands beside the table and never fills it; two different numbers in the prose are shown as two. A
-- qualified statement (area-wide, wording that may be cumulative) is about something else
narrative as (

    select
        filing_id,
        list(distinct value order by value) as requests_received
    from {{ ref('stg_narrative_facts') }}
    where
        fact = 'requests_received'
        and value is not null
        and coalesce(qualifier, 'negative_statement') = 'negative_statement'
    group by filing_id

)

select
    {{ filing_key('filings') }},
    cast(agencies.name_zh as varchar) as name_zh,
    cast(agencies.level as varchar) as level,
    cast(agencies.kind as varchar) as kind,
    cast(agencies.province_zh as varchar) as province_zh,
    cast(agencies.city_zh as varchar) as city_zh,
    cast(agencies.county_zh as varchar) as county_zh,
    cast(filings.scope_basis as varchar) as scope_basis,
    cast(filings.status as varchar) as status,
    cast(filings.title as varchar) as title,
    cast(filings.vintage as integer) as vintage,
    cast(filings.sha256 as varchar) as sha256,
    cast(documents.name as varchar) as document,
    cast(documents.url as varchar) as url,
    cast(filings.published_on as date) as published_on,
    cast(filings.published_on_basis as varchar) as published_on_basis,
    cast(filings.published_on <= years.deadline_departments as boolean) as is_by_departments_deadline,
    cast(filings.published_on <= years.deadline_governments as boolean) as is_by_governments_deadline,
    cast(coalesce(years.breaks_before, []) as varchar[]) as breaks_before,
    cast(filings.n_cells as integer) as n_cells,
    cast(filings.n_reported as integer) as n_reported,
    cast(filings.n_blank as integer) as n_blank,
    cast(filings.n_missing as integer) as n_missing,
    cast(filings.n_unreadable as integer) as n_unreadable,
    cast(coalesce(counted.n_derived, 0) as integer) as n_derived,
    cast(coalesce(counted.n_suspect, 0) as integer) as n_suspect,
    cast(coalesce(counted.n_settled, 0) as integer) as n_settled,
    cast(filings.n_reported / nullif(filings.n_cells, 0) as double) as coverage,
    cast(
        coalesce(doubted.quality, if(filings.n_reported > 0, 'complete', 'not_printed')) as varchar
    ) as quality,
    cast(received.value as decimal(24, 6)) as requests_received,
    cast(received.value_best as decimal(24, 6)) as requests_received_best,
    cast(
        case
            when received.value is not null then 'reported'
            when received.filing_id is not null then received.states_not_printed[1]
            when form_cells.form is not null then 'structurally_absent'
        end as varchar
    ) as requests_received_state,
    cast(received.relation as varchar) as requests_received_relation,
    cast(received.quality as varchar) as requests_received_quality,
    {%- for column, cell_key in cells.items() %}
    cast(printed.{{ column }} as decimal(24, 6)) as {{ column }},
    cast(printed.{{ column }}_best as decimal(24, 6)) as {{ column }}_best,
    cast(
        coalesce(
            printed.{{ column }}_state,
            -- without a recognised form nobody knows whether the cell is in it
            if(
                form_cells.form is not null
                and not coalesce(list_contains(form_cells.cell_keys, '{{ cell_key }}'), false),
                'structurally_absent',
                null
            )
        ) as varchar
    ) as {{ column }}_state,
    {%- endfor %}
    {%- for class in outcome_classes() %}
    cast(classes.{{ class }} as decimal(24, 6)) as {{ class }},
    cast(coalesce(classes.{{ class }}_n_reported, 0) as integer) as {{ class }}_n_reported,
    cast(coalesce(classes.{{ class }}_n_parts, 0) as integer) as {{ class }}_n_parts,
    {%- endfor %}
    cast(coalesce(narrative.requests_received, []) as decimal(24, 6)[]) as narrative_requests_received,
    cast(coalesce(identities.n_holds, 0) as integer) as n_identities_hold,
    cast(coalesce(identities.n_holds_lenient, 0) as integer) as n_identities_hold_lenient,
    cast(coalesce(identities.n_fails, 0) as integer) as n_identities_fail,
    cast(coalesce(identities.n_fails_lenient, 0) as integer) as n_identities_fail_lenient,
    cast(coalesce(identities.n_fails_error, 0) as integer) as n_errors_fail,
    cast(coalesce(identities.n_not_evaluable, 0) as integer) as n_identities_not_evaluable
from {{ ref('int_filings') }} as filings
left join {{ ref('dim_agency') }} as agencies on filings.agency_id = agencies.agency_id
left join form_cells on filings.form = form_cells.form
left join received on filings.filing_id = received.filing_id
left join {{ ref('stg_documents') }} as documents on filings.sha256 = documents.sha256
left join {{ ref('dim_report_year') }} as years on filings.report_year = years.report_year
left join counted on filings.filing_id = counted.filing_id
left join doubted on filings.filing_id = doubted.filing_id
left join printed on filings.filing_id = printed.filing_id
left join classes on filings.filing_id = classes.filing_id
left join identities on filings.filing_id = identities.filing_id
left join narrative on filings.filing_id = narrative.filing_id
where filings.is_current and filings.agency_id is not null
