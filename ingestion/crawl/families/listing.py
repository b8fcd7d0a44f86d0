"""A list page as its reader sees it: the links of its lists, each with its fullest title and its date.

A page is understood by structure, not by class names, which no two sites share: links in like rows of one
parent are a group, and a group is a list if any of its links has a date beside it, lies in the list's column
or speaks of open government. The rest of the page (navigation, calendars, pagers) is no list. When in doubt a
link is an item: what is no report is sorted out by its title, and a list that was overlooked is lost.

Does not belong here: which page comes next (`pager`), and whether an item is a report (`crawl.titles`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingestion.crawl.families.addressing import Column, resolved
from ingestion.crawl.families.dates import find_date, is_date, without_date
from ingestion.crawl.families.scripts import target_of, written_markup
from ingestion.crawl.model import ListItem

#: Rows of lists, the innermost first.
_ROWS = frozenset({"li", "tr", "dd", "dt"})
_CHROME_TAGS = frozenset({"nav", "header", "footer"})
_CHROME = re.compile(
    r"^(top|main|site|sub)?[-_]?(nav|navbar|navigation|menu|header|footer|foot|crumbs?|breadcrumbs?|weizhi|dqwz|"
    r"position|share|friendlinks?|copyright)$",
    re.IGNORECASE,
)
_INLINE = frozenset("a b em font i ins label mark s small span strong sub sup u".split())
_SILENT = frozenset({"script", "style", "template", "noscript"})
#: Levels between a link and its row, and characters of a row: more than that is no row of a list.
_LEVELS, _ROW_CHARS = 6, 600
#: Stands at the border of blocks in a row of texts; white space to str.split.
_BORDER = "\x1e"
#: Levels above a link that are looked at for navigation.
_FAR = 12
_PAGER = re.compile(
    r"首\s*页|[上前][一1]?[页頁]|[下后][一1]?[页頁]|[尾末]页|[上下]一?[篇条]|跳转|GO|\d{1,3}|[<>«»‹›.…\s|]+",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(点击|请点击)?(查看|浏览|阅读|下载)(详情|详细|全文|正文|附件|更多|文件)?|详情|详细|全文|更多|附件\d*|"
    r"(more|view|detail|download)s?|[>»…\s\[\]【】]*",
    re.IGNORECASE,
)
_TRUNCATED = re.compile(r"(…+|\.{2,}|。{3,}|⋯+)\s*$")
_LABEL = re.compile(r"^(文章)?标\s*题\s*[:：]\s*")
_TOPIC = re.compile(r"信息公开|政务公开|年报|年度报告")
_TITLE_LINE = re.compile(r"公开.*(报告|年报)$")
_YEAR = re.compile(r"(19|20)\d\d")
_REPORT_PARTS = ("总体情况", "主动公开政府信息情况", "依申请公开", "行政复议", "主要问题", "统计期限")
_SKIPPED_FRAME = re.compile(
    r"visitcount|login|tree\.jsp|share|(^|[/_.-])(foot|footer|head|header|top|nav)", re.I
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link. url: absolute. text: its own words. title: the fullest that the page has for it. date: ISO.

    group: links of like rows have the same. chrome: in a navigation. cues: classes and rel of the link and of
    what holds it, by which pagers name their parts.
    """

    url: str
    text: str
    title: str
    date: str | None
    group: tuple[int, int]
    chrome: bool
    cues: frozenset[str]

    def tells(self, column: Column) -> bool:
        """Whether the link alone shows that it belongs to a list of this column."""
        return self.date is not None or is_on_topic(self.title) or column.holds(self.url)


def is_on_topic(title: str) -> bool:
    """Whether a title speaks of open government or of annual reports; far from enough to be a report."""
    return _TOPIC.search(_bare(title)) is not None


class ListDocument:
    """A page or a fragment of one. html: text. url: its final address. encoding: a Python codec name."""

    def __init__(self, html: str, url: str, encoding: str = "utf-8") -> None:
        self.html = html
        self.url = url
        self.encoding = encoding
        self._tree = LexborHTMLParser(html)

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to."""
        for node in self._tree.css("base[href]"):
            return resolved(self.url, node.attributes.get("href") or "", self.encoding) or self.url
        return self.url

    @cached_property
    def links(self) -> list[Link]:
        """All links in the order of the page, then those that its scripts write."""
        found = list(self._links(self._tree, 0))
        for number, script in enumerate(self.scripts, start=1):
            markup = written_markup(script) if "<a" in script.lower() else ""
            if markup:
                found.extend(self._links(LexborHTMLParser(markup), number))
        return found

    @cached_property
    def scripts(self) -> list[str]:
        """Text of the scripts in the page."""
        return [node.text(deep=True) for node in self._tree.css("script")]

    @cached_property
    def text(self) -> str:
        """All that a reader sees, white space collapsed."""
        root = self._tree.body or self._tree.root
        return _squeezed("".join(_pieces(root, 1_000_000))) if root is not None else ""

    @cached_property
    def heading(self) -> str:
        """What the page calls itself: its ArticleTitle, its first heading, its <title>; "" if nothing."""
        for meta in self._tree.css("meta[name][content]"):
            if (meta.attributes.get("name") or "").lower() == "articletitle":
                title = _squeezed(meta.attributes.get("content") or "")
                if title:
                    return title
        for tag in ("h1", "h2", "h3", "title"):
            for node in self._tree.css(tag):
                title = _squeezed("".join(_pieces(node, _ROW_CHARS)))
                if title:
                    return title
        return ""

    @property
    def is_report(self) -> bool:
        """Whether the page itself has the text of an annual report and not only links."""
        bare = _bare(self.text)
        return sum(part in bare for part in _REPORT_PARTS) >= 3

    @property
    def report_title(self) -> str:
        """The title of the report that the page is: its heading or a line that names a year; "" if none does.

        The heading alone may be the name of the site or of the column on every page of it.
        """
        lines = (line for line in self.text.split() if _TITLE_LINE.search(line) and len(line) <= 100)
        words = (self.heading, *lines)
        return next((text for text in words if is_on_topic(text) and _YEAR.search(text)), "")

    @cached_property
    def frames(self) -> list[str]:
        """Addresses of frames on the same host that may hold the list."""
        sources = [node.attributes.get("src") or "" for node in self._tree.css("iframe[src]")]
        urls = [resolved(self.base, source, self.encoding) for source in sources]
        host = urlsplit(self.url).hostname
        same = (url for url in urls if url and urlsplit(url).hostname == host)
        return list(dict.fromkeys(url for url in same if not _SKIPPED_FRAME.search(urlsplit(url).path)))

    @cached_property
    def dead_ends(self) -> list[str]:
        """Texts of links that are called as a report is, and of which nobody can say where they lead."""
        texts = (
            _squeezed(node.text(deep=True)) for node in self._tree.css("a") if self._target(node) is None
        )
        return [
            text for text in texts if len(text) <= 100 and _TITLE_LINE.search(text) and _YEAR.search(text)
        ]

    def attributes(self, selector: str, name: str) -> list[str]:
        """Values of an attribute of all elements of a CSS selector."""
        return [node.attributes.get(name) or "" for node in self._tree.css(selector)]

    def items(self, column: Column, selector: str | None = None) -> list[ListItem]:
        """The items of the page's lists, as printed, each address once.

        selector: CSS of the region that holds the list, where a publisher's record says so: then every link
        in it is one.
        """
        if selector is not None:
            regions = [node.html or "" for node in self._tree.css(selector)]
            documents = [ListDocument(region, self.base, self.encoding) for region in regions]
            return _once([item for document in documents for item in document.all_items(self.url)])
        groups: dict[tuple[int, int], list[Link]] = {}
        for link in self.links:
            if not _is_furniture(link, column):
                groups.setdefault(link.group, []).append(link)
        lists = {group for group, links in groups.items() if any(link.tells(column) for link in links)}
        return _once(
            [
                ListItem(link.url, link.title, self.url, link.date)
                for link in self.links
                if link.group in lists and not _is_furniture(link, column)
            ]
        )

    def all_items(self, referer: str) -> list[ListItem]:
        """Every link as an item: for fragments that are nothing but a list."""
        links = [link for link in self.links if not _PAGER.fullmatch(link.text or ".")]
        return _once([ListItem(link.url, link.title, referer, link.date) for link in links])

    def _links(self, tree: LexborHTMLParser, number: int) -> Iterator[Link]:
        root = tree.root
        if root is None:
            return
        anchors: list[tuple[LexborNode, str]] = []
        targets: dict[int, set[str]] = {}
        for node in root.traverse():
            if node.tag in ("a", "area"):
                url = self._target(node)
                if url is not None:
                    anchors.append((node, url))
                    for above in _ancestors(node, _LEVELS):
                        targets.setdefault(above.mem_id, set()).add(url)
        long: dict[int, bool] = {}
        for node, url in anchors:
            yield self._link(node, url, _row(node, targets, long), targets, number)

    def _target(self, node: LexborNode) -> str | None:
        """Where a link leads; a script that opens another page is one: onclick="window.open('./t1.html')"."""
        href = node.attributes.get("href") or ""
        url = resolved(self.base, href, self.encoding)
        if url is None:
            written = target_of(node.attributes.get("onclick") or "") or target_of(href)
            url = resolved(self.base, written, self.encoding) if written else None
        return url

    def _link(
        self, node: LexborNode, url: str, row: LexborNode, targets: dict[int, set[str]], number: int
    ) -> Link:
        parent = row.parent
        alone = row.mem_id != node.mem_id and len(targets[row.mem_id]) == 1
        own = [piece.strip() for piece in _pieces(node, _ROW_CHARS)]
        dated = [piece for piece in own if is_date(piece)]
        parts = _pieces(node, _ROW_CHARS, skip_dates=len(dated) < sum(map(bool, own)))
        text = _squeezed("".join(parts))
        beside = _beside(node, row)
        date = find_date("".join(beside)) or next((find_date(piece) for piece in dated), None)
        text, printed = without_date(text)
        return Link(
            url=url,
            text=text,
            title=_fullest(text, _candidates(node, row if alone else None), beside if alone else ()),
            date=date or printed,
            group=(number, parent.mem_id if parent is not None else 0),
            chrome=any(_is_chrome(above) for above in _ancestors(node, _FAR)),
            cues=_cues(node),
        )


def _ancestors(node: LexborNode, levels: int) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None and levels and above.tag not in ("body", "html", "-undef"):
        yield above
        above, levels = above.parent, levels - 1


def _row(node: LexborNode, targets: dict[int, set[str]], long: dict[int, bool]) -> LexborNode:
    """What holds a link and the words about it: its list row, else the widest part with this link only."""
    for above in _ancestors(node, _LEVELS):
        if (
            above.tag in _ROWS
            and len(targets[above.mem_id]) <= 3
            and not long.setdefault(above.mem_id, _is_long(above))
        ):
            return above
    row = node
    for above in _ancestors(node, _LEVELS - 1):
        name = above.mem_id
        if len(targets[name]) == 1 and name not in long:
            long[name] = _is_long(above)
        if len(targets[name]) > 1 or long[name]:
            break
        row = above
    return row


def _is_long(node: LexborNode) -> bool:
    weight = 0
    for below in node.traverse(include_text=True):
        weight += 1 + len(below.text(deep=False) or "") * (below.tag == "-text")
        if weight > _ROW_CHARS:
            return True
    return False


def _beside(node: LexborNode, row: LexborNode) -> list[str]:
    """Texts of the row outside of the link; for a link without a row, up to the next link or line."""
    words: list[str] = []
    if row.mem_id != node.mem_id:
        words += _pieces(row, _ROW_CHARS, without=node.mem_id)
        after = row.next
        while after is not None and not (after.tag or "-").isalnum():
            after = after.next
        if row.tag == "dt" and after is not None and after.tag == "dd":
            words += _pieces(after, _ROW_CHARS)  # <dt>title</dt><dd>date</dd>
        return words
    after = node.next
    while after is not None and after.tag not in ("a", "br", "p", "div", "ul", "table") and len(words) < 20:
        words += [*_pieces(after, 80), _BORDER]
        after = after.next
    return words


def _pieces(
    node: LexborNode, limit: int, *, without: int | None = None, skip_dates: bool = False
) -> Iterator[str]:
    """Texts below a node, with `_BORDER` at those of blocks, until `limit` characters or nodes."""
    top: LexborNode | None = node
    above: list[LexborNode] = []
    while top is not None and limit > 0:
        limit -= 1  # thousands of empty elements in one another are no text either
        if top.tag == "-text":
            text = top.text(deep=False) or ""
            limit -= len(text)
            if not (skip_dates and is_date(text)):
                yield text
        elif top.tag not in _SILENT and top.tag != "-comment" and top.mem_id != without:
            if top.tag not in _INLINE:
                yield _BORDER
            if top.first_child is not None:
                above.append(top)
                top = top.first_child
                continue
        # on to the next sibling, of this node or of the nearest one above that has another
        while top.mem_id != node.mem_id and top.next is None:
            top = above.pop()
            if top.tag not in _INLINE:
                yield _BORDER
        top = top.next if top.mem_id != node.mem_id else None


def _candidates(node: LexborNode, row: LexborNode | None) -> list[str]:
    """Other words for the link: title attributes of it, of what it holds, of its row; names of pictures."""
    found = [node.attributes.get("title")]
    for below in node.css("[title]"):
        found.append(below.attributes.get("title"))
    for below in node.css("img[alt]"):
        found.append(below.attributes.get("alt"))
    if row is not None:
        found.append(row.attributes.get("title"))
        found.extend(below.attributes.get("title") for below in row.css("[title]"))
        found.extend(below.attributes.get("value") for below in row.css("input[value]"))
    lines = [line for text in found if text for line in text.splitlines()]
    words = (_LABEL.sub("", _squeezed(line)) for line in lines)
    return [text for text in words if text and len(text) <= 300]


def _fullest(text: str, candidates: Sequence[str], beside: Sequence[str]) -> str:
    """The best words for a link whose own are `text`.

    A candidate replaces them where it says the same and more: the whole of a truncated text, or a text that
    holds all of it. Words like 查看 give way to any others, those of the row beside the link last.
    """
    bare = _bare(text)
    if cut := _TRUNCATED.search(text):
        candidates = [*candidates, *map(_squeezed, beside)]  # a row may hold the whole title unseen
    useful = [words for words in candidates if not _GENERIC.fullmatch(words) and not is_date(words)]
    if not bare or _GENERIC.fullmatch(text):
        cells = [_squeezed(cell) for cell in "".join(beside).split(_BORDER)]
        useful = useful or [cell for cell in cells if not _GENERIC.fullmatch(cell) and not is_date(cell)]
        return max(useful, key=len, default=text)
    stem = _bare(text[: cut.start()]) if cut else bare
    fuller = [words for words in useful if not _TRUNCATED.search(words) and len(_bare(words)) > len(stem)]
    same = [words for words in fuller if (_bare(words).startswith(stem) if cut else bare in _bare(words))]
    if same:
        return max(same, key=len)
    if not _TOPIC.search(bare):
        on_topic = [words for words in fuller if _TOPIC.search(_bare(words))]
        return max(on_topic, key=len, default=text)
    return text


def _cues(node: LexborNode) -> frozenset[str]:
    words: list[str] = (node.attributes.get("rel") or "").split()
    for holder in (node, node.parent):
        if holder is not None:
            words += (holder.attributes.get("class") or "").split() if holder.tag != "-undef" else []
    return frozenset(word.lower() for word in words)


def _is_chrome(node: LexborNode) -> bool:
    if node.tag in _CHROME_TAGS:
        return True
    names = [*(node.attributes.get("class") or "").split(), node.attributes.get("id") or ""]
    return any(_CHROME.match(name) for name in names if name)


def _is_furniture(link: Link, column: Column) -> bool:
    """Part of the page around a list: pagers, the list itself, dates alone, navigation without reports."""
    if _PAGER.fullmatch(link.text) or link.url in (column.list_url, column.list_url.rstrip("/")):
        return True
    if not link.title or (is_date(link.title) and not column.holds(link.url)):
        return True
    return link.chrome and not (is_on_topic(link.title) and _YEAR.search(link.title))


def _once(items: Sequence[ListItem]) -> list[ListItem]:
    """Each address once, at its first place, with the longest of its titles and the first of its dates."""
    found: dict[str, ListItem] = {}
    for item in items:
        before = found.get(item.url)
        if before is None:
            found[item.url] = item
        else:
            title = max(
                before.title, item.title, key=lambda words: (not _TRUNCATED.search(words), len(words))
            )
            found[item.url] = ListItem(item.url, title, before.referer, before.date or item.date)
    return list(found.values())


def plain(markup: str) -> str:
    """The words of a fragment of markup, as in a title that an interface gives with tags and entities."""
    root = LexborHTMLParser(markup).body
    return _squeezed("".join(_pieces(root, 10_000))) if root is not None else ""


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    return "".join(text.split())
