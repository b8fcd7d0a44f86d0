-- Optional rows: （六）其他处理 of the form of 2021 may be printed as one row with numbers.
--   stands_in  it is printed instead of the rows it replaces: one outcome leaf, an additive part
--   replaced   those rows, in that filing: nothing is printed there, and nothing is missing
--   beside     it is printed together with numbers in those rows: a subtotal, never a part
-- Said of each filing and row; rows without an entry are what the form says they are. A table, though never
-- published: few reports print such a row, and every fact asks.
{{ config(materialized='table') }}

with pairs as (

    select
        form,
        table_code,
        row_code,
        unnest(replaces) as replaced_row
    from {{ ref('stg_catalog_rows') }}
    where len(replaces) > 0

),

singles as (

    select distinct
        cells.filing_id,
        cells.form,
        cells.table_code,
        cells.row_code
    from {{ ref('stg_cells') }} as cells
    semi join pairs
        on
            cells.form = pairs.form
            and cells.table_code = pairs.table_code
            and cells.row_code = pairs.row_code

),

replaced as (

    select
        singles.filing_id,
        singles.table_code,
        singles.row_code,
        pairs.replaced_row
    from singles
    inner join pairs
        on
            singles.form = pairs.form
            and singles.table_code = pairs.table_code
            and singles.row_code = pairs.row_code

),

-- single rows with numbers in the rows that they replace
subtotals as (

    select distinct
        replaced.filing_id,
        replaced.table_code,
        replaced.row_code
    from {{ ref('stg_cells') }} as cells
    inner join replaced
        on
            cells.filing_id = replaced.filing_id
            and cells.table_code = replaced.table_code
            and cells.row_code = replaced.replaced_row
    where cells.value is not null

)

select
    singles.filing_id,
    singles.table_code,
    singles.row_code,
    if(subtotals.filing_id is null, 'stands_in', 'beside') as role
from singles
left join subtotals
    on
        singles.filing_id = subtotals.filing_id
        and singles.table_code = subtotals.table_code
        and singles.row_code = subtotals.row_code

union all

select
    replaced.filing_id,
    replaced.table_code,
    replaced.replaced_row as row_code,
    'replaced' as role
from replaced
anti join subtotals
    on
        replaced.filing_id = subtotals.filing_id
        and replaced.table_code = subtotals.table_code
        and replaced.row_code = subtotals.row_code
