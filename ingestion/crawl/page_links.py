"""Where a page leads: files attached to it, pictures in its article, the page it jumps to.

Belongs here: links that belong to the document. Does not belong here: whether they may be asked for
(`addresses.is_within`, the fetcher's guard), lists of other documents (`families`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingestion.crawl.addresses import is_file, is_picture
from ingestion.crawl.page_text import PageText, text_of
from ingestion.crawl.page_words import PageWords

_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", re.IGNORECASE)
_STYLE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_JUNK = re.compile(r"[\t\r\n]")
_NEAR = 3
#: Links to files outside of the article that are looked at; catalogues of whole sites have more.
_MOST_LINKS = 2000


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """What relative links are relative to: <base href> where there is one, else the page."""
    base = tree.css_first("base[href]")
    return _joined(url, base.attributes.get("href") or "") or url if base is not None else url


def attachments_of(page: PageText, base: str, words: PageWords) -> list[tuple[str, str]]:
    """(address, text) of every file that the document consists of beside its page, in the page's order.

    Inside the article every link to a file; outside of it (many systems put them below) only links that
    are marked as attachments, that a script sends, that stand in a line of attachments or lie in the page's
    own folder: a column's application form is no part of a report.
    """
    found: dict[str, str] = {}
    looks = _MOST_LINKS
    for node, inside in page.elements:
        for target, text in _files(node, base, words):
            looks -= not inside
            if inside or (looks >= 0 and _belongs(node, target, base, words)):
                found[target] = found.get(target) or text
    return list(found.items())


def pictures_of(page: PageText, base: str, words: PageWords) -> list[str]:
    """Addresses of the pictures in the article, without icons; scanned tables are among them."""
    found: dict[str, None] = {}
    for node, inside in page.elements:
        if node.tag == "img" and inside:
            target = _picture(node, base, words)
            if target is not None:
                found.setdefault(target)
        elif node.tag == "a" and inside:
            # a picture may be shown small and linked large
            href = node.attributes.get("href") or ""
            if is_picture(href) and not words.icons.search(href) and (target := _joined(base, href)):
                found.setdefault(target)
    return list(found)


def refresh_of(tree: LexborHTMLParser, base: str, words: PageWords) -> str | None:
    """The page that <meta http-equiv=refresh> leads to; None where it only shows this one again."""
    for node in tree.css("meta"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            match = words.refresh.search(node.attributes.get("content") or "")
            target = _joined(base, match["url"]) if match else None
            if target is not None and target.partition("#")[0] != base.partition("#")[0]:
                return target
    return None


def script_jump_of(tree: LexborHTMLParser, base: str, words: PageWords) -> str | None:
    """The page that a script leads to, for the record; scripts are not followed."""
    for node in tree.css("script"):
        match = words.script_jump.search(node.text(deep=True)[:20_000])
        if match:
            return _joined(base, match["url"] or match["url2"])
    return None


def _files(node: LexborNode, base: str, words: PageWords) -> Iterator[tuple[str, str]]:
    tag, attributes = node.tag or "", node.attributes
    source = words.file.attachments.embeds.get(tag)
    if source is not None:
        yield from _file(attributes.get(source) or "", attributes.get("title") or "", base, words)
    if tag == "a":
        text = _link_text(node, words)
        href = attributes.get("href") or ""
        marked = any(name in attributes for name in words.file.attachments.attributes)
        yield from _file(href, text, base, words, marked=marked)
        for script in (
            href if href.lower().lstrip().startswith("javascript:") else "",
            attributes.get("onclick") or "",
        ):
            yield from _scripted(script, text, base, words)


def _file(
    href: str, text: str, base: str, words: PageWords, *, marked: bool = False
) -> Iterator[tuple[str, str]]:
    """The file behind an address, or behind the viewer that shows it."""
    href = _JUNK.sub("", href).strip()
    if not href or words.not_links.search(href):
        return
    viewer = words.viewers.search(href)
    shown = unquote(viewer["file"]) if viewer is not None else ""
    if shown and is_file(shown) and ("/" in shown or not words.file_scripts.search(href)):
        href = shown
    elif not (marked or is_file(href) or words.file_scripts.search(href)):
        return
    target = _joined(base, href)
    if target is not None and not (is_picture(target) and not marked):
        yield target, text


def _scripted(script: str, text: str, base: str, words: PageWords) -> Iterator[tuple[str, str]]:
    for match in words.scripted.finditer(script):
        target = _joined(base, match["file"])
        if target is not None:
            yield target, text


def _link_text(node: LexborNode, words: PageWords) -> str:
    """What the link calls the file: its text, or its title where the text is cut or missing."""
    text = text_of(node)
    titles = (node.attributes.get(name) or "" for name in ("title", "download"))
    return max((text, *titles), key=len) if not text or text.endswith(("…", "...")) else text


def _belongs(node: LexborNode, target: str, base: str, words: PageWords) -> bool:
    """Whether a link to a file outside of the article is one of the article's all the same."""
    attachments = words.file.attachments
    if any(name in node.attributes for name in attachments.attributes) or words.file_scripts.search(target):
        return True
    if target.rpartition("/")[0] == base.partition("?")[0].rpartition("/")[0]:
        return True
    around = node.parent
    for _ in range(_NEAR):
        if around is None or len(text := text_of(around, 400)) > 200:
            return False
        if words.attachment_line.search(text):
            return True
        around = around.parent
    return False


def _picture(node: LexborNode, base: str, words: PageWords) -> str | None:
    attributes = node.attributes
    smallest = words.file.pictures.smallest
    sizes = [attributes.get("width") or "", attributes.get("height") or ""]
    pixels = [int(match[1]) for match in map(_PIXELS.match, sizes) if match]
    pixels.extend(int(size) for size in _STYLE.findall(attributes.get("style") or ""))
    if any(0 < size < smallest for size in pixels):
        return None
    for name in words.file.pictures.attributes:
        href = _JUNK.sub("", attributes.get(name) or "").strip()
        if href and not words.icons.search(href) and not href.lower().startswith("file:"):
            return _joined(base, href)
    return None


def _joined(base: str, href: str) -> str | None:
    """The absolute address, without fragment; None for one that is not of the web."""
    try:
        target = urljoin(base, _JUNK.sub("", href).strip())
        parts = urlsplit(target)
        parts.port  # noqa: B018  # raises for a port that is none
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    return target.partition("#")[0].replace(" ", "%20")
