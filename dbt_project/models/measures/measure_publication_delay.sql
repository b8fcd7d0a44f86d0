-- A report that is issued again is not late for that: the date is that of the first vintage.
select
    {{ agency_key('filings', 'agencies') }},
    filings.first_published_on as published_on,
    filings.first_published_on_basis as published_on_basis,
    filings.published_on as current_published_on,
    filings.n_vintages,
    {{ days_late('filings.first_published_on', 'years') }}
from {{ published('fct_filings') }} as filings
inner join {{ published('dim_agency') }} as agencies on filings.agency_id = agencies.agency_id
inner join {{ published('dim_report_year') }} as years on filings.report_year = years.report_year
where filings.is_current
