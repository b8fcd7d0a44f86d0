select
    cast(agency_id as varchar) as agency_id,
    cast(event as varchar) as event,
    cast(year as integer) as year,
    cast(other_agency_id as varchar) as other_agency_id,
    cast(before as varchar) as before,
    cast(after as varchar) as after,
    cast(basis as varchar) as basis
from {{ source('core', 'agency_events') }}
