"""JCMS jpage (大汉版通): records in a `<datastore>` of the list's page, the rest from `dataproxy.jsp`.

The page holds the first records and a call of a script with the parameters of the next. Dialects that were
seen: a POST, or everything in the query; `webname` encoded once or twice; servers that ignore `startrecord`
and obey only `page`; servers that give the last page for ever. They are told apart by what comes back, never
by the site. The count of records is a hint: the list is over where the count is reached and a batch is not
full, or where a batch brings nothing new.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.addressing import on_site, resolved
from ingestion.crawl.families.listing import ListDocument
from ingestion.crawl.families.scripts import values
from ingestion.crawl.families.walking import NOT_THIS_WAY, Fresh, Walk, referred, shortfall, text_of
from ingestion.crawl.model import Answer, Ask, ListItem, ListPage, Request

_URL = re.compile(
    r"/col/col\d+/(index(_\d+)?\.html?)?([?#]|$)|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html?\b"
)
# texts are split, not searched for pairs: a hostile page opens thousands and closes none
_STORE = re.compile(r"<datastore\b", re.IGNORECASE)
_STORE_END = re.compile(r"</datastore", re.IGNORECASE)
_RECORD = re.compile(r"<record\b[^>]{0,200}>", re.IGNORECASE)
_RECORD_END = re.compile(r"</record\b", re.IGNORECASE)
_TOTAL = re.compile(
    r"<totalrecord\b[^>]{0,200}>\s*(\d{1,9})\s*<|\btotalRecord['\"]?\s*[:=]\s*['\"]?(\d{1,9})", re.IGNORECASE
)
_PROXY = re.compile(r"""['"]([^'"\s<>]*dataproxy\.jsp)(?:\?([^'"\s<>]*))?""", re.IGNORECASE)
_CALL = re.compile(r"\bjpage\s*\(\s*\{", re.IGNORECASE)
#: The fields of a request, in the order of the site's own script, and what they are where nothing says it.
_FIELDS = {
    "col": "1",
    "appid": "1",
    "webid": "",
    "path": "/",
    "columnid": "",
    "sourceContentType": "1",
    "unitid": "",
    "webname": "",
    "permissiontype": "0",
}
_PROXY_PATH = "/module/web/jpage/dataproxy.jsp"
_PER_PAGE = 15
#: Servers cut a larger number, at about 300.
_MOST_PER_PAGE = 100
#: Pages that one call gives.
_PAGES = 3
#: A call of the script with its parameters is shorter than that.
_CALL_CHARS = 3000


@dataclass(frozen=True, slots=True)
class _Unit:
    """One list of a page. records: as in the page. per_page: as its script pages. total: as it says."""

    proxy: str
    fields: Mapping[str, str]
    records: tuple[ListItem, ...]
    per_page: int
    total: int | None


class _Dialect(NamedTuple):
    """How a server wants to be asked: POST or GET, and the name of the site encoded once or twice."""

    post: bool
    twice: bool


_DIALECTS = (_Dialect(True, False), _Dialect(False, False), _Dialect(True, True), _Dialect(False, True))
_NAMED = {
    "post": _DIALECTS[:1],
    "get": _DIALECTS[1:2],
    "post_twice": _DIALECTS[2:3],
    "get_twice": _DIALECTS[3:],
}


class Jpage:
    """The family. Parameters of a record: source_content_type, per_page, dialect (post, get, post_twice or
    get_twice), where the page does not tell them and trying is not wanted."""

    code = "jpage"

    def knows_url(self, url: str) -> bool:
        """Columns and articles of JCMS, and the interface."""
        return _URL.search(url) is not None or "dataproxy.jsp" in url

    def knows_page(self, html: str) -> bool:
        """A page that holds records or calls for them."""
        return "dataproxy.jsp" in html or "<datastore" in html.lower()

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The records in the page, then those of the interface, for every list of the page."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            answer = await walk.first()
            if not answer.ok:
                yield walk.page(answer, ())
                continue
            units = _units(text_of(answer), answer.url, walk)
            items = [record for unit in units for record in unit.records]
            yield walk.page(answer, items, None if units else "the page has no datastore and calls for none")
            for unit in units:
                async for page in _rest(walk, unit, answer):
                    yield page


def _units(html: str, url: str, walk: Walk) -> list[_Unit]:
    """The lists of a page: its stores, each with the call of a script that goes with it."""
    stores = [_STORE_END.split(part, maxsplit=1)[0] for part in _STORE.split(html)[1:]]
    if not stores and "dataproxy.jsp" not in html:
        return []
    # a call begins behind the id of its list: $('#345950').jpage({...})
    calls = [html[max(0, found.start() - 80) : found.end() + _CALL_CHARS] for found in _CALL.finditer(html)]
    rest = "" if stores else html
    return [_unit(store, number, calls, rest, url, walk) for number, store in enumerate(stores or [""])]


def _unit(store: str, number: int, calls: Sequence[str], rest: str, url: str, walk: Walk) -> _Unit:
    """A list from its store and its call; what neither says is as usual for the family.

    rest: of a page that has no store, where the interface may be named anywhere.
    """
    following = dict(_proxy_fields(store))
    unit_id = following.get("unitid", "")
    own = [call for call in calls if unit_id and unit_id in call[:80]]
    call = own[0] if own else calls[number] if number < len(calls) else ""
    said = {**values(call), **dict(_proxy_fields(rest)), **dict(_proxy_fields(call)), **following}
    lowered = {name.lower(): value for name, value in said.items()}
    fields = {name: lowered.get(name.lower(), usual) for name, usual in _FIELDS.items()}
    fields["webname"] = unquote(fields["webname"])
    fields["sourceContentType"] = walk.parameter("source_content_type", fields["sourceContentType"])
    records = tuple(referred(_records(store, url), url))
    proxies = [found[1] for text in (call, store, rest) for found in _PROXY.finditer(text)]
    total = _TOTAL.search(store) or _TOTAL.search(call)
    return _Unit(
        proxy=resolved(url, proxies[0] if proxies else _PROXY_PATH) or url,
        fields=fields,
        records=records,
        per_page=_per_page(walk.parameter("per_page") or lowered.get("perpage", ""), len(records)),
        total=int(total[1] or total[2]) if total else None,
    )


def _per_page(said: str, n_records: int) -> int:
    """Records a page: as said, else a third of those in the list's page, which holds three pages."""
    if re.fullmatch(r"\d{1,4}", said) and int(said):
        return min(int(said), _MOST_PER_PAGE)
    return max(n_records // _PAGES, 1) if n_records else _PER_PAGE


def _proxy_fields(text: str) -> Iterator[tuple[str, str]]:
    """Fields of the calls of the interface that stand in a text as links."""
    for found in _PROXY.finditer(text):
        yield from parse_qsl(unescape(found[2] or ""), keep_blank_values=True)


def _records(markup: str, url: str) -> Iterator[ListItem]:
    """The links of all records of a datastore, in order.

    Read by pattern and not as XML: records hold `]]`, bare & and entities that XML does not know.
    """
    for part in _RECORD.split(markup)[1:]:
        record = _RECORD_END.split(part, maxsplit=1)[0]
        inner = "".join(text.partition("]]>")[0] for text in record.split("<![CDATA[")[1:])
        yield from ListDocument(inner or unescape(record), url).all_items(url)


async def _rest(walk: Walk, unit: _Unit, first: Answer) -> AsyncIterator[ListPage]:
    """The batches behind the records in the page: by record as the script asks, else by page."""
    if not on_site(unit.proxy, walk.publisher):
        yield walk.page(first, (), f"the interface is on another host: {unit.proxy}")
        return
    n_known, full = len(unit.records), _PAGES * unit.per_page
    if n_known and unit.total is not None and n_known >= unit.total and n_known % full:
        return  # the count and a batch that is not full agree
    batches = _Batches(walk, unit, first)
    fresh, known = Fresh(), [record.url for record in unit.records]
    fresh.takes(known)
    start, total = n_known + 1, unit.total
    while True:
        if not walk.has_room:
            yield walk.page(first, (), walk.limit_reached())
            return
        batch = await batches.by_record(start)
        if batch is None:
            yield walk.page(batches.last, (), batches.failure)
            return
        total = batch.total if batch.total is not None else total
        new = fresh.takes(item.url for item in batch.items)
        yield walk.page(batches.last, batch.items)
        if not new:
            break
        n_known += len(batch.items)
        start = n_known + 1
        if total is not None and n_known >= total and len(batch.items) < full:
            return
    if batch.items:
        # known records again: perhaps the end, perhaps a server that does not look at startrecord
        async for page in _by_page(walk, batches, fresh):
            yield page
    problem = shortfall(total, fresh.count)
    if problem:
        yield walk.page(batches.last, (), problem)


async def _by_page(walk: Walk, batches: _Batches, fresh: Fresh) -> AsyncIterator[ListPage]:
    """Pages by their number until one brings nothing that the pages before it did not bring.

    The first pages repeat what the list's page held, so newness is counted within these pages alone.
    """
    own, number = Fresh(), 1
    while walk.has_room:
        batch = await batches.by_page(number)
        if batch is None:
            yield walk.page(batches.last, (), batches.failure)
            return
        urls = [item.url for item in batch.items]
        fresh.takes(urls)
        yield walk.page(batches.last, batch.items)
        if not own.takes(urls):
            return
        number += 1
    yield walk.page(batches.last, (), walk.limit_reached())


class _Batch(NamedTuple):
    items: list[ListItem]
    total: int | None


class _Batches:
    """Calls of the interface in the dialect that its server takes. last: the last answer."""

    def __init__(self, walk: Walk, unit: _Unit, first: Answer) -> None:
        self.last = first
        self.failure: str | None = None
        self._walk = walk
        self._unit = unit
        self._page_url = first.url
        self._dialects = _NAMED.get(walk.parameter("dialect"), _DIALECTS)

    async def by_record(self, start: int) -> _Batch | None:
        """Records from number `start` on."""
        size = self._unit.per_page
        place = {"startrecord": start, "endrecord": start - 1 + _PAGES * size, "perpage": size}
        return await self._get({name: str(value) for name, value in place.items()})

    async def by_page(self, number: int) -> _Batch | None:
        """The page with a number, for servers that look at nothing else."""
        size = self._unit.per_page
        place = {"page": number, "startrecord": 1, "endrecord": _PAGES * size, "perpage": size}
        return await self._get({name: str(value) for name, value in place.items()})

    async def _get(self, place: Mapping[str, str]) -> _Batch | None:
        """A batch; None where no dialect was understood, with `failure` saying so."""
        for dialect in self._dialects:
            self.last = await self._walk.ask(self._request(place, dialect))
            if not self.last.ok:
                self.failure = None
                if self.last.outcome not in NOT_THIS_WAY:
                    return None
                continue
            text = text_of(self.last)
            if "<record" in text.lower() or "<datastore" in text.lower():
                self._dialects = (dialect,)
                total = _TOTAL.search(text)
                items = referred(_records(text, self._page_url), self._page_url)
                return _Batch(items, int(total[1] or total[2]) if total else None)
            self.failure = "the interface answered without a datastore"
        return None

    def _request(self, place: Mapping[str, str], dialect: _Dialect) -> Request:
        fields = dict(self._unit.fields)
        if dialect.twice:
            fields["webname"] = quote(fields["webname"], safe="")
        proxy = self._unit.proxy.partition("?")[0]
        if dialect.post:
            url, form = f"{proxy}?{urlencode(place)}", tuple(fields.items())
            return Request(url, "list", form=form, referer=self._page_url, ajax=True)
        url = f"{proxy}?{urlencode({**place, **fields})}"
        return Request(url, "list", referer=self._page_url, ajax=True)


FAMILY = Jpage()
