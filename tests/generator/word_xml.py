"""A story as a .docx written part by part: the markup that real offices leave behind.

Belongs here: WordprocessingML, one condition a function. Not here: what is printed (`story`), the plain document
(`word_writer`).
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape

from tests.generator.story import Cell, Grid, Paragraph, Story

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_AUTHOR = 'w:id="7" w:author="校对" w:date="2024-01-10T09:00:00Z"'


def package(body: str, media: Mapping[str, bytes] | None = None) -> bytes:
    """The .docx of a body; `media`: file name in word/media -> bytes, with the relation id rId<n>, n from 1.

    An empty paragraph ends it, as in all that Word writes: LibreOffice drops a table that ends the document.
    """
    media = media or {}
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/image" Target="media/{name}"/>'
        for number, name in enumerate(media, start=1)
    )
    main = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document {_NAMESPACES}><w:body>{body}'
        '<w:p/><w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
        'w:left="1134" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _RELATIONS.format(main).encode(),
        "word/document.xml": document.encode(),
        "word/_rels/document.xml.rels": _RELATIONS.format(relations).encode(),
        **{f"word/media/{name}": data for name, data in media.items()},
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 15, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def run(text: str, properties: str = "") -> str:
    """One run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def paragraph(*runs: str, center: bool = False) -> str:
    """A paragraph of finished runs."""
    properties = '<w:pPr><w:jc w:val="center"/></w:pPr>' if center else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def block_xml(block: Paragraph) -> str:
    style = '<w:b/><w:sz w:val="30"/>' if block.kind in ("title", "heading") else ""
    return paragraph(run(block.text, style), center=block.kind in ("title", "date"))


@dataclass
class Tables:
    """How tables are written: `content` gives the paragraphs of a cell, the flags odd ways of the whole.

    `jitter`: inner edges of some rows are 1 or 2 twips off, as in files that were .doc; `controls`: rows and cells
    within content controls, as WPS writes them; `old_merge`: w:hMerge in place of w:gridSpan; `grid_columns`: what
    w:tblGrid says instead of the widths; `auto_widths`: cells leave their width open; `dark`: cells on dark ground.
    """

    rng: random.Random
    content: Callable[[Cell], str] | None = None
    jitter: bool = False
    controls: bool = False
    old_merge: bool = False
    row_extra: Callable[[Grid, int], str] = field(default=lambda grid, number: "")
    grid_columns: Callable[[Sequence[int]], Sequence[int]] = field(default=lambda widths: widths)
    dark: Callable[[Cell], bool] = field(default=lambda cell: False)
    auto_widths: bool = False

    def paragraphs(self, cell: Cell) -> str:
        return self.content(cell) if self.content else paragraph(run(cell.text))

    def xml(self, grid: Grid) -> str:
        """The w:tbl of a table."""
        total = sum(grid.widths)
        edges = [0]
        for width in grid.widths:
            edges.append(edges[-1] + round(width / total * 9600))
        spots = self._spots(grid)
        own = [self._edges(grid, number, edges) for number in range(len(grid.rows))]
        every = sorted({edge for row in own for edge in row} | set(edges))
        widths = [after - before for before, after in pairwise(every)]
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in self.grid_columns(widths))
        rows = []
        for number, spot in enumerate(spots):
            cells = []
            for column, cell, first in spot:
                x0, x1 = own[number][column], own[number][column + cell.columns]
                span = every.index(x1) - every.index(x0)
                cells.append(self._cell(cell, x1 - x0, span, first))
            row = f"<w:tr>{''.join(cells)}</w:tr>"
            if self.controls and self.rng.random() < 0.3:
                row = f"<w:sdt><w:sdtPr/><w:sdtContent>{row}</w:sdtContent></w:sdt>"
            rows.append(row + self.row_extra(grid, number))
        properties = (
            f'<w:tblPr><w:tblW w:w="9600" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
        )
        return f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"

    def _edges(self, grid: Grid, number: int, edges: list[int]) -> list[int]:
        if not self.jitter or self.rng.random() < 0.4 or any(cell.rows > 1 for cell in grid.rows[number]):
            return edges
        # labels that reach down keep their edges: Word does not merge cells of different ones
        free = {column for column, cell in grid.placed()[number] if cell.key}
        return [edge + (self.rng.choice((0, 1, 2)) if n in free else 0) for n, edge in enumerate(edges)]

    def _spots(self, grid: Grid) -> list[list[tuple[int, Cell, bool]]]:
        """Each row's cells with column and whether it begins there; Word repeats a cell that reaches down."""
        spots: list[list[tuple[int, Cell, bool]]] = [[] for _ in grid.rows]
        for number, row in enumerate(grid.placed()):
            for column, cell in row:
                for reach in range(cell.rows):
                    if number + reach < len(spots):
                        spots[number + reach].append((column, cell, reach == 0))
        return [sorted(row, key=lambda spot: spot[0]) for row in spots]

    def _cell(self, cell: Cell, width: int, span: int, first: bool) -> str:
        merge = ""
        if cell.rows > 1:
            merge = '<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>"
        inner = self.paragraphs(cell) if first else paragraph()
        if self.old_merge and span > 1:
            one = f'<w:tcW w:w="{width // span}" w:type="dxa"/>'
            rest = f"<w:tc><w:tcPr>{one}<w:hMerge/>{merge}</w:tcPr>{paragraph()}</w:tc>" * (span - 1)
            return f'<w:tc><w:tcPr>{one}<w:hMerge w:val="restart"/>{merge}</w:tcPr>{inner}</w:tc>{rest}'
        grid_span = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        stated = (
            '<w:tcW w:w="0" w:type="auto"/>' if self.auto_widths else f'<w:tcW w:w="{width}" w:type="dxa"/>'
        )
        ground = '<w:shd w:val="clear" w:color="auto" w:fill="1F4E79"/>' if self.dark(cell) else ""
        found = f"<w:tc><w:tcPr>{stated}{grid_span}{merge}{ground}</w:tcPr>{inner}</w:tc>"
        if self.controls and self.rng.random() < 0.1:
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{found}</w:sdtContent></w:sdt>"
        return found


def _body(story: Story, tables: Tables) -> str:
    return "".join(tables.xml(b) + paragraph() if isinstance(b, Grid) else block_xml(b) for b in story.blocks)


def spans(story: Story, rng: random.Random) -> bytes:
    """gridSpan and vMerge written out."""
    return package(_body(story, Tables(rng)))


def old_merges(story: Story, rng: random.Random) -> bytes:
    """hMerge, as old converters wrote it."""
    return package(_body(story, Tables(rng, old_merge=True)))


def phantom(story: Story, rng: random.Random) -> bytes:
    """Columns of 1 or 2 twips, as in files that were .doc once."""
    return package(_body(story, Tables(rng, jitter=True)))


def split_runs(story: Story, rng: random.Random) -> bytes:
    """Numbers and labels broken into runs, with proofing marks and bookmarks between them."""

    def content(cell: Cell) -> str:
        pieces = []
        for number, char in enumerate(cell.text):
            between = '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="1" w:name="_GoBack"/><w:bookmarkEnd w:id="1"/>'
            pieces.append(
                (between if number and rng.random() < 0.3 else "")
                + run(char, '<w:rFonts w:hint="eastAsia"/>')
            )
        return paragraph(*pieces)

    return package(_body(story, Tables(rng, content)))


def tracked(story: Story, rng: random.Random) -> bytes:
    """Changes that are tracked: what was deleted is not printed, numbers and whole rows of them included."""

    def content(cell: Cell) -> str:
        if not cell.key or rng.random() > 0.25:
            return paragraph(run(cell.text))
        old = f"<w:del {_AUTHOR}><w:r><w:delText>{rng.randrange(1, 999)}</w:delText></w:r></w:del>"
        new = f"<w:ins {_AUTHOR}>{run(cell.text)}</w:ins>"
        return paragraph(old, new)

    def deleted_row(grid: Grid, number: int) -> str:
        row = grid.rows[number]
        if rng.random() > 0.1 or number < grid.heads or any(cell.rows > 1 for cell in row):
            return ""
        if number + 1 < len(grid.rows) and sum(cell.columns for cell in row) != len(grid.widths):
            return ""  # a label reaches over this row: a row more would shift it
        deleted = f"<w:del {_AUTHOR}><w:r><w:delText>{{}}</w:delText></w:r></w:del>"
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="600" w:type="dxa"/><w:gridSpan w:val="{cell.columns}"/></w:tcPr>'
            f"{paragraph(deleted.format(rng.randrange(99) if cell.key else escape(cell.text)))}</w:tc>"
            for cell in row
        )
        return f"<w:tr><w:trPr><w:del {_AUTHOR}/></w:trPr>{cells}</w:tr>"

    return package(_body(story, Tables(rng, content, row_extra=deleted_row)))


def marks(story: Story, rng: random.Random) -> bytes:
    """Numbers with a raised footnote mark, or with hidden text beside them, which is not printed."""

    def content(cell: Cell) -> str:
        if not cell.key or not cell.text or rng.random() > 0.08:
            return paragraph(run(cell.text))
        if rng.random() < 0.5:
            return paragraph(run(cell.text), run(str(rng.randint(1, 9)), "<w:vanish/>"))
        story.undecidable.add(cell.key)
        mark = rng.choice(("①", "1", "[1]", "注1"))
        return paragraph(run(cell.text), run(mark, '<w:vertAlign w:val="superscript"/>'))

    return package(_body(story, Tables(rng, content)))


def nested(story: Story, rng: random.Random) -> bytes:
    """The whole report in the one cell of a table for layout."""
    inner = _body(story, Tables(rng))
    return package(
        '<w:tbl><w:tblPr><w:tblW w:w="9800" w:type="dxa"/></w:tblPr><w:tblGrid><w:gridCol w:w="9800"/></w:tblGrid>'
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="9800" w:type="dxa"/></w:tcPr>{inner}{paragraph()}</w:tc></w:tr></w:tbl>'
        + paragraph()
    )


def text_boxes(story: Story, rng: random.Random) -> bytes:
    """The title and table 4 (or a list) in text boxes, each written twice: for new and for old programs."""
    tables = Tables(rng)
    parts = []
    for block in story.blocks:
        boxed = block.kind == "title" if isinstance(block, Paragraph) else block.code in ("t4", "fj", "nat")
        xml = tables.xml(block) + paragraph() if isinstance(block, Grid) else block_xml(block)
        parts.append(_text_box(xml) if boxed else xml)
    return package("".join(parts))


def _text_box(xml: str) -> str:
    content = f"<w:txbxContent>{xml}</w:txbxContent>"
    return (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="5400000" '
        'cy="1800000"/><wp:docPr id="1" name="文本框 1"/><a:graphic><a:graphicData '
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="5400000" cy="1800000"/></a:xfrm><a:prstGeom prst="rect">'
        f"<a:avLst/></a:prstGeom></wps:spPr><wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>"
        '</a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape style="width:425pt;height:140pt">'
        f"<v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def content_controls(story: Story, rng: random.Random) -> bytes:
    """Rows and cells within w:sdt."""
    return package(_body(story, Tables(rng, controls=True)))


_UNSEEN = (
    "<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:color w:val="auto" w:themeColor="background1"/>',
    '<w:sz w:val="2"/>',
)  # fmt: skip


def unseen(story: Story, rng: random.Random) -> bytes:
    """Hidden, white and tiny digits; the head and the totals in white on dark, where they are seen."""

    def is_dark(cell: Cell) -> bool:
        return cell.head or (cell.key or "").endswith(".total")

    def content(cell: Cell) -> str:
        if is_dark(cell):
            return paragraph(run(cell.text, '<w:color w:val="FFFFFF"/>'))
        if not cell.key or rng.random() > 0.08:
            return paragraph(run(cell.text))
        look = rng.choice(_UNSEEN)
        if look != "<w:vanish/>":
            story.undecidable.add(cell.key)
        return paragraph(run(cell.text), run(str(rng.randint(1, 9)), look))

    return package(_body(story, Tables(rng, content, dark=is_dark)))


def wrong_grids(story: Story, rng: random.Random) -> bytes:
    """WPS: w:tblGrid tells one column, or columns of no width, or nothing; cells may leave theirs open."""
    kind = rng.choice(("one", "zero", "narrow", "none"))

    def columns(widths: Sequence[int]) -> Sequence[int]:
        found = {"one": [sum(widths)], "zero": [0] * len(widths), "narrow": [100] * len(widths), "none": []}
        return found[kind]

    return package(_body(story, Tables(rng, grid_columns=columns, auto_widths=rng.random() < 0.5)))


def wrapped(story: Story, rng: random.Random) -> bytes:
    """Numbers as results of fields, in zones of formulas, links, smart tags and content controls; labels with notes."""

    def content(cell: Cell) -> str:
        if not cell.key:
            raised = run(rng.choice(("1", "①", "*")), '<w:vertAlign w:val="superscript"/>')
            return paragraph(run(cell.text), raised if cell.text and rng.random() < 0.1 else "")
        inner = run(cell.text)
        return paragraph(rng.choice(_WRAPPINGS).format(inner=inner, text=escape(cell.text)) if inner else "")

    return package(_body(story, Tables(rng, content)))


_MARK = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
_WRAPPINGS = (
    "{inner}",
    '<w:fldSimple w:instr=" =SUM(LEFT) ">{inner}</w:fldSimple>',
    f"{_MARK.format('begin')}<w:r><w:instrText> =B2+7 </w:instrText></w:r>{_MARK.format('separate')}"
    f"{{inner}}{_MARK.format('end')}",
    '<w:smartTag w:uri="urn:schemas-microsoft-com:office:smarttags" w:element="chmetcnv">{inner}</w:smartTag>',
    '<w:hyperlink w:anchor="top">{inner}</w:hyperlink>',
    "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>",
    "<m:oMath><m:r><m:t>{text}</m:t></m:r></m:oMath>",
    "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>9</w:t></w:r></w:rt><w:rubyBase>{inner}</w:rubyBase></w:ruby></w:r>",
)


def with_pictures(story: Story, pictures: Mapping[str, bytes]) -> bytes:
    """Tables as pictures: `pictures` by the table's code, PNG or JPEG bytes."""
    media = {f"image{number}.png": data for number, data in enumerate(pictures.values(), start=1)}
    numbers = {code: number for number, code in enumerate(pictures, start=1)}
    parts = []
    for block in story.blocks:
        if isinstance(block, Paragraph):
            parts.append(block_xml(block))
            continue
        number = numbers[block.code]
        parts.append(
            '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="5400000" cy="5400000"/>'
            f'<wp:docPr id="{number}" name="图片 {number}"/><a:graphic><a:graphicData '
            'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="图片 {number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="rId{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            '<a:off x="0" y="0"/><a:ext cx="5400000" cy="5400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        )
    return package("".join(parts), media)


WordWriter = Callable[[Story, random.Random], bytes]
WRITERS: Mapping[str, WordWriter] = {
    "spans": spans,
    "old_merges": old_merges,
    "phantom": phantom,
    "split_runs": split_runs,
    "tracked": tracked,
    "marks": marks,
    "nested": nested,
    "text_boxes": text_boxes,
    "content_controls": content_controls,
    "unseen": unseen,
    "wrong_grids": wrong_grids,
    "wrapped": wrapped,
}
