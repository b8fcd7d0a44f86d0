"""The custom expectation for an identity: a weighted sum of columns against 0, row by row, in Decimals.

Belongs here: what Great Expectations must be told to know an identity, and a context without files, progress
bars and analytics. Importing this module imports Great Expectations (3 s), so nobody does at the top of a file.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any, ClassVar

import pandas as pd

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx  # noqa: E402 - after the switch that it reads
from great_expectations.execution_engine import PandasExecutionEngine  # noqa: E402
from great_expectations.expectations.expectation import MulticolumnMapExpectation  # noqa: E402
from great_expectations.expectations.metrics.map_metric_provider import (  # noqa: E402
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)

METRIC = "multicolumn_values.gongkai_identity"


class IdentityHolds(MulticolumnMapMetricProvider):  # type: ignore[misc, unused-ignore]
    """Row condition: sum(weight * column) op 0, within the tolerance."""

    condition_metric_name = METRIC
    condition_value_keys = ("weights", "op", "tolerance")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805 - Great Expectations calls it as a class method
        column_list: pd.DataFrame,
        weights: list[int],
        op: str,
        tolerance: str,
        **kwargs: Any,
    ) -> pd.Series:
        limit = Decimal(tolerance)
        residual = sum(
            (column_list[column] * weight for column, weight in zip(column_list, weights, strict=True)),
            start=pd.Series(Decimal(0), index=column_list.index, dtype=object),
        )
        if op == "==":
            return residual.abs() <= limit
        if op == "<=":
            return residual <= limit
        if op == ">=":
            return residual >= -limit
        raise ValueError(f"unknown operator {op}")


class ExpectIdentity(MulticolumnMapExpectation):  # type: ignore[misc, unused-ignore]
    """Expect the weighted sum of the columns to be 0 (==), at most 0 (<=) or at least 0 (>=) in every row."""

    weights: list[int]
    op: str = "=="
    tolerance: str = "0"

    map_metric: ClassVar[str] = METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("weights", "op", "tolerance", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "weights", "op", "tolerance")


def quiet_context() -> Any:
    """An ephemeral context: nothing on disk, nothing on the terminal, nothing over the network."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context
