select
    cast(agency_id as varchar) as agency_id,
    cast(alias as varchar) as alias,
    cast(kind as varchar) as kind,
    cast(evidence as varchar) as evidence,
    cast(first_year as integer) as first_year,
    cast(last_year as integer) as last_year
from {{ source('core', 'agency_aliases') }}
