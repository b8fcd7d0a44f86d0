select
    cast(sha256 as varchar) as sha256,
    cast(filing_id as varchar) as filing_id,
    cast(position as integer) as position,
    cast(code as varchar) as code,
    cast(place as varchar) as place,
    cast(detail as varchar) as detail,
    cast(severity as varchar) as severity,
    cast(line as integer) as line
from {{ source('core', 'issues') }}
