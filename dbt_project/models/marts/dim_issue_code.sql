select
    cast(code as varchar) as code,
    cast(position as integer) as position,
    cast(severity as varchar) as severity,
    cast(concerns as varchar) as concerns,
    cast(meaning_zh as varchar) as meaning_zh,
    cast(meaning_en as varchar) as meaning_en,
    cast(advice_zh as varchar) as advice_zh,
    cast(advice_en as varchar) as advice_en
from {{ ref('stg_catalog_issue_codes') }}
