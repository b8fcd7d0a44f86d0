-- Numbers that changed, and why: the agency issued its report again, the same document is read otherwise, or a
-- person gave a verdict. Of vintages those count that took over from the one that was current, be it that an
-- earlier one was put back (ingestion/normalise); a copy, a page that lost its tables and what is withdrawn changed
-- nothing.
with reissued as (

    select
        filings.*,
        turns.old_filing_id,
        turns.n_times,
        earlier.vintage as old_vintage
    from (
        select
            filing_id,
            old_filing_id,
            count(*) as n_times
        from (
            select
                filing_id,
                unnest(from_json(took_over_from, '["VARCHAR"]')) as old_filing_id
            from {{ ref('stg_filings') }}
            where took_over_from is not null
        )
        group by all
    ) as turns
    inner join {{ ref('fct_filings') }} as filings on turns.filing_id = filings.filing_id
    inner join {{ ref('fct_filings') }} as earlier
        on turns.old_filing_id = earlier.filing_id and filings.form = earlier.form

),

-- a row that only one of the two lists is compared with nothing
side_by_side as (

    select
        old_cells.cell_key,
        reissued.filing_id,
        reissued.old_filing_id,
        old_cells.value as old_value,
        null as new_value,
        old_cells.state as old_state,
        null as new_state
    from reissued
    inner join {{ ref('fct_cells') }} as old_cells on reissued.old_filing_id = old_cells.filing_id

    union all

    select
        new_cells.cell_key,
        reissued.filing_id,
        reissued.old_filing_id,
        null as old_value,
        new_cells.value as new_value,
        null as old_state,
        new_cells.state as new_state
    from reissued
    inner join {{ ref('fct_cells') }} as new_cells on reissued.filing_id = new_cells.filing_id

),

between_vintages as (

    select
        filing_id,
        old_filing_id,
        cell_key,
        max(old_value) as old_value,
        max(new_value) as new_value,
        max(old_state) as old_state,
        max(new_state) as new_state
    from side_by_side
    group by filing_id, old_filing_id, cell_key
    having
        max(old_value) is distinct from max(new_value)
        or max(old_state) is distinct from max(new_state)

)

select
    {{ filing_key('reissued') }},
    cast(changed.cell_key as varchar) as cell_key,
    cast('new_vintage' as varchar) as cause,
    cast(changed.old_filing_id as varchar) as evidence,
    cast(changed.old_value as decimal(24, 6)) as old_value,
    cast(changed.new_value as decimal(24, 6)) as new_value,
    cast(changed.old_state as varchar) as old_state,
    cast(changed.new_state as varchar) as new_state,
    cast(
        'vintage ' || reissued.old_vintage || ' -> ' || reissued.vintage
        || if(reissued.old_vintage > reissued.vintage, ', put back', '')
        || if(reissued.n_times > 1, ', ' || reissued.n_times || ' times', '') as varchar
    ) as detail
from between_vintages as changed
inner join reissued
    on changed.filing_id = reissued.filing_id and changed.old_filing_id = reissued.old_filing_id

union all

select
    {{ filing_key('cells') }},
    cells.cell_key,
    'verdict' as cause,
    cells.correction_id as evidence,
    cells.value as old_value,
    cells.value_best as new_value,
    cells.state as old_state,
    cells.state as new_state,
    cells.verdict as detail
from {{ ref('fct_cells') }} as cells
where cells.is_current and cells.verdict_status = 'settled' and cells.value_best is distinct from cells.value

union all

select
    {{ filing_key('reread') }},
    reread.cell_key,
    'new_reader' as cause,
    reread.release as evidence,
    reread.old_value,
    reread.new_value,
    reread.old_state,
    reread.new_state,
    reread.detail
from {{ ref('stg_reader_changes') }} as reread
