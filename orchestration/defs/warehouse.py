"""Warehouse: the models of `dbt_project` as assets, its data tests as checks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from ingestion.paths import DataRoot
from orchestration.dbt import prepare_manifest
from orchestration.defs.core import OWNERS, core_key
from orchestration.defs.resources import HeldDataRoot


class Translator(DagsterDbtTranslator):
    """Sources are the tidy tables; models are grouped with the warehouse whatever folder they are in."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`core/<table>` for a source, `warehouse/<model>` for a model."""
        name = str(dbt_resource_props["name"])
        if dbt_resource_props["resource_type"] == "source":
            return core_key(name)
        return dg.AssetKey(["warehouse", name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """All models stand in one group of the flow."""
        return "warehouse"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The same owner as every other asset."""
        return OWNERS


TRANSLATOR = Translator()


def manifest_path() -> Path:
    """The manifest of the project as it is; parses it when the project has changed since."""
    return prepare_manifest(DataRoot.from_env())


@dbt_assets(manifest=manifest_path(), dagster_dbt_translator=TRANSLATOR, name="dbt")
def warehouse(
    context: dg.AssetExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the selected models and run their tests; a failed test fails the step and holds the release.

    dbt runs in this process: its imports are paid already, and a killed run leaves no dbt behind that goes
    on writing. It builds aside; the warehouse is replaced when the build is whole. Where nothing has changed
    since the last whole build, its results are carried over.
    """
    import json

    from orchestration import carried
    from orchestration.dbt import build

    root = data_root.paths
    nodes = json.loads(prepare_manifest(root).read_text("utf-8"))["nodes"]
    keys = {uid: TRANSLATOR.get_asset_key(node) for uid, node in nodes.items()}
    selected = context.selected_asset_keys
    models = [node["name"] for uid, node in nodes.items() if keys[uid] in selected]
    last = None if context.is_subset else carried.carried(root)
    if last is not None:
        outcome, said_by = last
        carried_over = {"carried_over_from_run": said_by}
    else:
        carried.forget(root)
        outcome = build(root, models if context.is_subset else None)
        carried_over = {}
        if not context.is_subset:
            carried.remember(root, outcome, context.run.run_id)
    checks = {key.name: key for key in context.selected_asset_check_keys}
    for node_id, result in outcome.results.items():
        node = nodes.get(node_id, {"name": node_id, "resource_type": "unit_test"})
        metadata: dict[str, Any] = {"seconds": round(result.seconds, 3), "status": result.status}
        metadata |= carried_over
        if node["resource_type"] == "test":
            key = checks.get(node["name"])
            if key is not None and result.status != "skipped":
                yield dg.AssetCheckResult(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=result.passed,
                    severity=dg.AssetCheckSeverity.ERROR,
                    metadata={**metadata, "failing_rows": result.failures, "message": result.message or ""},
                )
        elif keys.get(node_id) in selected and result.passed:
            rows = outcome.row_counts.get(node["name"])
            counted = {"dagster/row_count": rows} if rows is not None else {}
            yield dg.MaterializeResult(asset_key=keys[node_id], metadata={**metadata, **counted})
    said = f"; nothing has changed, carried over from run {said_by[:8]}" if last is not None else ""
    context.log.info(f"warehouse: {outcome.summary}{said}")
    outcome.raise_for_failures()
