"""What the tables of the warehouse must satisfy: the contracts of the dbt project, and `marts.yml` beside
them.

Belongs here: reading both into rules. Does not belong here: running them (mart_suites.py). A key, a required
column, a relation or a list of accepted values is written once, in the contract of its model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.paths import REPOSITORY

MARTS_FILE = Path(__file__).with_name("marts.yml")
CONTRACTS = REPOSITORY / "dbt_project" / "models" / "marts"
#: Sixty files take a quarter of a second with the loader that is written in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ACCEPTED = re.compile(r"(\w+) in \(([^()]*)\)")
_REFERENCE = re.compile(r"ref\('(\w+)'\)")


class MartError(ValueError):
    """Rules that cannot be used; the message names the file and the reason."""


@dataclass(slots=True)
class Contract:
    """One table's contract: its key, required columns, column -> (table, column), column -> accepted
    values.
    """

    table: str
    key: tuple[str, ...] = ()
    required: list[str] = field(default_factory=list)
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    accepted: dict[str, list[str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys([*self.key, *self.required, *self.relations, *self.accepted]))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Equation(_Frozen):
    name: str
    table: str
    columns: dict[str, int] = Field(min_length=2)
    op: Literal["==", "<=", ">="]


class Agreement(_Frozen):
    name: str
    table: str
    column: str
    other: str
    other_column: str
    by: str
    where: dict[str, str]
    also: dict[str, str] = {}


class MartRules(_Frozen):
    version: int
    keys: dict[str, tuple[str, ...]] = {}
    equations: tuple[Equation, ...]
    agree: tuple[Agreement, ...]


def read_mart_rules(path: Path | None = None) -> MartRules:
    """The rules of marts.yml. Raises MartError naming the reason."""
    path = path or MARTS_FILE
    try:
        return MartRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise MartError(f"{path.name}: {error}") from error


def read_contracts(folder: Path | None = None, rules: MartRules | None = None) -> list[Contract]:
    """The contracts of all marts by name, with the keys that marts.yml adds (parts of these may be null).

    Raises MartError where the folder holds none, or where a table is without a key.
    """
    added = (rules or read_mart_rules()).keys
    contracts = []
    for path in sorted((folder or CONTRACTS).glob("*.yml")):
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        contracts += [_contract(model) for model in loaded.get("models", ())]
    if not contracts:
        raise MartError(f"{folder or CONTRACTS} holds no contract")
    for contract in contracts:
        contract.key = contract.key or added.get(contract.table, ())
        if not contract.key:
            raise MartError(f"{contract.table} has a key neither in its contract nor in {MARTS_FILE.name}")
    return sorted(contracts, key=lambda contract: contract.table)


def _contract(model: Mapping[str, Any]) -> Contract:
    found = Contract(str(model["name"]))
    for constraint in model.get("constraints", ()):
        if constraint["type"] == "primary_key":
            found.key = tuple(constraint["columns"])
        elif constraint["type"] == "check" and (
            accepted := _ACCEPTED.fullmatch(constraint["expression"].strip())
        ):
            found.accepted[accepted[1]] = re.findall(r"'([^']*)'", accepted[2])
    for column in model.get("columns", ()):
        kinds = {constraint["type"] for constraint in column.get("constraints", ())}
        if "not_null" in kinds or column["name"] in found.key:
            found.required.append(column["name"])
        if "primary_key" in kinds:
            found.key = (column["name"],)
        for test in column.get("data_tests", ()):
            if isinstance(test, dict) and "relationships" in test:
                asked = test["relationships"]["arguments"]
                to = _REFERENCE.fullmatch(asked["to"].strip())
                if to is None:
                    raise MartError(f"{found.table}.{column['name']}: relation to {asked['to']}")
                found.relations[column["name"]] = (to[1], asked["field"])
    return found
