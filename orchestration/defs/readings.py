"""Extract and recognise: one reading a document, kept by content, hints and version of the reader."""

import dagster as dg
from pydantic import Field

from orchestration.defs.resources import HeldDataRoot


class Reread(dg.Config):
    """What to read again on purpose, although its reading is there. Empty: nothing."""

    everything: bool = False
    sha256: list[str] = Field(default_factory=list)  # whole or beginnings
    source: list[str] = Field(default_factory=list)
    year: list[int] = Field(default_factory=list)  # report years as they were read the last time


class Reading(dg.Config):
    """Run configuration of the readings."""

    reread: Reread = Reread()


@dg.asset(
    key="readings",
    deps=["archive"],
    group_name="extract",
    kinds={"python", "json"},
    owners=["team:gongkai"],
    description=(
        "What was understood of each document: form, headline, every cell with its state and place, facts in "
        "prose, issues. A reading is made once for a content, its hints and a version of the reader; a "
        "document that cannot be read has a reading that says why."
    ),
)
def readings(
    context: dg.AssetExecutionContext, config: Reading, data_root: HeldDataRoot
) -> dg.MaterializeResult[None]:
    """Read what is due."""
    from collections import Counter

    from ingestion.reader import reader_version
    from ingestion.readings import read_due, stored_readings
    from orchestration.preview import markdown
    from orchestration.progress import tick
    from orchestration.rereading import chooser

    root = data_root.paths
    wanted = config.reread
    again = chooser(root, wanted.everything, wanted.sha256, wanted.source, wanted.year)
    outcome = read_due(
        root,
        reread=again,
        progress=lambda done, total, snapshot: tick(f"read {done} of {total}: {snapshot.name}"),
    )
    if again is not None and not outcome.read:
        context.log.warning("readings: no archived document is one of those to read again")
    context.log.info(f"readings: read {outcome.read}, reused {outcome.reused}")
    every = list(stored_readings(root))
    status = Counter(stored.reading.status for stored in every)
    rows = [
        (
            stored.snapshot.name,
            stored.reading.headline.agency,
            stored.reading.headline.report_year,
            stored.reading.form,
            stored.reading.status,
            len(stored.reading.issues),
            stored.reading.reason,
        )
        for stored in every[-50:]
    ]
    names = ["document", "agency", "year", "form", "status", "issues", "reason"]
    return dg.MaterializeResult(
        metadata={
            "read": outcome.read,
            "reused": outcome.reused,
            "documents": len(every),
            "by_status": dg.MetadataValue.md(markdown(["status", "documents"], status.most_common())),
            "unreadable": len(outcome.failed),
            "reader_version": reader_version(),
            "folder": dg.MetadataValue.path(str(root.readings)),
            "overview": dg.MetadataValue.md(markdown(names, rows)),
        },
        data_version=dg.DataVersion(reader_version()),
    )
