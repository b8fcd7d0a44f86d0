"""How each format is made under each condition.

Belongs here: which writer with which look or damage makes a condition. Not here: how writers work. A condition's
name is what was done to an otherwise clean document; `random` in pdf draws several at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.generator import (
    damage,
    html_writer,
    layout,
    office,
    paper,
    pdf_writer,
    pixels,
    text_writer,
    word_writer,
    word_xml,
    workbook_writer,
)
from tests.generator.faces import faces
from tests.generator.paper import A4, Look, Text
from tests.generator.pixels import Pixels
from tests.generator.story import Grid, Paragraph, Story


@dataclass
class Written:
    """What a recipe gives back: the bytes, the name's ending, the files beside it.

    `convert`: the bytes are a .docx that LibreOffice still has to turn into a file of that ending.
    """

    data: bytes
    ending: str
    companions: dict[str, bytes] = field(default_factory=dict)
    convert: bool = False


Recipe = Callable[[Story, random.Random], Written]
LANDSCAPE = (A4[1], A4[0])

LOOKS: dict[str, dict[str, Any]] = {
    "full": {},
    "long_lines": {"long_lines": True},
    "no_sides": {"border": "no_sides"},
    "no_frame": {"border": "no_frame"},
    "no_verticals": {"border": "no_verticals"},
    "horizontal": {"border": "horizontal", "long_lines": True},
    "dashed": {"border": "dashed"},
    "double": {"border": "double"},
    "rects": {"border": "rects", "long_lines": True},
    "rects_by_cell": {"border": "rects"},
    "backgrounds": {"backgrounds": True},
    "borderless": {"border": "none"},
    "landscape": {"page": LANDSCAPE},
    "rotated": {"page": LANDSCAPE, "rotate": 90},
    "rotated_270": {"rotate": 270},
    "small_print": {"size": 8, "padding": 1.5, "margin": 60},
    "break_between": {"breaks": "between"},
    "break_numbers_first": {"breaks": "numbers_first"},
    "break_numbers_second": {"breaks": "numbers_second"},
    "heading_left": {"breaks": "heading_left"},
    "heads_repeated": {"breaks": "between", "repeat_heads": True},
    "label_cut": {"breaks": "label_cut", "vertical_labels": True},
    "vertical_labels": {"vertical_labels": True},
    "columns_order": {"order": "columns"},
    "shuffled": {"order": "shuffled"},
    "double_bold": {"double_bold": True},
    "running_heads": {"running_head": True, "page_numbers": "— {n} —", "breaks": "between"},
    "boxed_prose": {"boxed_prose": True},
    "latin_digits": {"number_face": "Times-Roman", "number_align": "right"},
}


def _pdf(name: str) -> Recipe:
    def write(told: Story, rng: random.Random) -> Written:
        return Written(pdf(told, Look(**LOOKS[name]), rng), "pdf")

    return write


def pdf(told: Story, look: Look, rng: random.Random) -> bytes:
    """The story as a PDF of that look."""
    return pdf_writer.write_pdf(layout.lay_out(told, look, rng), look)


def random_look(rng: random.Random, borders: tuple[str, ...] = paper.BORDERS) -> Look:
    """Everything drawn at random."""
    return Look(
        page=rng.choice((A4, A4, LANDSCAPE)),
        margin=rng.choice((36, 54, 72)),
        size=rng.choice((8, 9, 10.5, 10.5, 12)),
        face=rng.choice(faces()),
        number_face=rng.choice((None, None, "Times-Roman", "Helvetica")),
        border=rng.choice(borders),
        line_width=rng.choice((0.25, 0.5, 0.75, 1.0)),
        padding=rng.choice((1.5, 3, 5)),
        breaks=rng.choice(paper.BREAKS),
        repeat_heads=rng.random() < 0.3,
        long_lines=rng.random() < 0.5,
        backgrounds=rng.random() < 0.2,
        vertical_labels=rng.random() < 0.4,
        boxed_prose=rng.random() < 0.15,
        double_bold=rng.random() < 0.2,
        order=rng.choice(("visual", "visual", "columns", "shuffled")),
        page_numbers=rng.choice((None, "- {n} -", "{n}", "第{n}页 共{total}页", "{n} / {total}")),
        running_head=rng.random() < 0.3,
        rotate=rng.choice((0, 0, 0, 90, 270)),
        number_align=rng.choice(("center", "right")),
    )


def _random_pdf(told: Story, rng: random.Random) -> Written:
    return Written(pdf(told, random_look(rng), rng), "pdf")


# scans ------------------------------------------------------------------------------------------------------


def sheets(told: Story, look: Look, dpi: float, rng: random.Random) -> list[Pixels]:
    """The pages as pictures."""
    return pixels.render(pdf(told, look, rng), dpi)


@dataclass(frozen=True)
class Scan:
    """A condition of pictures: resolution, damages in their order, kind and quality of the picture, look."""

    dpi: float
    damages: tuple[damage.Damage, ...] = ()
    kind: str = "png"
    quality: int = 85
    look: Look = field(default_factory=Look)

    def picture(self, sheet: Pixels, rng: random.Random) -> bytes:
        """The damaged sheet, encoded."""
        for one in self.damages:
            sheet = one(sheet, rng)
        return pixels.encode(sheet, self.kind, self.quality, self.dpi)


SCANS: dict[str, Scan] = {
    "150": Scan(150),
    "200": Scan(200),
    "300": Scan(300),
    "rotated_150": Scan(150, (damage.rotated,)),
    "rotated_200": Scan(200, (damage.rotated,)),
    "perspective_150": Scan(150, (damage.perspective,)),
    "noise_150": Scan(150, (damage.noise,)),
    "speckle_200": Scan(200, (damage.speckle,)),
    "light_150": Scan(150, (damage.uneven_light,)),
    "stamp_150": Scan(150, (damage.stamped,)),
    "stamp_200": Scan(200, (damage.stamped,)),
    "one_bit_200": Scan(200, (damage.one_bit,)),
    "faint_150": Scan(150, (damage.faint,)),
    "jpeg_150": Scan(150, kind="jpeg", quality=55),
    "dashed_200": Scan(200, look=Look(border="dashed", line_width=0.7)),
    "no_verticals_200": Scan(200, look=Look(border="no_verticals")),
    "no_sides_200": Scan(200, look=Look(border="no_sides")),
    "horizontal_200": Scan(200, look=Look(border="horizontal")),
    "all_150": Scan(150, (damage.everything,), "jpeg", 70),
    "all_200": Scan(200, (damage.everything,), "jpeg", 70),
    "72": Scan(72),
    "jpeg_72": Scan(72, kind="jpeg", quality=60),
    "100": Scan(100),
}


def _scan(name: str) -> Recipe:
    """A PDF whose pages are pictures."""

    def write(told: Story, rng: random.Random) -> Written:
        scan = SCANS[name]
        found = sheets(told, scan.look, scan.dpi, rng)
        sizes = [(sheet.shape[1] * 72 / scan.dpi, sheet.shape[0] * 72 / scan.dpi) for sheet in found]
        return Written(pdf_writer.write_scan([scan.picture(sheet, rng) for sheet in found], sizes), "pdf")

    return write


def _wrong_layer(told: Story, rng: random.Random) -> Written:
    """A scan under invisible text that an OCR program left, with many wrong characters."""
    look, scan = Look(), SCANS["200"]
    pages = layout.lay_out(told, look, rng)
    found = pixels.render(pdf_writer.write_pdf(pages, look), scan.dpi)
    layers = [[_misread(text, rng) for text in page.texts] for page in pages]
    sizes = [(page.width, page.height) for page in pages]
    return Written(pdf_writer.write_scan([scan.picture(s, rng) for s in found], sizes, layers), "pdf")


def _misread(text: Text, rng: random.Random) -> Text:
    wrong = "".join(
        rng.choice("0168317")
        if char.isdigit() and rng.random() < 0.25
        else rng.choice("一口工日0")
        if rng.random() < 0.1
        else char
        for char in text.text
    )
    return replace(text, text=wrong)


def _picture(name: str) -> Recipe:
    """One long picture of the whole report, as a file of its own."""

    def write(told: Story, rng: random.Random) -> Written:
        scan = SCANS[name]
        (sheet,) = sheets(told, replace(scan.look, tight=True), scan.dpi, rng)
        return Written(scan.picture(sheet, rng), "jpg" if scan.kind == "jpeg" else "png")

    return write


# carriers ---------------------------------------------------------------------------------------------------


def table_pictures(told: Story, name: str, rng: random.Random) -> dict[str, bytes]:
    """A picture of each table of the report, by the table's code."""
    scan = SCANS[name]
    found = {}
    for grid in told.grids:
        alone = replace_blocks(told, [grid])
        look = replace(scan.look, tight=True, margin=12)
        (sheet,) = sheets(alone, look, scan.dpi, rng)
        found[grid.code] = scan.picture(sheet, rng)
    return found


def replace_blocks(told: Story, blocks: list[Paragraph | Grid]) -> Story:
    """The same report with other blocks."""
    return replace(told, blocks=blocks)


def _web_pictures(name: str) -> Recipe:
    """A web page whose tables are pictures that lie beside it."""

    def write(told: Story, rng: random.Random) -> Written:
        kind = "jpg" if SCANS[name].kind == "jpeg" else "png"
        files = {f"W0202401{code}.{kind}": data for code, data in table_pictures(told, name, rng).items()}
        references = iter(files)
        parts = [
            f'<p style="text-align:center"><img src="./{next(references)}" width="600"></p>\n'
            if isinstance(block, Grid)
            else html_writer.block_html(block, html_writer.cell_html)
            for block in told.blocks
        ]
        logo = '<img src="/images/logo.png" width="80" height="30"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
        return Written(html_writer.page(told, logo + "".join(parts)).encode(), "html", files)

    return write


def _word_pictures(told: Story, rng: random.Random) -> Written:
    """A Word file whose tables are pictures."""
    return Written(word_xml.with_pictures(told, table_pictures(told, "150", rng)), "docx")


def _landing(kind: str, both: bool = False) -> Recipe:
    """A page with the prose, and the report itself as an attachment; `both`: the tables on the page as well."""

    def write(told: Story, rng: random.Random) -> Written:
        if kind == "pdf":
            attached = pdf(told, Look(), rng)
        elif kind == "scan":
            attached = _scan("150")(told, rng).data
        else:
            attached = word_xml.spans(told, rng)
        ending = "docx" if kind == "docx" else "pdf"
        name = f"P0202401.{ending}"
        blocks = [block for block in told.blocks if both or isinstance(block, Paragraph)]
        content = html_writer.body(replace_blocks(told, blocks))
        link = f'<p>附件：<a href="./{name}" title="{told.words.title}">{told.words.title}.{ending}</a></p>\n'
        return Written(html_writer.page(told, content + link).encode(), "html", {name: attached})

    return write


def _office(source: str, ending: str) -> Recipe:
    """A Word file put through LibreOffice."""

    def write(told: Story, rng: random.Random) -> Written:
        if ending == "pdf":
            # LibreOffice breaks numbers that are wider than their column: 1203 and 4 below it
            told.undecidable |= {key for key, text in told.printed().items() if len(text) > 4}
        data = word_writer.clean(told) if source == "clean" else word_xml.WRITERS[source](told, rng)
        return Written(data, ending, convert=True)

    return write


def _html(name: str) -> Recipe:
    return lambda told, rng: Written(html_writer.WRITERS[name](told, rng), "html")


def _text(name: str) -> Recipe:
    return lambda told, rng: Written(text_writer.SHAPES[name](told), "txt")


def _docx(name: str) -> Recipe:
    return lambda told, rng: Written(word_xml.WRITERS[name](told, rng), "docx")


def _workbook(name: str) -> Recipe:
    return lambda told, rng: Written(workbook_writer.WRITERS[name](told, rng), "xlsx")


RECIPES: dict[str, dict[str, Recipe]] = {
    "html": {name: _html(name) for name in html_writer.WRITERS},
    "text": {name: _text(name) for name in text_writer.SHAPES},
    "docx": {
        "clean": lambda told, rng: Written(word_writer.clean(told), "docx"),
        **{name: _docx(name) for name in word_xml.WRITERS},
        "pictures": _word_pictures,
    },
    "workbook": {name: _workbook(name) for name in workbook_writer.WRITERS},
    "pdf": {**{name: _pdf(name) for name in LOOKS}, "random": _random_pdf},
    "scan": {**{name: _scan(name) for name in SCANS}, "wrong_layer": _wrong_layer},
    "picture": {name: _picture(name) for name in SCANS},
    "web": {
        **{f"pictures_{name}": _web_pictures(name) for name in ("150", "100", "jpeg_150", "72", "all_150")},
        "landing_pdf": _landing("pdf"),
        "landing_docx": _landing("docx"),
        "landing_scan": _landing("scan"),
        "both_pdf": _landing("pdf", both=True),
    },
}
#: What LibreOffice turns into which formats. Not content_controls: it writes their text twice into .doc and .rtf.
OFFICE = {
    "pdf": ("clean", "spans"),
    "doc": ("clean", "spans", "phantom", "split_runs", "old_merges", "nested", "text_boxes"),
    "rtf": ("clean", "spans", "phantom", "split_runs", "nested"),
}
if office.SOFFICE:
    RECIPES["office"] = {
        f"{source}_{ending}": _office(source, ending)
        for ending, sources in OFFICE.items()
        for source in sources
    }
