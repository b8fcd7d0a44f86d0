"""A check on the ledger: entries that fit nothing are shown, and hold nothing back."""

import dagster as dg

from orchestration.defs.core import core_key
from orchestration.defs.resources import HeldDataRoot


@dg.asset_check(
    asset=core_key("corrections"),
    description="Every entry whose snapshot is archived fits what is read there.",
    blocking=False,
)
def entries_fit(data_root: HeldDataRoot) -> dg.AssetCheckResult:
    """An entry that fits nothing is a decision that nothing follows any more: a person must look at it."""
    import pyarrow.parquet as pq

    from orchestration.preview import markdown

    columns = ["correction_id", "about", "why", "who", "decided_on", "outcome"]
    rows = pq.read_table(data_root.paths.tables / "corrections.parquet", columns=columns).to_pylist()
    unfit = [row for row in rows if row["outcome"] == "fits_nothing"]
    shown = markdown(columns[:-1], [[row[name] for name in columns[:-1]] for row in unfit])
    return dg.AssetCheckResult(
        passed=not unfit,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "entries": len(rows),
            "fit_nothing": len(unfit),
            "unfit": dg.MetadataValue.md(shown if unfit else "none"),
        },
    )
