select
    {{ agency_key('flow', 'agencies') }},
    flow.applicant_type,
    flow.new_received as numerator,
    received.value as denominator,
    flow.new_received_best as numerator_best,
    received.value_best as denominator_best,
    cast(
        if(received.value >= about.hidden_below, flow.new_received / nullif(received.value, 0), null) as double
    ) as ratio,
    cast(
        if(
            received.value_best >= about.hidden_below,
            flow.new_received_best / nullif(received.value_best, 0),
            null
        ) as double
    ) as ratio_best,
    coalesce(received.value > 0 and received.value < about.hidden_below, false) as is_hidden,
    flow.new_received_cell_key as cell_key
from {{ published('fct_application_flow') }} as flow
inner join {{ published('dim_agency') }} as agencies on flow.agency_id = agencies.agency_id
inner join {{ published('dim_measure') }} as about on about.measure = 'requests_by_applicant_type'
left join {{ published('fct_series') }} as received
    on flow.filing_id = received.filing_id and received.concept = 'requests_received'
