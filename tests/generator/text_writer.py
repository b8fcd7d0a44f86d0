"""A story as plain text, in the shapes that data/samples has.

Belongs here: how tables look once somebody copied them into a text. Not here: what is printed (`story`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.generator.story import Grid, Paragraph, Story


def tabs(story: Story) -> bytes:
    """A row a line, a tab after each cell; cells that reach over columns or rows leave empty fields."""
    return _text(story, lambda grid: "\n".join("\t".join(row) for row in _fields(grid)))


def ragged_tabs(story: Story) -> bytes:
    """A row a line with its own cells only: the fields of a row do not stand below those of another."""
    return _text(story, lambda grid: "\n".join("\t".join(cell.text for cell in row) for row in grid.rows))


def pipes(story: Story) -> bytes:
    """Markdown: fields between pipes, a rule below the first row."""

    def table(grid: Grid) -> str:
        lines = [f"| {' | '.join(row)} |" for row in _fields(grid)]
        return "\n".join([lines[0], "|" + " --- |" * len(grid.widths), *lines[1:]])

    return _text(story, table)


def cell_a_line(story: Story) -> bytes:
    """Each cell in a line that begins with a tab, rows parted by an empty line."""
    return _text(story, lambda grid: "\n\n".join("\n".join(f"\t{c.text}" for c in row) for row in grid.rows))


def _fields(grid: Grid) -> list[list[str]]:
    fields = [[""] * len(grid.widths) for _ in grid.rows]
    for number, row in enumerate(grid.placed()):
        for column, cell in row:
            fields[number][column] = cell.text
    return fields


def _text(story: Story, table: Callable[[Grid], str]) -> bytes:
    parts = [block.text if isinstance(block, Paragraph) else table(block) for block in story.blocks]
    return ("\n\n".join(parts) + "\n").encode()


SHAPES = {"tabs": tabs, "ragged_tabs": ragged_tabs, "pipes": pipes, "cell_a_line": cell_a_line}
