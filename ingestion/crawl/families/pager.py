"""Where the next page of a static list is: what the page says, and what may be tried where it says nothing.

Three ways, the surest first: a script that names the count of pages (`createPageHTML` of TRS), a link that
says that it leads on, and templates that are tried. Nothing leads out of the list's column.

Does not belong here: asking, and whether a page brought anything new (`static_lists`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ingestion.crawl.families.addressing import Column
from ingestion.crawl.families.listing import Link, ListDocument

_ONWARD = re.compile(r"(下\s*[一1]?\s*[页頁]|[后後]一?[页頁]|next(page)?)\s*[>»›]*|[>»›]{1,2}", re.IGNORECASE)
_ONWARD_CUES = frozenset({"next", "p_next", "page-next", "nextpage", "next-page"})
_CALL = re.compile(r"(?<!function )(?<!function  )\bcreatePageHTML\s*\(([^()]*)\)", re.IGNORECASE)
_ARGUMENT = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^,'"]+?))\s*(?:,|$)""")
_VARIABLE = r"\b{name}\s*=\s*['\"]?(\d{{1,6}})"
_NAME = re.compile(r"[\w.-]+")
_COUNT_PAGE = re.compile(r"\bcountPage\s*=\s*['\"]?(\d{1,6})", re.IGNORECASE)
#: What a page says about the count of its pages: 共 3 页, 1/11.
_SAID = re.compile(
    r"共\s*(\d{1,4})\s*页|第\s*\d+\s*/\s*(\d{1,4})\s*页|(?<![\d/])\d{1,4}\s*/\s*(\d{1,4})\s*页"
)
_VSB_SAID = re.compile(r"""class=["']?p_t["']?[^>]{0,200}>\s*\d+\s*/\s*(\d{1,6})\s*<""")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Pages of one spelling. template: absolute, {n} for the number; the second page has n = 2 + shift.

    last: how many pages there are, None = nobody said.
    """

    template: str
    shift: int
    last: int | None = None

    def url(self, page: int) -> str | None:
        """The address of a page, counted from 1; None behind the last."""
        if self.last is not None and page > self.last:
            return None
        return self.template.replace("{n}", str(page + self.shift))


def scripted(document: ListDocument) -> list[Numbered] | None:
    """The pages that a script of TRS names; None where there is no such script.

    Several where the spelling leaves open how pages are numbered: the script counts the current page from 0
    on most sites, and from 1 on others.
    """
    for script in document.scripts:
        for call in _CALL.finditer(script):
            found = _of_call(call[1], script, document)
            if found is not None:
                return found
    for script in document.scripts:
        # the pager is written out in the page instead of called
        count = _COUNT_PAGE.search(script)
        if count and "document.write" in script:
            return [_numbered(document, "index", _ending(document.url), int(count[1]), -1)]
    return None


def _of_call(arguments: str, script: str, document: ListDocument) -> list[Numbered] | None:
    found = [next((text for text in groups if text), "") for groups in _ARGUMENT.findall(arguments)]
    if len(found) >= 5 and not _number(found[0], script) and _number(found[1], script):
        found = found[1:]  # the id of the element that the pager is written into
    if len(found) < 4:
        return None
    count, current = _number(found[0], script), _number(found[1], script)
    if count is None:
        return None
    prefix, ending = found[2].strip().removeprefix("./"), found[3].strip().lstrip(".")
    if not _NAME.fullmatch(f"{prefix}.{ending}"):
        return None  # a name in another folder is no page of this list
    shifts = (-1, 0) if current == 1 else (-1,)
    return [_numbered(document, prefix, ending, count, shift) for shift in shifts]


def _number(argument: str, script: str) -> int | None:
    argument = argument.strip()
    if re.fullmatch(r"\d{1,6}", argument):
        return int(argument)
    if re.fullmatch(r"[A-Za-z_]\w*", argument):
        value = re.search(_VARIABLE.format(name=re.escape(argument)), script)
        return int(value[1]) if value else None
    return None


def _numbered(document: ListDocument, prefix: str, ending: str, count: int, shift: int) -> Numbered:
    return Numbered(urljoin(document.url, f"{prefix}_{{n}}.{ending}"), shift, count)


def _ending(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else "html"


def onward(document: ListDocument, column: Column) -> tuple[str | None, str | None]:
    """The link to the next page and, where there is one that must not be followed, its address."""
    refused: str | None = None
    for link in document.links:
        if not (_ONWARD.fullmatch(link.text) or (link.cues & _ONWARD_CUES and not link.date)):
            continue
        if link.url == document.url:
            continue
        if column.may_be_page(link.url):
            return link.url, None
        refused = refused or link.url
    return None, refused


def numbered_link(document: ListDocument, column: Column, page: int) -> str | None:
    """The link whose text is the number of a page."""
    links: Sequence[Link] = [link for link in document.links if link.text == str(page)]
    return next(
        (link.url for link in links if column.may_be_page(link.url) and link.url != document.url), None
    )


def said_pages(document: ListDocument) -> int | None:
    """How many pages the page says that its list has; None where it does not say."""
    vsb = _VSB_SAID.search(document.html)
    if vsb:
        return int(vsb[1])
    said = _SAID.search(document.text)
    return int(next(group for group in said.groups() if group)) if said else None


def templates(url: str, names: Sequence[str]) -> list[Numbered]:
    """Spellings to try for a list that does not say how it goes on.

    names: `{stem}` stands for the page's own name, `{n}` for the number that counts from 2 on the second
    page, `{k}` for the one that counts from 1; a name that begins with ? is added to the query.
    """
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    stem, dot, ending = name.partition(".")
    ending = ending if dot else "html"
    found: list[Numbered] = []
    for spelling in names:
        shift = -1 if "{k}" in spelling else 0
        filled = spelling.replace("{k}", "{n}").replace("{stem}", stem or "index").replace("{ext}", ending)
        if filled.startswith("?"):
            key = filled[1:].partition("=")[0]
            kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != key]
            query = urlencode(kept) + ("&" if kept else "") + filled[1:]
            address = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
        else:
            address = urlunsplit((parts.scheme, parts.netloc, f"{folder}/{filled}", parts.query, ""))
        if Numbered(address, shift) not in found:
            found.append(Numbered(address, shift))
    return found
