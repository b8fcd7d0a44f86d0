"""Archive: the files of the manual sources, by content. Crawled sources will come in here too."""

import dagster as dg

from orchestration.defs.resources import HeldDataRoot


class Sources(dg.Config):
    """Which sources to gather from: all of the catalog, or those named."""

    only: list[str] = []


@dg.asset(
    key="archive",
    group_name="archive",
    kinds={"python", "file"},
    owners=["team:gongkai"],
    description=(
        "Snapshots of the documents as they came, stored by the sha256 of their bytes, and the log of where "
        "each came from. Bytes that are there already add a line to the log at most, never a snapshot."
    ),
)
def archive(
    context: dg.AssetExecutionContext, config: Sources, data_root: HeldDataRoot
) -> dg.MaterializeResult[None]:
    """Gather the manual sources into the archive."""
    from ingestion.archive import Archive
    from ingestion.catalog import load_catalog
    from orchestration.gather import gather
    from orchestration.preview import markdown

    root = data_root.paths
    gathered = gather(root, load_catalog(), config.only)
    snapshots = list(Archive(root).snapshots())
    context.log.info(f"archive: {len(snapshots)} documents, {gathered.new} of them new")
    rows = [(s.name, s.source, s.sha256[:12], s.title) for s in snapshots[-20:]]
    return dg.MaterializeResult(
        metadata={
            "documents": len(snapshots),
            "new": gathered.new,
            "already_there": gathered.known,
            "folder": dg.MetadataValue.path(str(root.archive)),
            "latest": dg.MetadataValue.md(markdown(["name", "source", "sha256", "title"], rows)),
        }
    )
