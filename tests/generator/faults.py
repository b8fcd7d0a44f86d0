"""What goes wrong in reports, done to a story on purpose.

Belongs here: faults that can be printed in any format, each of them seen in a real report. Each changes the story
and its gold together: the gold keeps what is printed. Not here: faults of one format (its writer has those).

A fault gives back False when the story has no place for it. Where nobody could say what a cell prints, its key
becomes `undecidable`: left unread or read right, both will do; another number never.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from itertools import pairwise

from tests.generator.grid_edits import delete_column, delete_row, insert_column
from tests.generator.story import Cell, Grid, Paragraph, Story

Fault = Callable[[Story, random.Random], bool]

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def apply(names: tuple[str, ...], story: Story, rng: random.Random) -> None:
    """Do these faults to the story, "random" standing for one or two of them; `story.faults` names those done."""
    wanted = [name for name in names if name != "random"]
    _do(wanted, len(wanted), story, rng)
    if "random" in names:
        _do(rng.sample(list(FAULTS), len(FAULTS)), rng.randint(1, 2), story, rng)


def _do(names: list[str], count: int, story: Story, rng: random.Random) -> None:
    """The first `count` of these faults that the story has a place for."""
    done = []
    for name in names:
        # a table is printed twice as it is after everything else: two versions of it would be two reports
        if len(done) < count and (name == table_twice.__name__ or FAULTS[name](story, rng)):
            done.append(name)
    if table_twice.__name__ in done and not table_twice(story, rng):
        done.remove(table_twice.__name__)
    story.faults += done


def split_numbers(story: Story, rng: random.Random) -> bool:
    """ "1" and "0" apart within one cell."""
    cells = [cell for cell in _numbers(story) if cell.text.isdigit() and len(cell.text) > 1]
    for cell in rng.sample(cells, min(3, len(cells))):
        place = rng.randrange(1, len(cell.text))
        cell.numbers = (cell.text[:place], cell.text[place:])
        cell.text = " ".join(cell.numbers)
        story.undecidable.add(str(cell.key))
    return bool(cells)


def split_cells(story: Story, rng: random.Random) -> bool:
    """ "1" in one cell and "0" in the next, which was empty: the row sum says that it was a 10."""
    grid = _grid(story, "t3")
    if grid is None:
        return False
    found = []
    for row in grid.rows:
        numbers = [cell for cell in row if cell.key]
        for cell, after in pairwise(numbers[:-1]):
            blank = after.text in ("", "0")
            if cell.text.isdigit() and len(cell.text) == 2 and blank and numbers[-1].text:
                found.append((cell, after))
    if not found:
        return False
    cell, after = rng.choice(found)
    cell.text, after.text = cell.text[0], cell.text[1]
    if after.text == "0":
        story.gold[str(after.key)] = 0  # no sum could tell that this 0 belongs to its neighbour
    story.undecidable |= {str(cell.key), str(after.key)}
    return True


def blank_column(story: Story, rng: random.Random) -> bool:
    """An empty column between columns of figures."""
    grid = _grid(story, "t3")
    if grid is None:
        return False
    insert_column(grid, rng.randrange(4, len(grid.widths)), 0.4)
    return True


def notes_in_cells(story: Story, rng: random.Random) -> bool:
    """22（其中修订16件）, 251000元, 1,234, full-width digits, ○ for 0."""
    cells = _numbers(story)
    dressed = 0
    for cell in rng.sample(cells, min(12, len(cells))):
        value = story.gold[str(cell.key)]
        if value is None:
            continue
        text = _dressed(str(cell.key), value, cell.text, rng)
        dressed += text != cell.text
        cell.text = text
    return bool(dressed)


def _dressed(key: str, value: int | Decimal, text: str, rng: random.Random) -> str:
    if key.endswith(".amount"):
        return f"{text}万元" if key.startswith("t2_8") else f"{text}元"
    if value == 0:
        return rng.choice(("○", "０", "0件" if key.startswith("t2") else "0"))
    if isinstance(value, int) and value >= 1000 and text.isdigit():
        return f"{value:,}"
    if key.startswith("t2_1") and value > 1:
        return f"{text}（其中修订{rng.randint(1, int(value))}件）"
    return rng.choice((text.translate(_FULL_WIDTH), f" {text} "))


def words_for_numbers(story: Story, rng: random.Random) -> bool:
    """无, / or — in place of a number."""
    cells = [cell for cell in _numbers(story) if story.gold[str(cell.key)] == 0]
    for cell in rng.sample(cells, min(4, len(cells))):
        cell.text = rng.choice(("无", "/", "—", "-"))
        story.gold[str(cell.key)] = None
    return bool(cells)


def label_variants(story: Story, rng: random.Random) -> bool:
    """Other wordings of the catalog, other enumerators, spaces inside labels."""
    aliases: dict[str, tuple[str, ...]] = {}
    for table in story.form.tables:
        for entry in (*table.rows, *table.columns):
            aliases.setdefault(entry.label_zh, entry.aliases)
    changed = 0
    for cell in _labels(story):
        label, mark = cell.text.strip(), ""
        for known in sorted(aliases, key=len, reverse=True):
            if label.endswith(known):
                label, mark = known, label[: -len(known)]
                break
        if label not in aliases or rng.random() > 0.25:
            continue
        if aliases[label] and rng.random() < 0.5:
            label = rng.choice(aliases[label])
        elif len(label) <= 4:
            label = " ".join(label)
        mark = rng.choice((mark, mark.replace(".", "、"), mark.replace("（", "(").replace("）", ")")))
        changed += mark + label != cell.text
        cell.text = mark + label
    return bool(changed)


def typos(story: Story, rng: random.Random) -> bool:
    """A character of a long row label lost: its row may be left unread."""
    rows = [
        (row, cell)
        for grid in story.grids
        for row in grid.rows
        for cell in row
        if not cell.key and not cell.head and len(cell.text) >= 8 and any(other.key for other in row)
    ]
    if not rows:
        return False
    row, cell = rng.choice(rows)
    place = rng.randrange(4, len(cell.text))
    cell.text = cell.text[:place] + cell.text[place + 1 :]
    story.undecidable |= {other.key for other in row if other.key}
    return True


def row_missing(story: Story, rng: random.Random) -> bool:
    """One row of figures too few."""
    grid = _grid(story, "t3", "nat", "fj")
    if grid is None:
        return False
    at = rng.choice([n for n, row in enumerate(grid.rows) if any(cell.key for cell in row)])
    for cell in grid.rows[at]:
        story.gold.pop(cell.key or "", None)
    delete_row(grid, at)
    return True


def identities_violated(story: Story, rng: random.Random) -> bool:
    """Sums that are wrong in print: totals of 0 beside parts, one number off."""
    cells = [cell for cell in _numbers(story) if cell.text.isdigit() and str(cell.key)[:2] in ("t3", "t4")]
    totals = [cell for cell in cells if "total" in str(cell.key) and cell.text != "0"]
    for cell in rng.sample(totals, min(2, len(totals))):
        cell.text = rng.choice(("0", str(int(cell.text) + rng.randint(1, 9))))
        story.gold[str(cell.key)] = int(cell.text)
    return bool(totals)


def table_twice(story: Story, rng: random.Random) -> bool:
    """The same table once more at the end."""
    grid = _grid(story, "t3", "t4", "fj")
    if grid is None:
        return False
    story.blocks += [Paragraph("附件", "heading"), deepcopy(grid)]
    return True


def extra_column(story: Story, rng: random.Random) -> bool:
    """A column 小计 of the firms, which the form does not have."""
    grid = _grid(story, "t3")
    if grid is None or not str(grid.rows[-1][-1].key).endswith(".total"):
        return False
    at = len(grid.widths) - 1
    sums: dict[int, str] = {2: "小计"}
    for number, row in enumerate(grid.rows):
        firms = [cell.text for cell in row if cell.key][1:-1]
        if firms and all(text.isdigit() for text in firms):
            sums[number] = str(sum(map(int, firms)))
    # within the group of firms: its heading reaches over the new column
    grid.rows[1][1].columns += 1
    grid.rows[0][1].columns += 1
    grid.rows[2].append(Cell("小计", head=True))
    for number in range(grid.heads, len(grid.rows)):
        grid.rows[number].insert(len(grid.rows[number]) - 1, Cell(sums.get(number, "")))
    grid.widths.insert(at, 1.5)
    return True


def total_column_missing(story: Story, rng: random.Random) -> bool:
    """Table 3 without its last column."""
    grid = _grid(story, "t3")
    if grid is None:
        return False
    for key in [key for key in story.gold if key.startswith("t3.") and key.endswith(".total")]:
        del story.gold[key]
    delete_column(grid, len(grid.widths) - 1)
    return True


def other_as_one_row(story: Story, rng: random.Random) -> bool:
    """（六）其他处理 as one row of figures, as the form of 2019 has it, in the form of 2021."""
    table = next((table for table in story.form.tables if table.code == "t3"), None)
    if table is None or not table.optional_rows:
        return False
    (row,) = table.optional_rows
    grid = story.grid("t3")
    codes = [{cell.key.split(".")[1] for cell in line if cell.key} for line in grid.rows]
    places = [number for number, found in enumerate(codes) if found & set(row.replaces)]
    if len(places) != len(row.replaces) or places[-1] - places[0] != len(places) - 1:
        return False  # another fault took a row away
    first = places[0]
    heading = next(cell for cell in grid.rows[first] if cell.rows == len(places))
    for _ in places[1:]:
        delete_row(grid, first + 1)
    for cell in grid.rows[first]:
        if not cell.key:
            continue
        column = cell.key.rpartition(".")[2]
        story.undecidable.discard(cell.key)
        parts = [story.gold.pop(f"t3.{code}.{column}") for code in row.replaces]
        printed = [part for part in parts if part is not None]
        cell.key, cell.numbers = f"t3.{row.code}.{column}", ()
        story.gold[cell.key] = sum(printed) if printed else None
        cell.text = str(story.gold[cell.key]) if printed else ""
    del grid.rows[first][grid.rows[first].index(heading) + 1]  # the label of the first of the three rows
    heading.rows, heading.columns, heading.vertical = 1, 2, False
    return True


def rows_swapped(story: Story, rng: random.Random) -> bool:
    """Two rows in the other order, each with its label: labels decide, not positions."""
    grid = _grid(story, "t3", "nat", "fj")
    if grid is None:
        return False
    plain = [
        n
        for n in range(grid.heads, len(grid.rows) - 1)
        if len(grid.rows[n]) == len(grid.rows[n + 1])
        and all(cell.rows == 1 for cell in (*grid.rows[n], *grid.rows[n + 1]))
        and any(cell.key for cell in grid.rows[n])
        and any(cell.key for cell in grid.rows[n + 1])
        and grid.rows[n][0].columns == grid.rows[n + 1][0].columns
    ]
    if not plain:
        return False
    at = rng.choice(plain)
    grid.rows[at], grid.rows[at + 1] = grid.rows[at + 1], grid.rows[at]
    return True


def local_row(story: Story, rng: random.Random) -> bool:
    """A row of a list that the form does not have, as every place has some: its numbers belong to no known row."""
    grid = _grid(story, "nat", "fj")
    if grid is None:
        return False
    at = rng.randrange(grid.heads + 1, len(grid.rows))
    label = rng.choice(("信函及传真申请数", "其他类型答复数", "电子邮件申请数", "行政申诉数"))
    numbers = [Cell(str(rng.randrange(500))) for _ in range(len(grid.widths) - 2)]
    grid.rows.insert(at, [Cell(label), Cell("件"), *numbers])
    return True


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        split_numbers,
        split_cells,
        blank_column,
        notes_in_cells,
        words_for_numbers,
        label_variants,
        typos,
        row_missing,
        identities_violated,
        table_twice,
        extra_column,
        total_column_missing,
        other_as_one_row,
        rows_swapped,
        local_row,
    )
}


def _grid(story: Story, *codes: str) -> Grid | None:
    return next((grid for grid in story.grids if grid.code in codes), None)


def _numbers(story: Story) -> list[Cell]:
    """Cells with a number in print."""
    return [
        cell
        for grid in story.grids
        for cell in grid.cells
        if cell.key and story.gold.get(cell.key) is not None
    ]


def _labels(story: Story) -> list[Cell]:
    return [cell for grid in story.grids for cell in grid.cells if not cell.key and len(cell.text) > 1]
