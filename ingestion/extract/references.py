"""What a page points to: the pictures of its content and the files that are attached to it.

Belongs here: the attributes in which pages name them (late loading included), <base href>, and which links
are links to files. Does not belong here: finding what is named (`companions`), reading it (`pictures`).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from ingestion.extract.model import Link, Locator
from ingestion.extract.navigation import Regions

#: Files that a report can be attached as.
FILE_TYPES = frozenset("pdf doc docx wps rtf xls xlsx et ofd zip rar".split())
_FILE = re.compile(rf"\.({'|'.join(sorted(FILE_TYPES))})(?![\w.])", re.IGNORECASE)
#: Addresses under which the CMS families hand out files whose name is elsewhere.
_DOWNLOAD = re.compile(
    r"/module/download/|downfile\.jsp|download\.(?:jsp|do|aspx?|php|action)|DownloadAttach|/attach(?:ment)?s?/",
    re.IGNORECASE,
)
_ATTACHED = re.compile(r"附件|附表|下载|点击(?:此处|这里)?(?:查看|阅读)")
_NOT_A_PAGE = re.compile(r"\s*(?:#|mailto:|tel:|data:|about:)", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*javascript:", re.IGNORECASE)

#: Where pages keep the address of a picture that a script loads late; `src` is a blank then.
_LATE = ("data-src", "data-original", "data-lazy-src", "data-lazyload", "data-echo", "data-url", "lay-src")
#: A TRS page names the picture twice: as published (src) and as uploaded.
_OLD = ("oldsrc", "_src")
_NAMES = frozenset({"filename", "showname", "file", "name"})
_SCRIPT_FILE = re.compile(r"(?:\.(?:jspx?|do|action|aspx?|ashx|php|cgi)|/[^./]*)\Z", re.IGNORECASE)
#: Longer addresses are none.
MAX_REFERENCE = 4000
_MAX_LINKS = 200
#: 附件1：2022年政府信息公开工作年度报告统计表
_MAX_ANCHOR = 40


def base_of(root: Any) -> str | None:
    """The address that <base href> sets, if it sets one."""
    for base in root.iter("base"):
        href = (base.get("href") or "").strip()
        if href and len(href) <= MAX_REFERENCE:
            return str(href)
    return None


def picture_references(element: Any, base: str | None) -> list[str]:
    """The addresses of an <img>, the likeliest first; data URIs whole. Empty if it names none."""
    found = [element.get(name) for name in _LATE]
    found.append(_largest(element.get("srcset") or element.get("data-srcset") or ""))
    found.append(element.get("src"))
    found += [element.get(name) for name in _OLD]
    references: dict[str, None] = {}
    for reference in found:
        reference = (reference or "").strip()
        if not reference:
            continue
        if reference[:5].lower() == "data:":
            references[reference] = None
        elif len(reference) <= MAX_REFERENCE:
            references[resolved(reference, base)] = None
    return list(references)


def _largest(srcset: str) -> str | None:
    """The last of "a.jpg 1x, b.jpg 2x": pages list them from small to large."""
    if "data:" in srcset[:40].lower():
        return None
    parts = [part.split()[0] for part in srcset.split(",") if part.strip()]
    return parts[-1] if parts else None


def resolved(reference: str, base: str | None) -> str:
    """The reference under the page's base; as it stands where there is none."""
    if base is None:
        return reference
    try:
        return urljoin(base, reference)
    except ValueError:  # such as http://[x
        return reference


def leads_to_a_page(href: str | None) -> bool:
    """Whether a link leads to another page: not into this one, not to a file, not to a mailbox."""
    if not href or _NOT_A_PAGE.match(href):
        return False
    return _FILE.search(href) is None and _DOWNLOAD.search(href) is None


def file_links(root: Any, base: str | None, regions: Regions, *, lines: bool) -> list[Link]:
    """The links of a page to files, each address once, in document order; not those of its furniture.

    A file that the page shows in a frame is linked to. lines: line numbers are true.
    """
    found: dict[str, Link] = {}
    for element in root.iter("a", "iframe", "embed", "object"):
        href = _file_of(element)
        if href is None or regions.leads_elsewhere(element):
            continue
        address = resolved(href, base)
        if address not in found:
            text = _text_of(element)
            said = element.get("download") or element.get("title") or ""
            name = said.strip() if _FILE.search(said) and not _FILE.search(text) else ""
            line = element.sourceline if lines else None
            found[address] = Link(address, f"{text} {name}".strip()[:500], Locator(line=line))
            if len(found) == _MAX_LINKS:
                break
    return list(found.values())


def _file_of(element: Any) -> str | None:
    """The address of the file that an element links to or shows; None if it is no file."""
    href = element.get("href") or element.get("src") or element.get("data")
    if not href or len(href) > MAX_REFERENCE or _NOT_A_PAGE.match(href) or _SCRIPT.match(href):
        return None
    href = href.strip()
    if element.tag != "a":
        return _shown_file(href)
    if _FILE.search(href) or _DOWNLOAD.search(href):
        return str(href)
    if element.get("appendix") == "true" or element.get("download") is not None:
        return str(href)
    text = _text_of(element)
    is_named_so = _FILE.search(text) or (len(text) <= _MAX_ANCHOR and _ATTACHED.match(text))
    return str(href) if is_named_so else None


def _shown_file(address: str) -> str | None:
    """The file in a frame: viewers of PDF are pages that get it as a parameter (viewer.html?file=/P1.pdf)."""
    path, _, query = address.partition("?")
    for _, value in parse_qsl(query):
        if _FILE.search(value):
            return value
    return address if _FILE.search(path) else None


def _text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())[:500]


def file_names(reference: str) -> list[str]:
    """Names that the file behind an address may have: the last part of its path, and what its query says.

    A download script gives the stored name as `filename` and the shown one as `showname`; its own name is
    that of all files it hands out.
    """
    try:
        parts = urlsplit(reference)
    except ValueError:
        return []
    names = [] if is_script(reference) else [unquote(parts.path)]
    names += [value for key, value in parse_qsl(parts.query) if key.lower() in _NAMES and "." in value]
    last_parts = [name.replace("\\", "/").rsplit("/", 1)[-1] for name in names]
    return [name for name in dict.fromkeys(last_parts) if name and name not in (".", "..")]


def is_script(reference: str) -> bool:
    """Whether an address is that of a program: what it hands out is told by the query behind its name."""
    path, _, query = reference.partition("?")
    return bool(query) and _SCRIPT_FILE.search(path) is not None
