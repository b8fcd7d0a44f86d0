"""Word files for tests, from the XML that matters; everything around it is the least that Word would open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": W,
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    }.items()
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def p(*content: str, style: str = "", properties: str = "") -> str:
    """A paragraph; what does not begin with "<" becomes a run."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    about = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{about}{''.join(one if one.startswith('<') else r(one) for one in content)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run of text."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{text}</w:t></w:r>'


def tc(*content: str, span: int = 1, down: str | None = None, properties: str = "") -> str:
    """A cell; its content is put into one paragraph unless it is paragraphs or tables already."""
    about = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if down is not None:
        about += "<w:vMerge/>" if down == "continue" else f'<w:vMerge w:val="{down}"/>'
    blocks = "".join(content)
    if not blocks.startswith(("<w:p>", "<w:tbl>")):
        blocks = p(*content)
    return f"<w:tc><w:tcPr>{about}{properties}</w:tcPr>{blocks}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A row; texts become cells."""
    about = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{about}{''.join(one if one.startswith('<') else tc(one) for one in cells)}</w:tr>"


def tbl(*rows: str, widths: Iterable[int] = ()) -> str:
    """A table."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/>{f'<w:tblGrid>{grid}</w:tblGrid>' if grid else ''}{''.join(rows)}</w:tbl>"


def docx(
    body: str,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """A file with this body. parts: further members. relations: id -> (kind, target) of the document."""
    links = dict(relations or {})
    for name in parts or {}:
        kind = {"word/styles.xml": "styles", "word/numbering.xml": "numbering"}.get(name)
        kind = kind or {"word/footnotes.xml": "footnotes"}.get(name)
        if kind:
            links[f"rId{len(links) + 100}"] = (kind, name.removeprefix("word/"))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": _rels({"rId1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _rels(links),
        **(parts or {}),
    }
    return zipped(members)


def part(root: str, content: str) -> str:
    """The XML of another part, such as styles or numbering."""
    return f"<w:{root} {SPACES}>{content}</w:{root}>"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _rels(links: Mapping[str, tuple[str, str]]) -> str:
    entries = ""
    for key, (kind, target) in links.items():
        mode = ' TargetMode="External"' if "://" in target else ""
        entries += f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"{mode}/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'
