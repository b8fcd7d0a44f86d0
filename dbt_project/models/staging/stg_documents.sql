select
    cast(sha256 as varchar) as sha256,
    cast(name as varchar) as name,
    cast(source as varchar) as source,
    cast(title_hint as varchar) as title_hint,
    cast(url as varchar) as url,
    cast(media_type as varchar) as media_type,
    cast(encoding as varchar) as encoding,
    cast(n_bytes as bigint) as n_bytes,
    cast(n_pages as integer) as n_pages,
    cast(state as varchar) as state,
    cast(reason as varchar) as reason,
    cast(attached_to as varchar) as attached_to,
    cast(reader_version as varchar) as reader_version,
    cast(retrieved_at as timestamp) as retrieved_at
from {{ source('core', 'documents') }}
