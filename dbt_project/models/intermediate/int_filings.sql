-- A filing with the key of its agency. The key is a hash of the name as printed: the same name is the same
-- agency, another spelling is another one, until a register of agencies says more. A filing whose document
-- does not tell its agency gets a key of its own, so that two of them are never taken for one body.
select
    *,
    case
        when agency is null then 'ag_unknown_' || filing_id
        else 'ag_' || left(sha256(agency), 12)
    end as agency_id
from {{ ref('stg_filings') }}
