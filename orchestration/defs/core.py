"""Normalise and confront: the tidy tables, and what the identities say about them."""

from collections import Counter
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
    "agency_resolutions": "Which agency issued each filing, or the candidates and why none was taken.",
    "verdicts": "Cells on which a person has given a verdict that fits what is read there now.",
    "corrections": "The ledger: every entry, shipped or of this data root, and what became of it.",
}
CATALOG = {
    "catalog_forms": "The forms and the report years they are for.",
    "catalog_form_tables": "The tables of each form.",
    "catalog_rows": "Rows of the forms with labels, parents and articles.",
    "catalog_columns": "Columns of the forms with labels and units.",
    "catalog_cells": "The cells that each form has.",
    "catalog_states": "What the states of a cell mean.",
    "catalog_issue_codes": "What each code of an issue means, and what to do about it.",
    "catalog_units": "Units in which reports count.",
    "catalog_laws": "The laws and notices that rules come from.",
    "catalog_breaks": "Where series of two forms may not be joined.",
    "catalog_concepts": "Concepts: one name for a figure through the forms of all eras.",
    "catalog_crosswalk": "The cells of each form that a concept consists of.",
    "catalog_concept_gaps": "The forms that lack a concept: dropped, or new in a later one.",
    "catalog_concept_breaks": "What each break of the series does to each concept.",
    "catalog_measures": "Measures: ratios of concepts, named by their formula.",
    "catalog_measure_terms": "The concepts above and below the line of each measure.",
    "catalog_sources": "Where documents come from: publishers' sites, and what people gave.",
    "catalog_report_years": "Report years with their form and deadlines.",
}
REGISTER = {
    "agency_versions": "Agencies through time: name, place, parents, validity with its basis.",
    "agency_aliases": "Other names of agencies, with evidence.",
    "agency_events": "Agencies renamed, recoded, upgraded, merged, split.",
    "agency_codes": "Codes by which others know an agency.",
    "divisions": "Places of China down to towns and streets, with the years of the lists that have them.",
}
#: What confrontation reads: cells, and what the report says besides them.
CONFRONTS = ("filings", "cells", "narrative_facts", "issues", "agency_resolutions")
CONFRONTED = {
    "identity_results": "Each identity, instance by instance, for each filing: holds, fails, or why neither.",
    "derived_cells": "Values that accounting identities force where none is printed. Beside, never instead.",
    "cell_suspects": "Cells that a failing identity points at.",
    "localisations": "What may be wrong in a table whose sums fail: explanations, the likeliest first.",
    "suspected_cells": "The cells of each explanation with what they might have said. Beside, never instead.",
    "reconciled_cells": "Doubtful cells for which the identities choose another reading that was seen.",
    "catalog_identities": "The identities themselves, as they are compiled.",
}
COUNTED_BY = {
    "documents": "state",
    "filings": "status",
    "cells": "state",
    "issues": "code",
    "agency_resolutions": "how",
    "verdicts": "verdict",
    "corrections": "outcome",
    "narrative_facts": "fact",
    "identity_results": "result",
}
#: What became of an entry of the ledger, for people.
OUTCOMES = {
    "applied": "applied",
    "superseded": "superseded by a later entry",
    "answered": "read rightly by now",
    "not_archived": "ignored: their snapshot is not archived here",
    "not_read": "wait with their document for a converter",
    "fits_nothing": "fit nothing that was read",
}
OWNERS = ["team:gongkai"]
NORMALISED = TIDY | CATALOG | REGISTER


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


@dg.multi_asset(name="normalise", specs=_specs(NORMALISED, "normalise", [dg.AssetKey("readings")]))
def normalise(
    context: dg.AssetExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.MaterializeResult[None]]:
    """Readings to tidy tables."""
    from ingestion.catalog import load_catalog, load_ledger
    from ingestion.catalog.agencies import Register
    from ingestion.catalog.agencies.agency_tables import agency_tables
    from ingestion.normalise import normalise as to_tables
    from ingestion.normalise import write_tables
    from ingestion.readings import stored_readings

    root, catalog = data_root.paths, load_catalog()
    register = Register(own=root.agencies)
    tables = to_tables(
        list(stored_readings(root)), catalog, load_ledger(catalog, root.ledger), register
    ) | agency_tables(register)
    if tables.keys() != NORMALISED.keys():
        raise dg.Failure(f"tables and assets differ: {sorted(tables.keys() ^ NORMALISED.keys())}")
    written = write_tables(root, tables)
    context.log.info(
        f"normalise: {tables['filings'].num_rows} filings, {tables['cells'].num_rows} cells, "
        f"{tables['narrative_facts'].num_rows} facts in prose, {tables['issues'].num_rows} issues"
    )
    if tables["corrections"].num_rows:
        outcomes = Counter(tables["corrections"].column("outcome").to_pylist())
        said = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in outcomes.most_common())
        context.log.info(f"ledger: {said}")
    resolved = tables["agency_resolutions"].column("agency_id")
    if resolved.null_count:
        context.log.info(f"agencies: {resolved.null_count} of {len(resolved)} filings wait for their agency")
    yield from _results(NORMALISED, {name: (tables[name], written[name]) for name in tables})


@dg.multi_asset(name="confront", specs=_specs(CONFRONTED, "confront", [core_key(t) for t in CONFRONTS]))
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


@dg.asset(
    key=core_key("reader_changes"),
    group_name="normalise",
    deps=[core_key(name) for name in ("cells", "documents", "filings", "agency_resolutions")],
    kinds={"python", "parquet"},
    owners=OWNERS,
    description="Cells that this reader reads otherwise than they stand in the current release; history.",
)
def reader_changes(context: dg.AssetExecutionContext, data_root: HeldDataRoot) -> dg.MaterializeResult[None]:
    """Compare the tidy cells with the release that readers have now."""
    from orchestration.reader_changes import collect_reader_changes

    count = collect_reader_changes(data_root.paths)
    context.log.info(f"reader changes: {count}")
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


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
