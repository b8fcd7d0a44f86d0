"""The tree of a page as lines: what stands in its article, what beside it, what is but furniture.

Belongs here: the walk, the choice of the container, counters and clocks that are no content. Not here: what
the lines say (`page_sayings`), links and pictures (`page_links`), any word (`catalog/crawl/pages.yml`).

selectolax parses as browsers do: a <meta> inside the article stays where it is, and thousands of nested
elements are no danger. The walk keeps no stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingestion.crawl.page_words import PageWords

#: Between two inline elements: no blank, but 发布机构 and 区发改局 may be two saying.
SOFT = "\x1f"
CELL = "\t"
_BREAK = "\n"

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike"
    " strong sub sup time tt u var meta link wbr img input ruby rt".split()
)
_CELLS = frozenset(("td", "th"))
#: What stands in them is shown only where they themselves are not.
_CLOSED = frozenset(("iframe", "object"))
_UNSEEN = frozenset("script style noscript template head".split())
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: Open elements at which a page is cut off: parsing takes the square of it, 0.1 s here.
_DEEPEST = 10_000
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z]{1,12})")
_VOID = frozenset("area base br col embed hr img input link meta p li td th tr param source wbr".split())
#: Elements of one selector that are looked at.
_MOST_CONTAINERS = 30
#: Nodes of one page that are looked at to tell furniture from prose.
_MOST_LOOKS = 200_000
_DIGITS = re.compile(r"[\s\d,-]{0,12}$")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_LINK = 100
_SPACE = re.compile(r"[\s\x1f\u200b\ufeff]+")
_BLANKS = re.compile(r" +")
_SOFT_RUN = re.compile(r"[ \x1f]*\x1f[ \x1f]*")
_CELL_RUN = re.compile(r"[ \x1f]*\t[ \x1f]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as shown. text: blanks collapsed, cells parted by tabs, inline elements by SOFT. inside: of
    the article. linked: nothing but links to elsewhere."""

    text: str
    inside: bool
    linked: bool = False

    @property
    def plain(self) -> str:
        """Without the marks between inline elements."""
        return self.text.replace(SOFT, "")


@dataclass(slots=True)
class PageText:
    """lines: what a reader sees without furniture. elements: those outside of furniture, each with whether
    it is inside the article. has_container: whether the article was told from the rest of the page."""

    lines: list[Line] = field(default_factory=list)
    elements: list[tuple[LexborNode, bool]] = field(default_factory=list)
    has_container: bool = False

    @property
    def content(self) -> str:
        """The text of the article, blanks collapsed, without counters and clocks.

        Where the article was not told from its page, what is but a link is left out: a column of the latest
        news beside a report would make it another one every day.
        """
        return _BREAK.join(
            line.plain
            for line in self.lines
            if line.inside and line.plain and (self.has_container or not line.linked)
        )


def read_page(tree: LexborHTMLParser, words: PageWords) -> PageText:
    """The page's text. Without a container that holds the report all of it but furniture is the article."""
    body = tree.body
    if body is None:
        return PageText()
    containers = _containers(tree, words)
    if containers:
        page = _walked(body, containers, words)
        if _holds_the_report(page, words):
            page.has_container = True
            return page
    return _walked(body, [], words)


def flattened(html: str) -> tuple[str, bool]:
    """The markup up to where it nests too deep to be parsed in time; whether something was cut off."""
    depth = 0
    if html.count("<") > _DEEPEST:
        for tag in _TAG.finditer(html):
            if tag["name"].lower() not in _VOID:
                depth = max(0, depth - 1) if tag["close"] else depth + 1
            if depth > _DEEPEST:
                return html[: tag.start()], True
    return html, False


def section_heads(lines: list[str], words: PageWords) -> int:
    """How many different heads of the statutory sections stand there."""
    short = [line for line in lines if len(line) <= words.file.report_text.characters]
    return sum(any(head.match(line) for line in short) for head in words.heads)


def is_report_text(lines: list[str], words: PageWords) -> bool:
    """Whether the lines are a report's: its section heads, or the period that its figures are about."""
    if section_heads(lines, words) >= words.file.report_text.at_least:
        return True
    return any(words.period.search(line) for line in lines)


def names_of(node: LexborNode) -> frozenset[str]:
    """The words of an element's class and id, lower case."""
    attributes = node.attributes
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return frozenset(word.lower() for word in _WORD.findall(named)) | frozenset(named.lower().split())


def nodes(root: LexborNode) -> Iterator[LexborNode]:
    """Every node below `root` in document order."""
    node = root.child
    while node is not None:
        yield node
        node = node.child or _after(node, root)


def text_of(node: LexborNode, most: int | None = None) -> str:
    """The text below an element, line breaks and blanks as one blank.

    most: stop behind so many characters as written; what comes back may then be longer or shorter than that.
    """
    parts = []
    left = most
    for below in nodes(node):
        if left is not None and left < 0:
            break
        if below.tag == "-text":
            text = below.text_content or ""
            parts.append(text)
            left = None if left is None else left - len(text)
        elif below.tag not in _INLINE:
            parts.append(" ")
    return " ".join("".join(parts).split())


# --- containers -----------------------------------------------------------------------------------


def _containers(tree: LexborHTMLParser, words: PageWords) -> list[LexborNode]:
    """The elements of the surest selector that hold most; several where editors split an article."""
    found = [_outermost(tree.css(selector)) for selector in words.file.containers]
    sizes = [sum(_weight(node) for node in matched) for matched in found]
    most = max(sizes, default=0)
    if not most:
        return []
    # An empty editor's element before the true one; an outer element that adds the line of dates.
    return next(matched for matched, size in zip(found, sizes, strict=True) if 2 * size >= most)


def _outermost(matched: list[LexborNode]) -> list[LexborNode]:
    """Without those inside of another; the first few, because hostile pages nest thousands."""
    kept: dict[int, LexborNode] = {}
    for node in matched[:_MOST_CONTAINERS]:
        parent = node.parent
        while parent is not None and parent.mem_id not in kept:
            parent = parent.parent
        if parent is None:
            kept[node.mem_id] = node
    return list(kept.values())


def _weight(node: LexborNode) -> int:
    """What an element holds: characters, and a picture or link counts like a line."""
    return len(text_of(node)) + 20 * len(node.css("img, a[href], embed, iframe, object"))


def _holds_the_report(page: PageText, words: PageWords) -> bool:
    """False where the report, or its tables, stand outside of the container."""
    inside = [line.plain for line in page.lines if line.inside]
    outside = [line.plain for line in page.lines if not line.inside]
    if section_heads(outside, words) >= words.file.report_text.at_least:
        return section_heads(inside, words) >= words.file.report_text.at_least
    tables = words.tables
    return any(map(tables.search, inside)) or not any(map(tables.search, outside))


# --- the walk -------------------------------------------------------------------------------------


def _walked(body: LexborNode, containers: list[LexborNode], words: PageWords) -> PageText:
    inner = {node.mem_id for node in containers}
    around: set[int] = set()
    for container in containers:
        parent = container.parent
        while parent is not None and parent.mem_id not in around:
            around.add(parent.mem_id)
            parent = parent.parent
    page = PageText()
    prose = _Prose(words)
    parts: list[str] = []
    inside_of: LexborNode | None = None
    link: LexborNode | None = None
    own = False  # of the line: it says something outside of its links
    whole = not containers

    def close(mark: str) -> None:
        nonlocal own
        if mark != _BREAK:
            parts.append(mark)
        else:
            text = _line("".join(parts), words)
            parts.clear()
            if text:
                linked = not own and _may_be_link(text)
                page.lines.append(Line(text, whole or inside_of is not None, linked))
            own = False

    node = body.child
    while node is not None:
        tag = node.tag or ""
        inside = whole or inside_of is not None
        skip = False
        if tag == "-text":
            text = node.text_content or ""
            parts.append(_SPACE.sub(" ", text))
            own = own or (link is None and _LETTER.search(text) is not None)
        elif not tag.startswith(("-", "!")):
            if inside_of is None and node.mem_id in inner:
                close(_BREAK)
                inside_of = node
                inside = True
            skip = node.mem_id not in around and _is_noise(node, tag, prose, inside and not whole)
            if not skip:
                page.elements.append((node, inside))
            if tag == "a" and link is None and node.attributes.get("href"):
                link = node
            if tag in _INLINE:
                parts.append(SOFT)
            elif tag not in _UNSEEN:
                close(CELL if tag in _CELLS else _BREAK)
        if node.child is not None and not skip and tag not in _CLOSED:
            node = node.child
            continue
        # up and on, closing what ends here
        while node is not None:
            if not (node.tag or "-").startswith("-"):
                if (node.tag or "") in _INLINE:
                    parts.append(SOFT)
                elif node.tag not in _CELLS and node.tag not in _UNSEEN:
                    close(_BREAK)
                if inside_of is not None and node.mem_id == inside_of.mem_id:
                    inside_of = None
                if link is not None and node.mem_id == link.mem_id:
                    link = None
            if node.mem_id == body.mem_id:
                node = None
                break
            if node.next is not None:
                node = node.next
                break
            node = node.parent
    close(_BREAK)
    return page


def _after(node: LexborNode, root: LexborNode) -> LexborNode | None:
    """The next node that is not below `node`, within `root`."""
    here: LexborNode | None = node
    while here is not None and here.mem_id != root.mem_id:
        if here.next is not None:
            return here.next
        here = here.parent
    return None


class _Prose:
    """Tells regions that hold sentences from furniture; remembers how much it has looked at."""

    def __init__(self, words: PageWords) -> None:
        self.words = words
        self._left = _MOST_LOOKS

    def is_in(self, region: LexborNode) -> bool:
        """True for a region with sentences, the main heading or a statutory table, whatever it is called.

        Cases: VSB puts the whole article into a <form>; one <div class="nav-content"> held menu and article.
        """
        stops = 0
        for node in nodes(region):
            self._left -= 1
            if node.tag == "h1" or self._left < 0:
                return True
            if node.tag == "-text":
                text = node.text_content or ""
                stops += text.count("。")
                if stops >= self.words.file.furniture.sentences or self.words.tables.search(text):
                    return True
        return False


def _is_noise(node: LexborNode, tag: str, prose: _Prose, in_container: bool) -> bool:
    """Furniture of the page, or a counter. Inside a container no region is furniture by its name."""
    words = prose.words
    if tag in _UNSEEN:
        return True
    if tag in _INLINE:
        named = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}".split()
        return any(map(words.counter_names.search, named)) and _DIGITS.match(text_of(node)) is not None
    if in_container:
        return False
    return (tag in words.furniture or bool(names_of(node) & words.furniture_words)) and not prose.is_in(node)


def _may_be_link(text: str) -> bool:
    """Whether a line in a link is but that: one that is never closed holds the rest of its page."""
    return len(text) <= _LONGEST_LINK and "。" not in text and CELL not in text and bool(_LETTER.search(text))


def _soft(match: re.Match[str]) -> str:
    """A blank beside the mark stays: it is printed."""
    return f" {SOFT}" if " " in match[0] else SOFT


def _line(text: str, words: PageWords) -> str:
    text = _CELL_RUN.sub(CELL, _SOFT_RUN.sub(_soft, _BLANKS.sub(" ", text))).strip(f" {SOFT}{CELL}")
    if text:
        for pattern in words.counter_texts:
            plain = text.replace(SOFT, "")
            if pattern.search(plain):
                text = pattern.sub("", plain).strip()
    return text
