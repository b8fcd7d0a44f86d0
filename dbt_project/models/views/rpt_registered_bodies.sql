-- The honest denominator: every body that the register has in a year and that is obliged to report, named as it
-- was in that year, and whether a report of it is archived. Most of the towns of China stand here as not_expected:
-- nobody has looked for their reports, which says nothing of whether they publish. Beside them what is expected of
-- a body in a year in which the register does not have it, so that every sum over rpt_coverage is one over these rows.
select
    versions.agency_id,
    versions.name_zh,
    versions.province_zh,
    versions.city_zh,
    versions.county_zh,
    versions.level,
    versions.kind,
    versions.division_type,
    years.report_year,
    true as is_registered,
    versions.valid_basis as register_basis,
    expected.agency_id is not null as is_expected,
    expected.basis,
    coalesce(expected.outcome, 'not_expected') as outcome,
    expected.filing_id,
    coalesce(expected.is_archived, false) as is_archived,
    coalesce(expected.is_read, false) as is_read,
    coalesce(expected.is_complete, false) as is_complete,
    expected.published_on,
    expected.late_vs_31jan,
    expected.late_vs_31mar
from {{ published('dim_agency_version') }} as versions
inner join {{ published('dim_report_year') }} as years on {{ valid_in('versions', 'years.report_year') }}
left join {{ published('fct_expected_reports') }} as expected
    on versions.agency_id = expected.agency_id and years.report_year = expected.report_year
where
    {{ is_obliged('versions') }}
    -- of the years before and after nothing at all is archived
    and years.report_year >= (select min(report_year) from {{ published('fct_expected_reports') }})
    and years.report_year <= (select max(report_year) from {{ published('fct_expected_reports') }})

union all

select
    agency_id,
    name_zh,
    province_zh,
    city_zh,
    county_zh,
    level,
    kind,
    division_type,
    report_year,
    false as is_registered,
    null as register_basis,
    true as is_expected,
    basis,
    outcome,
    filing_id,
    is_archived,
    is_read,
    is_complete,
    published_on,
    late_vs_31jan,
    late_vs_31mar
from {{ published('fct_expected_reports') }}
where not is_registered
