select
    {{ agency_key('cells', 'agencies') }},
    cells.column_code as applicant_type,
    cells.value as numerator,
    received.value as denominator,
    cells.value_best as numerator_best,
    received.value_best as denominator_best,
    cast(
        if(received.value >= about.hidden_below, cells.value / nullif(received.value, 0), null) as double
    ) as ratio,
    cast(
        if(
            received.value_best >= about.hidden_below,
            cells.value_best / nullif(received.value_best, 0),
            null
        ) as double
    ) as ratio_best,
    received.value as n,
    coalesce(received.value > 0 and received.value < about.hidden_below, false) as is_hidden,
    received.relation,
    received.previous_report_year,
    received.breaks_before,
    received.joins_previous,
    cells.cell_key,
    received.cell_keys as denominator_cell_keys,
    cast(cells.is_suspect as integer) + received.n_suspect as n_suspect,
    {{ worse_quality('cells.quality', 'received.quality') }} as quality
from {{ published('fct_cells') }} as cells
inner join {{ published('dim_applicant_type') }} as types on cells.column_code = types.applicant_type
inner join {{ published('dim_agency') }} as agencies on cells.agency_id = agencies.agency_id
inner join {{ published('dim_measure') }} as about on about.measure = 'requests_by_applicant_type'
left join {{ published('fct_series') }} as received
    on cells.filing_id = received.filing_id and received.concept = 'requests_received'
where cells.is_current and cells.table_code = 't3' and cells.row_code = 'new_received'
