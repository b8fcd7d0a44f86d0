"""Normalise and confront: the tidy tables, and what the identities say about them."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import HeldDataRoot

# Named here, because asking the schemas would import pandas whenever definitions are loaded.
TIDY = {
    "documents": "Every archived document with its state and, where it was not read, the reason.",
    "filings": "One row a filing: agency, report year, scope and snapshot, with its vintage.",
    "cells": "Every cell of the form of each filing: text as printed, value, state, place in the document.",
    "applications": "Table three (requests): one row an item and type of applicant.",
    "reviews": "Table four (reconsideration and litigation): one row a channel and result.",
    "disclosures": "Section two (what was published on the agency's own initiative).",
    "indicators": "The indicator lists from before 2019, known rows and local ones.",
    "narrative_facts": "Numbers that stand in prose, with their sentence. Never mixed with table cells.",
    "issues": "What was odd, missing or not understood, with its place.",
}
CATALOG = {
    "catalog_forms": "The forms and the report years they are for.",
    "catalog_form_tables": "The tables of each form.",
    "catalog_rows": "Rows of the forms with labels, parents and articles.",
    "catalog_columns": "Columns of the forms with labels and units.",
    "catalog_cells": "The cells that each form has.",
    "catalog_states": "What the states of a cell mean.",
    "catalog_units": "Units in which reports count.",
    "catalog_laws": "The laws and notices that rules come from.",
    "catalog_breaks": "Where series of two forms may not be joined.",
    "catalog_report_years": "Report years with their form and deadlines.",
}
CONFRONTED = {
    "identity_results": "Each identity, instance by instance, for each filing: holds, fails, or why neither.",
    "derived_cells": "Values that accounting identities force where none is printed. Beside, never instead.",
    "cell_suspects": "Cells that a failing identity points at.",
    "catalog_identities": "The identities themselves, as they are compiled.",
}
COUNTED_BY = {
    "documents": "state",
    "filings": "status",
    "cells": "state",
    "issues": "code",
    "narrative_facts": "fact",
    "identity_results": "result",
}
OWNERS = ["team:gongkai"]


def core_key(table: str) -> dg.AssetKey:
    """The asset of a tidy table; the sources of the dbt project bear the same keys."""
    return dg.AssetKey(["core", table])


def _specs(tables: dict[str, str], group: str, deps: list[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            core_key(name),
            description=description,
            group_name=group,
            deps=deps,
            kinds={"python", "parquet"},
            owners=OWNERS,
        )
        for name, description in tables.items()
    ]


@dg.multi_asset(name="normalise", specs=_specs(TIDY | CATALOG, "normalise", [dg.AssetKey("readings")]))
def normalise(
    context: dg.AssetExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.MaterializeResult[None]]:
    """Readings to tidy tables."""
    from ingestion.catalog import load_catalog
    from ingestion.normalise import normalise as to_tables
    from ingestion.normalise import write_tables
    from ingestion.readings import stored_readings

    root = data_root.paths
    tables = to_tables(list(stored_readings(root)), load_catalog())
    if tables.keys() != (TIDY | CATALOG).keys():
        raise dg.Failure(f"tables and assets differ: {sorted(tables.keys() ^ (TIDY | CATALOG).keys())}")
    written = write_tables(root, tables)
    context.log.info(
        f"normalise: {tables['filings'].num_rows} filings, {tables['cells'].num_rows} cells, "
        f"{tables['narrative_facts'].num_rows} facts in prose, {tables['issues'].num_rows} issues"
    )
    yield from _results(TIDY | CATALOG, {name: (tables[name], written[name]) for name in tables})


@dg.multi_asset(
    name="confront", specs=_specs(CONFRONTED, "confront", [core_key(t) for t in ("filings", "cells")])
)
def confront(
    context: dg.AssetExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.MaterializeResult[None]]:
    """Evaluate all identities; derive what they force; point at suspects."""
    import pyarrow.parquet as pq

    from expectations.confront import confront as evaluate

    folder = data_root.paths.tables
    evaluate(folder)
    paths = {name: folder / f"{name}.parquet" for name in CONFRONTED}
    tables = {name: (pq.read_table(path), path) for name, path in paths.items()}
    results = tables["identity_results"][0].column("result").to_pylist()
    failing = sum(result in ("fails", "fails_lenient") for result in results)
    derived = tables["derived_cells"][0].num_rows
    context.log.info(
        f"confront: identities asked in {len(results)} instances, {failing} fail; {derived} cells derived"
    )
    yield from _results(CONFRONTED, tables)


def _results(wanted: dict[str, str], tables: dict[str, tuple]) -> Iterator[dg.MaterializeResult[None]]:  # type: ignore[type-arg]
    from orchestration.preview import table_metadata

    for name in wanted:
        table, path = tables[name]
        yield dg.MaterializeResult(
            asset_key=core_key(name),
            metadata={
                **table_metadata(table, COUNTED_BY.get(name)),
                "file": dg.MetadataValue.path(str(path)),
            },
        )
