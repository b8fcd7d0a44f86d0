"""What a complete answer means: what was asked for, or a challenge, a firewall, maintenance, "not found".

Belongs here: applying the marks of `catalog/crawl/answers.yml` to status, headers and body. Does not belong
here: the words (they are data), answers that did not come whole (`wire`), what a page says (`pages`).

Challenges are named and left alone: nothing here, and nothing that follows from here, solves one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.models import Code, Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml
from ingestion.crawl.families import recognise
from ingestion.crawl.model import Kind
from ingestion.crawl.outcomes import BLOCKED, Outcome
from ingestion.extract.decode import decode
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, TEXT, sniff

ANSWERS_FILE = Path(__file__).resolve().parent.parent / "catalog" / "crawl" / "answers.yml"

#: A page of more bytes is looked at as far as its title: no error page is that long.
_SEARCHED = 256 * 1024
_HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
#: What leads on without a script: a shell around a frame, or a page that sends its reader on.
_LEADS_ON = re.compile(r"<i?frame\b|http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_JUMP = re.compile(r"""location(?:\.href)?\s*(?:=|\.replace\()\s*["']([^"'<>\s]{1,300})["']""")
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,5})(?=$|[\s\"';&])")
_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)
_DECLARED = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_SAME_CHARSET = {"gb2312": "gb18030", "gbk": "gb18030", "utf8": "utf-8", "x-gbk": "gb18030"}


class Mark(Entry):
    """One kind of answer that is not what was asked for; the file says what the conditions mean."""

    code: Code
    outcome: Outcome
    statuses: tuple[int, ...]
    text_at_most: int
    in_source: tuple[Text, ...] = ()
    in_title: tuple[Text, ...] = ()
    title_is: tuple[Text, ...] = ()
    in_text: tuple[Text, ...] = ()
    unless_text: tuple[Text, ...] = ()
    note: str | None = None


class Marks(Entry):
    """The whole file."""

    home_paths: tuple[Text, ...]
    script_page_bytes: int
    page_endings: tuple[Text, ...]
    office_endings: tuple[Text, ...]
    office_marks: tuple[Text, ...]
    statuses: Mapping[int, Outcome]
    marks: tuple[Mark, ...]


@lru_cache
def load_marks(path: Path = ANSWERS_FILE) -> Marks:
    """The marks, validated. Raises CatalogError."""
    marks = parse(Marks, read_yaml(path), path.name)
    allowed = BLOCKED | {Outcome.SOFT404}
    seen: set[str] = set()
    for mark in marks.marks:
        if mark.outcome not in allowed:
            raise CatalogError(path.name, f"marks.{mark.code}", f"{mark.outcome} is not told by marks")
        if mark.code in seen:
            raise CatalogError(path.name, f"marks.{mark.code}", "stands twice")
        if not (mark.in_source or mark.in_title or mark.title_is or mark.in_text):
            raise CatalogError(path.name, f"marks.{mark.code}", "has no words")
        spaced = [
            word for word in (*mark.title_is, *mark.in_text, *mark.unless_text) if word != _packed(word)
        ]
        if spaced:
            reason = f"{spaced[0]!r} can never be found: it is looked for with white space dropped"
            raise CatalogError(path.name, f"marks.{mark.code}", reason)
        seen.add(mark.code)
    return marks


@dataclass(frozen=True, slots=True)
class Verdict:
    """outcome: OK where it is what was asked for. charset: of a text, and how it is known."""

    outcome: Outcome
    reason: str | None = None
    charset: str | None = None


def is_home(path: str) -> bool:
    """Whether the path of an address is that of the site's home page."""
    return path.lower() in load_marks().home_paths


def classify(
    *, status: int, headers: Mapping[str, str], body: bytes, kind: Kind, url: str, conditional: bool = False
) -> Verdict:
    """What a complete answer that is no redirect means. Never raises for what servers send.

    headers: lower-case names. body: after content decoding. conditional: validators were sent.
    """
    if status == 304:
        if conditional:
            return Verdict(Outcome.UNCHANGED_304)
        return Verdict(Outcome.HTTP_ERROR, "status 304 for a question without validators")
    marks = load_marks()
    page = _Page(body, kind)
    if kind != "robots":
        for mark in marks.marks:
            words = _found(mark, status, page)
            if words is not None:
                reason = f"{mark.code}: {words!r}" + _jump(page)
                return Verdict(mark.outcome, reason, page.charset(headers))
    known = marks.statuses.get(status)
    if known is not None:
        return Verdict(known, f"status {status}", page.charset(headers))
    if status == 206:
        # a part was not asked for, and as a whole document it would be wrong
        return Verdict(Outcome.TRUNCATED, "status 206: only a part of it")
    if status in (204, 205) or (status == 200 and not body.strip()):
        return Verdict(Outcome.EMPTY, f"status {status} without content")
    if status not in (200, 203):
        return Verdict(Outcome.HTTP_ERROR, f"status {status}")
    if kind != "robots" and _is_script_page(page, marks) and not (kind == "list" and _is_shell(page)):
        reason = "a short page of script without text" + _jump(page)
        return Verdict(Outcome.BLOCKED_SUSPECT, reason, page.charset(headers))
    if kind == "file" and page.is_markup and not _may_be_page(page, headers, url, marks):
        return Verdict(Outcome.SOFT404, "a page where a file was asked for", page.charset(headers))
    return Verdict(Outcome.OK, None, page.charset(headers))


class _Page:
    """A body, looked at as far as a question needs it."""

    def __init__(self, body: bytes, kind: Kind) -> None:
        self.body = body
        self._kind = kind

    @cached_property
    def media_type(self) -> str | None:
        try:
            return sniff(self.body)
        except UnreadableInput:
            return None

    @property
    def is_markup(self) -> bool:
        return self.media_type == HTML

    @property
    def is_text(self) -> bool:
        # what a server sends for a list may also be XML, JSON or a script around them
        return self.media_type in (HTML, TEXT, "application/xml")

    @cached_property
    def _decoded(self) -> tuple[str, str | None]:
        if not self.is_text:
            return "", None
        try:
            decoded = decode(self.body)
        except UnreadableInput:
            return self.body.decode("utf-8", "replace"), None
        return decoded.text, decoded.encoding

    @property
    def source(self) -> str:
        return self._decoded[0]

    @cached_property
    def _seen(self) -> tuple[tuple[str, ...], str]:
        """Titles as printed, and the visible text without white space."""
        source = self.source
        if not self.is_markup:
            return (), _packed(source)
        if len(self.body) > _SEARCHED:
            # its visible text counts as long, whatever it is
            return tuple(title.strip() for title in _TITLE.findall(source[:_SEARCHED])), source
        tree = LexborHTMLParser(source)
        printed = (node.text(deep=True) or "" for node in tree.css("title, h1, h2"))
        titles = tuple(" ".join(title.split()) for title in printed if title.strip())
        tree.strip_tags(["script", "style", "noscript", "template"], recursive=True)
        return titles, _packed(tree.body.text(deep=True) if tree.body is not None else "")

    @property
    def titles(self) -> tuple[str, ...]:
        return self._seen[0]

    @property
    def text(self) -> str:
        return self._seen[1]

    def charset(self, headers: Mapping[str, str]) -> str | None:
        """The charset and how it is known: "gb18030 (sniffed)"; None for what is no text."""
        encoding = self._decoded[1]
        if encoding is None:
            return None
        if self.body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            return f"{encoding} (bom)"
        said = _DECLARED.search(headers.get("content-type", "")) or _DECLARED.search(self.source[:4096])
        name = said[1].lower() if said else ""
        return f"{encoding} ({'declared' if _SAME_CHARSET.get(name, name) == encoding else 'sniffed'})"


def _found(mark: Mark, status: int, page: _Page) -> str | None:
    """The words by which a mark fits; None where it does not."""
    if status not in mark.statuses or not page.is_text:
        return None
    found = next((word for word in mark.in_source if word in page.source[:_SEARCHED]), None)
    if found is None and (mark.in_title or mark.title_is):
        found = next((word for word in mark.in_title if any(word in title for title in page.titles)), None)
        found = found or next((title for title in page.titles if _packed(title) in mark.title_is), None)
    if found is None:
        found = next((word for word in mark.in_text if word in page.text), None)
    if found is None or len(page.text) > mark.text_at_most:
        return None
    return None if any(word in page.text for word in mark.unless_text) else found


def _is_script_page(page: _Page, marks: Marks) -> bool:
    return (
        len(page.body) < marks.script_page_bytes
        and page.is_text
        and _SCRIPT.search(page.source) is not None
        and not page.text
        and _HANZI.search(page.source) is None
        and _LEADS_ON.search(page.source) is None
    )


def _is_shell(page: _Page) -> bool:
    """A list that a script fills may be no more than window._CONFIG and an empty element."""
    return recognise("", page.source) != "static"


def _may_be_page(page: _Page, headers: Mapping[str, str], url: str, marks: Marks) -> bool:
    """Whether HTML can be the file that was asked for."""
    parts = urlsplit(url)
    names = " ".join((parts.path.rpartition("/")[2], parts.query, headers.get("content-disposition", "")))
    endings = {ending.lower() for ending in _ENDING.findall(unquote(names))}
    if endings & set(marks.page_endings):
        return True
    if not endings & set(marks.office_endings):
        return False
    return any(word in page.source for word in marks.office_marks) or _SCRIPT.search(page.source) is None


def _jump(page: _Page) -> str:
    """Where a page's script would send its reader: recorded, never followed."""
    jump = _JUMP.search(page.source[:_SEARCHED])
    return f"; its script goes to {jump[1]}" if jump else ""


def _packed(text: str) -> str:
    return "".join(text.split())
