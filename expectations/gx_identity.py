"""The custom expectation for an identity: a weighted sum of columns against 0, row by row, in Decimals.

Belongs here: what Great Expectations must be told to know an identity, and a context without files, progress
bars and analytics. Importing this module imports Great Expectations (3 s): do it inside the function that
runs suites, never at the top of a file.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any, ClassVar

import pandas as pd

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read while Great Expectations is imported

import great_expectations as gx
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations import core
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

METRIC = "multicolumn_values.gongkai_identity"

#: The stock expectations, by class name.
stock: Any = core


class IdentityHolds(MulticolumnMapMetricProvider):
    """Row condition: sum(weight * column) op 0, within the tolerance."""

    condition_metric_name = METRIC
    condition_value_keys = ("weights", "op", "tolerance")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,
        column_list: pd.DataFrame,
        weights: list[int],
        op: str,
        tolerance: str,
        **kwargs: Any,
    ) -> pd.Series:
        limit = Decimal(tolerance)
        residual = pd.Series(Decimal(0), index=column_list.index, dtype=object)
        for column, weight in zip(column_list, weights, strict=True):
            residual = residual + column_list[column] * weight
        if op == "==":
            return residual.abs() <= limit
        if op == "<=":
            return residual <= limit
        if op == ">=":
            return residual >= -limit
        raise ValueError(f"unknown operator {op}")


class ExpectIdentity(MulticolumnMapExpectation):
    """Expect the weighted sum of the columns to be 0 (==), at most 0 (<=) or at least 0 (>=) in every row."""

    weights: list[int]
    op: str = "=="
    tolerance: str = "0"

    map_metric: ClassVar[str] = METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("weights", "op", "tolerance", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "weights", "op", "tolerance")


def quiet_context() -> Any:
    """An ephemeral context: nothing on disk, nothing on the terminal, nothing over the network."""
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def whole_frames(context: Any) -> Any:
    """A batch definition that any number of frames are given to, one after the other.

    One for all: with each asset that is added or deleted the context writes its whole configuration as YAML.
    """
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("whole")
