select
    cast(filing_id as varchar) as filing_id,
    cast(sha256 as varchar) as sha256,
    cast(agency as varchar) as agency,
    cast(report_year as integer) as report_year,
    cast(scope as varchar) as scope,
    cast(form as varchar) as form,
    cast(identity_id as varchar) as identity_id,
    cast(instance as varchar) as instance,
    cast(result as varchar) as result,
    cast(lhs as decimal(24, 6)) as lhs,
    cast(rhs as decimal(24, 6)) as rhs,
    cast(residual as decimal(24, 6)) as residual,
    cast(operands as varchar) as operands,
    cast(from_json(suspects, '["VARCHAR"]') as varchar[]) as suspects,
    cast(severity as varchar) as severity,
    cast(kind as varchar) as kind,
    cast(why as varchar) as why
from {{ source('core', 'identity_results') }}
