-- fct_cells has every tidy cell, once. This stands in for a primary key on that table: an index over two
-- strings a cell is seven times the size of the data (measured on two million rows: 89 MB against 13 MB).
with expected as (

    select
        filing_id,
        cell_key,
        1 as n
    from {{ ref('stg_cells') }}

),

found as (

    select
        filing_id,
        cell_key,
        count(*) as n
    from {{ ref('fct_cells') }}
    group by filing_id, cell_key

)

select
    coalesce(expected.filing_id, found.filing_id) as filing_id,
    coalesce(expected.cell_key, found.cell_key) as cell_key,
    expected.n as expected_rows,
    found.n as found_rows
from expected
full outer join found on expected.filing_id = found.filing_id and expected.cell_key = found.cell_key
where expected.n is distinct from found.n
