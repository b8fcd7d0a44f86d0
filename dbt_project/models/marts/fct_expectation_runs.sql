-- Every run of every expectation, with the run before it as the yardstick. It grows with each run; a release
-- carries it and is never made because of it.
select
    cast(
        md5(concat_ws(chr(31), run_id, part, suite, expectation, coalesce(form, ''), coalesce(report_year, 0)))
        as varchar
    ) as expectation_run_id,
    run_id,
    -- in UTC: a zone of its own would be shown in that of whoever reads
    cast(run_at at time zone 'UTC' as timestamp) as run_at,
    part,
    suite,
    expectation,
    identity_id,
    form,
    report_year,
    how,
    severity,
    grade,
    evaluated,
    failed,
    failed_share,
    raised,
    is_success,
    run_before,
    failed_share_before,
    change,
    got_worse
from {{ ref('stg_expectation_runs') }}
