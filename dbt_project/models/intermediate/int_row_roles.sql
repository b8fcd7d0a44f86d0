-- Optional rows: （六）其他处理 of the form of 2021 may be printed as one row with numbers.
--   stands_in  it is printed instead of the rows it replaces: one outcome leaf, an additive part
--   replaced   those rows, in that filing: nothing is printed there, and nothing is missing
--   beside     it is printed together with numbers in those rows: a subtotal, never a part
-- Said of each filing and row; rows without an entry are what the form says they are.
with pairs as (

    select
        form,
        table_code,
        row_code,
        unnest(replaces) as replaced_row
    from {{ ref('stg_catalog_rows') }}
    where len(replaces) > 0

),

printed as (

    select
        filing_id,
        form,
        table_code,
        row_code,
        count(value) as n_values
    from {{ ref('stg_cells') }}
    group by filing_id, form, table_code, row_code

),

verdicts as (

    select
        single.filing_id,
        single.table_code,
        single.row_code,
        coalesce(sum(part.n_values), 0) > 0 as has_parts
    from printed as single
    inner join pairs
        on
            single.form = pairs.form
            and single.table_code = pairs.table_code
            and single.row_code = pairs.row_code
    left join printed as part
        on
            single.filing_id = part.filing_id
            and pairs.table_code = part.table_code
            and pairs.replaced_row = part.row_code
    group by single.filing_id, single.table_code, single.row_code

)

select
    filing_id,
    table_code,
    row_code,
    case when has_parts then 'beside' else 'stands_in' end as role
from verdicts

union all

select
    verdicts.filing_id,
    verdicts.table_code,
    pairs.replaced_row as row_code,
    'replaced' as role
from verdicts
inner join {{ ref('stg_filings') }} as filings on verdicts.filing_id = filings.filing_id
inner join pairs
    on
        filings.form = pairs.form
        and verdicts.table_code = pairs.table_code
        and verdicts.row_code = pairs.row_code
where not verdicts.has_parts
