-- A filing with the id of its agency. The id comes from the register; a filing whose issuer could not be told
-- has none, waits in fct_agency_queue, and keeps its name as printed.
select
    filings.*,
    resolutions.agency_id,
    resolutions.how as resolved_by
from {{ ref('stg_filings') }} as filings
left join {{ ref('stg_agency_resolutions') }} as resolutions on filings.filing_id = resolutions.filing_id
