"""The only room that knows Dagster: assembly, assets, the run lock, releases and the `gongkai` command."""

import os

# Nothing this project starts reports home, whoever starts it: also a `dg` that knows no DAGSTER_HOME of ours.
# Dagster's uploader reads the environment, not dagster.yaml; the other tools have their own names for it.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
