select
    {{ filing_key('filings') }},
    cast(filings.is_current as boolean) as is_current,
    cast(results.identity_id as varchar) as identity_id,
    cast(results.instance as varchar) as instance,
    cast(results.result as varchar) as result,
    cast(results.lhs as decimal(24, 6)) as lhs,
    cast(results.rhs as decimal(24, 6)) as rhs,
    cast(results.residual as decimal(24, 6)) as residual,
    cast(results.severity as varchar) as severity,
    cast(results.kind as varchar) as kind,
    cast(results.why as varchar) as why,
    cast(results.operands as varchar) as operands,
    cast(results.suspects as varchar[]) as suspects
from {{ ref('stg_identity_results') }} as results
inner join {{ ref('int_filings') }} as filings on results.filing_id = filings.filing_id
