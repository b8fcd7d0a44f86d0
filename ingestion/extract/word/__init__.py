"""Word files by their XML: .docx, and what a converter made into .docx.

Belongs here: from the bytes of the file to the blocks of a `Document`. `body` walks over blocks, `lines` over
what stands in them; `styles` and `numbering` say what they inherit, `drawings` and `pictures` see to what is
drawn, `cells` places cells, `assembly` makes blocks. Does not belong here: .doc, .wps and .rtf, which a
converter turns into .docx first (`ingestion.converter`).
"""

from __future__ import annotations

from ingestion.extract.model import Document, Issue, UnreadableInput
from ingestion.extract.ooxml import Package, parse
from ingestion.extract.sandbox import Budget
from ingestion.extract.word.assembly import WordAssembly
from ingestion.extract.word.body import Walk
from ingestion.extract.word.lines import Found
from ingestion.extract.word.names import W
from ingestion.extract.word.numbering import Numbering
from ingestion.extract.word.styles import Styles, may_look, without_table_styles, without_trivia

__all__ = ["read_docx"]

_ISSUES = {
    "tracked_changes": (
        "warning",
        "{n} changes are tracked and not accepted: insertions are read, deletions are not{example}",
    ),
    "hidden_text": ("info", "{n} texts are hidden in Word and left out{example}"),
    "white_text": ("warning", "{n} numbers are printed in white and not read{example}"),
    "note_mark": ("info", "{n} marks of footnotes are left out of the text"),
    "box_in_cell": ("warning", "{n} boxes of text with digits hang on cells, and may belong to others"),
    "sign_unread": ("warning", "{n} signs or fields are printed that stand nowhere as text{example}"),
    "field_unclosed": ("warning", "{n} fields have no end: what they print is not surely known{example}"),
    "span_capped": ("warning", "{n} spans are cut down to the columns that the table has{example}"),
    "chart_unread": ("warning", "{n} charts or diagrams are not read"),
    "formula_unread": ("warning", "{n} formulas are drawn and not read{example}"),
    "embedded_object_unread": (
        "warning",
        "{n} objects of other programs are embedded; only their picture is looked at{example}",
    ),
    "embedded_part_unread": ("warning", "{n} other documents are embedded and not read{example}"),
}  # fmt: skip


def read_docx(data: bytes, document: Document, budget: Budget) -> None:
    """Fills blocks and issues of `document` from the bytes of a .docx file.

    Headers, footers and comments are no content. Raises `UnreadableInput`: `damaged_container`,
    `password_protected`, `no_document_part`, or a code that begins with `quarantined` when a limit is passed.
    """
    package = Package(data)
    name = package.document_name("word/document.xml")
    source = package.bytes_of(name)
    if source is None:
        raise UnreadableInput("no_document_part", "the container holds no Word document")
    source = without_trivia(source)
    body = parse(source, name).find(f"{W}body")
    if body is None:
        raise UnreadableInput("no_document_part", f"{name} is no Word document")
    sheet = _style_sheet(package, name)
    looks = may_look(source) or may_look(sheet)
    styles = Styles(parse(sheet, "styles") if sheet else None, looks=looks)
    list_part = package.related(name, "numbering") if b"numPr" in source or b"numPr" in sheet else None
    numbering = Numbering(package.xml(list_part) if list_part else None)
    walk = Walk(styles, numbering, package.relations(name), budget, looks=looks)
    walk.blocks(body, walk.page)
    _read_notes(package, name, walk)
    assembly = WordAssembly(package, budget)
    assembly.flow(walk.page)
    document.blocks = assembly.blocks
    document.issues += assembly.issues
    document.issues += _issues(walk.found)


def _style_sheet(package: Package, name: str) -> bytes:
    """The styles as far as they matter, empty where there are none."""
    part = package.related(name, "styles")
    return without_table_styles((package.bytes_of(part) if part else None) or b"")


def _read_notes(package: Package, name: str, walk: Walk) -> None:
    """Footnotes and endnotes, where all text is at its end, in the order of their marks."""
    wanted = list(walk.found.notes)
    for kind in ("footnotes", "endnotes"):
        keys = [key for one, key in wanted if one == kind]
        part = package.related(name, kind) if keys else None
        root = package.xml(part) if part else None
        if root is None:
            continue
        notes = {note.get(f"{W}id"): note for note in root}
        for key in dict.fromkeys(keys):
            if key in notes:
                walk.blocks(notes[key], walk.page)


def _issues(found: Found) -> list[Issue]:
    issues = []
    for code, count in sorted(found.counts.items()):
        severity, detail = _ISSUES[code]
        shown = found.examples.get(code)
        example = f", the first: “{shown}”" if shown else ""
        issues.append(
            Issue(code, "document", detail.format(n=count, example=example), severity)  # type: ignore[arg-type]
        )
    return issues
