"""Places: the divisions of China down to towns and streets, with the years of each name and code.

Belongs here: the yearly lists as one panel (see ATTRIBUTION.md) and which of its rows are places of no
government. Does not belong here: offices (`ingestion.catalog.agencies`), what a printed name means
(`ingestion.resolve`).
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from ingestion.catalog.divisions.names import upper_stem

FOLDER = Path(__file__).resolve().parent

#: Lists from before 2016 are incomplete, and there is none after 2023: other years ask the nearest.
FIRST_LIST, LAST_LIST = 2016, 2023

PROVINCE, CITY, COUNTY, STREET = "province", "city", "county", "street"

#: Entries of the lists that only hold codes together: no place is called so.
PLACEHOLDER = re.compile(r"^(?:市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$")
_GOVERNED = re.compile(r"(?:街道|镇|乡|苏木)$")
_UNGOVERNED = re.compile(
    r"直辖|社区$|管委会|管理委员会|工作委员会|公共服务|服务中心|管理中心|管理处|管理所|管理区|管理站|开发区|园区|产业园|工业园"
    r"|示范区|保税区|度假区|风景区|风景名胜区|旅游区|试验区|农场|林场|牧场|渔场|茶场|种场|垦殖场|监狱|水库|公司|委员会|指挥部|办公室|虚镇|乡镇单位|[)）]$"
)
_KIND_ALONE = re.compile(r"(?:街道|街道办事处|街|镇|乡|苏木)?")


@cache
def _is_placeholder(name: str) -> bool:
    return PLACEHOLDER.match(name) is not None


class Division(NamedTuple):
    """A place under one code and name. valid_from, valid_to: years of the first and the last list that has it
    so; parent: code of the place it lies in; raw: names as the lists print them, `|` between them.
    """

    level: str
    code: str
    name: str
    parent: str
    valid_from: int
    valid_to: int
    raw: str

    @property
    def is_placeholder(self) -> bool:
        """Whether the entry only holds codes together (市辖区)."""
        return _is_placeholder(self.name)

    @property
    def is_statistical_only(self) -> bool:
        """Whether the place has no government of its own: zones, farms, prisons, and entries without a place.

        Codes ending 400 and above (of counties: 71 to 79) stand for units like a town; those that are called
        street, town or township are offices all the same (首都机场街道, 110113400).
        """
        if self.is_placeholder:
            return True
        if self.level == STREET:
            if self.code[6:] == "000" or _UNGOVERNED.search(self.name):
                return True
            return int(self.code[6:]) >= 400 and _GOVERNED.search(self.name) is None
        return self.level == COUNTY and (self.code[4:] == "00" or 71 <= int(self.code[4:]) <= 79)


@dataclass(frozen=True)
class Divisions:
    """The whole panel, in the order of its file."""

    rows: tuple[Division, ...]

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Division, ...]]:
        """The rows of each code, oldest first."""
        found: dict[str, list[Division]] = {}
        for row in self.rows:
            found.setdefault(row.code, []).append(row)
        return {code: tuple(sorted(rows, key=lambda row: row.valid_from)) for code, rows in found.items()}

    @cached_property
    def upper(self) -> tuple[Division, ...]:
        """Provinces, cities and counties."""
        return tuple(row for row in self.rows if row.level != STREET)

    def at(self, code: str, year: int) -> Division | None:
        """The row of `code` in the list of `year`; where that has none, the nearest in time."""
        rows = self.by_code.get(code)
        if not rows:
            return None
        if len(rows) == 1:  # nine codes in ten; asked 300,000 times for the tables of the register
            return rows[0]
        return min(rows, key=lambda row: max(row.valid_from - year, year - row.valid_to, 0))

    def above(self, row: Division, year: int) -> tuple[Division, ...]:
        """The places it lies in, the nearest first, as they were in the list of `year`."""
        found: list[Division] = []
        parent = self.at(row.parent, year) if row.parent else None
        while parent is not None and len(found) < 3:
            found.append(parent)
            above = parent.parent if parent.parent != parent.code else parent.code[:2] + "0000"
            parent = self.at(above, year) if above and above != parent.code else None
        return tuple(found)

    def own_name(self, row: Division) -> str:
        """The name without the places above it, which some lists print in front (木垒县东城镇).

        The county also as people call it, or under its old kind. As printed where nothing but a kind would be
        left (七星区街道, 芒市镇).
        """
        county = self.at(row.parent, row.valid_to)
        if row.level != STREET or county is None or upper_stem(county.name) not in row.name:
            return row.name
        name = row.name
        for place in reversed(self.above(row, row.valid_to)[1:]):
            name = name.removeprefix(place.name)
        stem = upper_stem(county.name)
        called = next(
            (one for one in (county.name, *(stem + kind for kind in "县市区旗")) if name.startswith(one)),
            None,
        )
        if called is None:
            return row.name
        own = name.removeprefix(called).removeprefix("人民政府")
        return row.name if _KIND_ALONE.fullmatch(own) else own


def list_year(year: int | None) -> int:
    """The list to ask for report year `year`: the last one where no year is given."""
    return LAST_LIST if year is None else min(max(year, FIRST_LIST), LAST_LIST)


@lru_cache(maxsize=1)
def load_divisions() -> Divisions:
    """The panel as shipped, read once a process (about a tenth of a second)."""
    text = gzip.decompress((FOLDER / "panel.csv.gz").read_bytes()).decode("utf-8")
    lines = csv.reader(io.StringIO(text))
    next(lines)
    return Divisions(
        tuple(
            Division(level, code, name, parent, int(first), int(last), raw)
            for level, code, name, parent, first, last, raw in lines
        )
    )


def successions() -> dict[str, tuple[str, int]]:
    """Given-up code -> the code that took over and the year of the list that first has it."""
    with (FOLDER / "succession.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["old_code"]: (row["new_code"], int(row["year_first_seen"])) for row in csv.DictReader(file)
        }
