"""Publish: the release folder and the flip of `current`."""

import dagster as dg

from orchestration.defs.core import OWNERS
from orchestration.defs.resources import HeldDataRoot
from orchestration.defs.warehouse import warehouse


@dg.asset(
    key="release",
    group_name="publish",
    deps=[warehouse],
    kinds={"duckdb", "parquet", "html"},
    owners=OWNERS,
    description=(
        "The published release: one DuckDB file, the same tables as Parquet, dimensions and reports as CSV "
        "and XLSX, the dictionary, the quality report, dbt docs, release.json. Built aside, opened and "
        "counted, then `current` is flipped to it. When no row has changed since the current release, none "
        "is made."
    ),
)
def release(context: dg.AssetExecutionContext, data_root: HeldDataRoot) -> dg.MaterializeResult[None]:
    """Publish the warehouse."""
    from expectations.report import build_quality_report
    from orchestration.dbt import write_docs
    from orchestration.dictionary_page import write_dictionary
    from orchestration.gatekeeper import require_gates
    from orchestration.marts import require_mart_gates
    from orchestration.preview import markdown
    from orchestration.publish import publish
    from orchestration.versions import code_versions

    root = data_root.paths
    require_gates(root)
    require_mart_gates(root)
    # the link still leads to the last release while the new one is built
    last = root.current / "parquet" / "fct_identity_results.parquet"
    done = publish(
        root.releases,
        root.warehouse,
        {
            "quality": lambda folder: build_quality_report(
                root.tables, folder, before=last if last.exists() else None
            ),
            "dictionary": write_dictionary,
            "dbt_docs": lambda folder: write_docs(root, folder),
        },
        code_versions(),
    )
    made = "new release" if done.is_new else "no new release"
    context.log.info(f"publish: {made} ({done.why}): {done.id}")
    return dg.MaterializeResult(
        metadata={
            "release": done.id,
            "made": done.is_new,
            "why": done.why,
            "folder": dg.MetadataValue.path(str(done.path)),
            "quality_report": dg.MetadataValue.path(str(done.path / "quality" / "index.html")),
            "dictionary": dg.MetadataValue.path(str(done.path / "dictionary" / "index.html")),
            "dagster/row_count": sum(done.row_counts.values()),
            "rows": dg.MetadataValue.md(markdown(["table", "rows"], sorted(done.row_counts.items()))),
        },
        data_version=dg.DataVersion(done.id),
    )
