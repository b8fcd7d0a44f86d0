"""The nightly job, its schedule, and the word that goes out when a run fails."""

import dagster as dg

nightly_job = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="The whole way, from sources to release. What has not changed is not read again.",
    tags={"gongkai/job": "nightly"},
)


# Off until someone switches it on in the UI: a checkout that is only looked at should not start to work.
@dg.schedule(
    name="nightly_at_two",
    job=nightly_job,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Every night at 02:00 in Shanghai. Lists are walked every night from the middle of December to April "
        "and once a week else; known documents are asked for again once in four weeks."
    ),
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run for all enabled sites, each of them a partition of it."""
    from orchestration.partitions import sites_of_run

    return dg.RunRequest(tags=sites_of_run(context.instance))


@dg.run_failure_sensor(
    name="tell_of_failure",
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=True,
    description="Writes a failed run to the log and, when GONGKAI_WEBHOOK is set, posts it there as JSON.",
)
def tell_of_failure(context: dg.RunFailureSensorContext) -> None:
    """Tell once of each failed run; a webhook that does not answer is logged, never retried for ever."""
    from orchestration.webhook import tell

    run = context.dagster_run
    tell(
        {
            "event": "run_failed",
            "run_id": run.run_id,
            "job": run.job_name,
            "error": context.failure_event.message or "the run failed",
        },
        context.log,
    )
