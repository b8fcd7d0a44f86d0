-- Python ends at the tidy tables of requests, reviews and section two, and says there which rows are parts and which
-- totals; the facts take their cells from fct_cells, with verdict and mark, and ask the dimensions for the same. Two
-- ways to one set of rows: a part that one of them leaves out, or counts as a total, is a cell that differs here.
-- Compared as one number a cell of a form, since a nation has millions of rows.
{%- set pairs = {
    'fct_application_outcomes': 'applications',
    'fct_reviews': 'reviews',
    'fct_disclosures': 'disclosures',
} %}
with current_filings as (

    select filing_id from {{ ref('fct_filings') }}
    where is_current

),

applications as (

    select rows.*
    from {{ ref('stg_applications') }} as rows
    semi join current_filings on rows.filing_id = current_filings.filing_id
    anti join {{ ref('int_row_roles') }} as roles
        on rows.filing_id = roles.filing_id and rows.row_code = roles.row_code and roles.table_code = 't3' and roles.role <> 'stands_in'
    where rows.is_outcome_leaf and not rows.is_total

),

reviews as (

    select rows.*
    from {{ ref('stg_reviews') }} as rows
    semi join current_filings on rows.filing_id = current_filings.filing_id
    where not rows.is_total

),

disclosures as (

    select rows.*
    from {{ ref('stg_disclosures') }} as rows
    semi join current_filings on rows.filing_id = current_filings.filing_id

){% for fact, tidy in pairs.items() %}{% for side, rows in (('fact', ref(fact)), ('tidy', tidy)) %},

{{ side }}_{{ tidy }} as (

    select
        form,
        cell_key,
        count(*) as n,
        bit_xor(hash(filing_id, value, state)) as said
    from {{ rows }}
    group by all

){% endfor %}{% endfor %}
{% for fact, tidy in pairs.items() %}
select
    '{{ fact }}' as fact,
    coalesce(facts.form, tidy.form) as form,
    coalesce(facts.cell_key, tidy.cell_key) as cell_key,
    facts.n as n_in_fact,
    tidy.n as n_in_tidy_table
from fact_{{ tidy }} as facts
full outer join tidy_{{ tidy }} as tidy on facts.form = tidy.form and facts.cell_key = tidy.cell_key
where facts.n is distinct from tidy.n or facts.said is distinct from tidy.said
{{ 'union all' if not loop.last }}
{%- endfor %}
