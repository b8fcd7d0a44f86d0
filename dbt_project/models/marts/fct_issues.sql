select
    cast(issues.sha256 as varchar) as sha256,
    cast(issues.position as integer) as position,
    cast(documents.name as varchar) as document,
    cast(issues.filing_id as varchar) as filing_id,
    cast(filings.agency as varchar) as agency,
    cast(filings.report_year as integer) as report_year,
    cast(issues.severity as varchar) as severity,
    cast(issues.code as varchar) as code,
    cast(issues.place as varchar) as place,
    cast(issues.detail as varchar) as detail,
    cast(issues.line as integer) as line
from {{ ref('stg_issues') }} as issues
left join {{ ref('stg_documents') }} as documents on issues.sha256 = documents.sha256
left join {{ ref('int_filings') }} as filings on issues.filing_id = filings.filing_id
