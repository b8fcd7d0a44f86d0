-- The ground is one of the cells that all refusals are added up from, so it is counted there.
select
    {{ agency_key('cells', 'agencies') }},
    grounds.outcome as ground,
    grounds.label_zh as ground_zh,
    cells.value as numerator,
    refused.value as denominator,
    cells.value_best as numerator_best,
    refused.value_best as denominator_best,
    cast(
        if(refused.value >= about.hidden_below, cells.value / nullif(refused.value, 0), null) as double
    ) as ratio,
    cast(
        if(
            refused.value_best >= about.hidden_below,
            cells.value_best / nullif(refused.value_best, 0),
            null
        ) as double
    ) as ratio_best,
    refused.value as n,
    coalesce(refused.value > 0 and refused.value < about.hidden_below, false) as is_hidden,
    refused.relation,
    refused.previous_report_year,
    refused.breaks_before,
    refused.joins_previous,
    cells.cell_key,
    refused.cell_keys as denominator_cell_keys,
    greatest(cast(cells.is_suspect as integer), refused.n_suspect) as n_suspect,
    {{ worse_quality('cells.quality', 'refused.quality') }} as quality
from {{ published('fct_cells') }} as cells
inner join {{ published('dim_outcome') }} as grounds
    on cells.row_code = grounds.outcome and grounds.outcome_class = 'denied'
inner join {{ published('dim_agency') }} as agencies on cells.agency_id = agencies.agency_id
inner join {{ published('dim_measure') }} as about on about.measure = 'refusals_by_ground'
left join {{ published('fct_series') }} as refused
    on cells.filing_id = refused.filing_id and refused.concept = 'outcome_denied'
where cells.is_current and cells.table_code = 't3' and cells.column_code = 'total'
