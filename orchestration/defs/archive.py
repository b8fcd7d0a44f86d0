"""Archive: the files of the manual sources, by content; what the crawl brought lies there already."""

import dagster as dg
from pydantic import Field

from orchestration.defs.resources import HeldDataRoot


class Sources(dg.Config):
    """Which manual sources to gather from: all of the catalog, those named, or none."""

    only: list[str] = Field(default_factory=list)
    nothing: bool = False


@dg.asset(
    key="archive",
    deps=[dg.AssetDep("crawl", partition_mapping=dg.AllPartitionMapping())],
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
    """Bring the archive up to date with the folders of the manual sources."""
    from ingestion.archive import Archive
    from ingestion.catalog import load_catalog
    from orchestration.preview import markdown

    root = data_root.paths
    store = Archive(root)
    known = load_catalog().sources
    for name in config.only:
        if name not in known:
            raise dg.Failure(f"there is no source {name!r}; the catalog has: {', '.join(known)}")
    names = [] if config.nothing else config.only or list(known)
    synced = {name: store.sync_source(known[name]) for name in names}
    snapshots = list(store.snapshots())
    refused = store.refused()
    new = sum(sync.new for sync in synced.values())
    context.log.info(f"archive: {len(snapshots)} documents, {new} of them new")
    for record in refused:
        context.log.warning(f"archive: {record.name} was not taken in: {record.reason}")
    rows = [(s.name, s.source, s.sha256[:12], s.n_bytes, s.title) for s in snapshots[-20:]]
    by_source = [(name, sync.new, sync.known, sync.unchanged) for name, sync in synced.items()]
    return dg.MaterializeResult(
        metadata={
            "documents": len(snapshots),
            "new": new,
            "refused": len(refused),
            "folder": dg.MetadataValue.path(str(root.archive)),
            "log": dg.MetadataValue.path(str(root.fetch_log)),
            "by_source": dg.MetadataValue.md(
                markdown(["source", "new", "known bytes, new line", "unchanged"], by_source)
            ),
            "latest": dg.MetadataValue.md(markdown(["name", "source", "sha256", "bytes", "title"], rows)),
        }
    )
