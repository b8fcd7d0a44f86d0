select
    cast(agency_id as varchar) as agency_id,
    cast(scheme as varchar) as scheme,
    cast(value as varchar) as value,
    cast(valid_from as integer) as valid_from,
    cast(valid_to as integer) as valid_to
from {{ source('core', 'agency_codes') }}
