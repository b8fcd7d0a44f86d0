"""JCMS jpaas (大汉, new): parts of a page are built by an interface, with parameters that stand in a script.

`queryData="{'webId':'…','pageId':'…',…}"` has single quotes and is no JSON. Only `paramJson` pages; a bare
pageNo brings page 1 for ever. Both spellings of `parseType` occur, bulidstatic and buildstatic. The answer's
`data` is an object with `html`, or the markup itself. Without Referer and X-Requested-With some sites refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.addressing import Column, on_site, resolved
from ingestion.crawl.families.listing import ListDocument
from ingestion.crawl.families.scripts import values
from ingestion.crawl.families.walking import (
    NOT_THIS_WAY,
    Fresh,
    Walk,
    document_of,
    json_of,
    referred,
    text_of,
)
from ingestion.crawl.model import Ask, ListPage, Request
from ingestion.extract.model import UnreadableInput

_URL = re.compile(r"/art/(19|20)\d\d/art_[0-9a-f]{32}\.html?\b|jpaas-publish-server")
_UNIT_PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_API = re.compile(r"""["']([^"'\s]*jpaas-publish-server[^"'\s?]*)["'?]""")
_SIZE = re.compile(r"""pageSize['"\\]*\s*:\s*['"\\]*(\d+)""")
_PAGE_SIZE = "15"
_SPELLINGS = ("bulidstatic", "buildstatic")
_NOT_FIELDS = frozenset({"parseType", "paramJson", "pageNo", "pageSize"})
#: Parts of a page that are asked for; a page has few.
_MAX_UNITS = 8


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part of the page. api: where it is built. fields: as the page asks, without what pages."""

    api: str
    fields: tuple[tuple[str, str], ...]
    spelling: str
    page_size: str

    def request(self, number: int, referer: str) -> Request:
        """Its page, counted from 1."""
        paging = json.dumps({"pageNo": number, "pageSize": self.page_size}, separators=(",", ":"))
        fields = [("parseType", self.spelling), *self.fields, ("paramJson", paging)]
        return Request(f"{self.api}?{urlencode(fields)}", "list", referer=referer, ajax=True)


class Jpaas:
    """The family. Parameters of a record: page_size; tag_id, where only one part of the page is the list."""

    code = "jpaas"

    def knows_url(self, url: str) -> bool:
        """Articles of jpaas, and the interface."""
        return _URL.search(url) is not None

    def knows_page(self, html: str) -> bool:
        """A page that has parts built."""
        return "jpaas-publish-server" in html

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """What stands in the list's page, then every part of it that is built and lists something."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            answer = await walk.first()
            if not answer.ok:
                yield walk.page(answer, ())
                continue
            try:
                document = document_of(answer)
            except UnreadableInput as error:
                yield walk.page(answer, (), f"the page could not be read: {error}")
                continue
            units = _units(document, walk)
            column = Column.of(publisher, answer.url)
            yield walk.page(
                answer, document.items(column), None if units else "the page has no part to build"
            )
            for unit in units:
                async for page in _pages(walk, unit, column):
                    yield page
            if units and not walk.n_given:
                yield walk.page(answer, (), "no part of the page lists anything")


def _units(document: ListDocument, walk: Walk) -> list[_Unit]:
    """The parts of a page that its scripts ask for, each once."""
    tag = walk.parameter("tag_id")
    written = _API.search(document.html)
    api = resolved(document.base, written[1] if written else _UNIT_PATH) or document.url
    found: list[_Unit] = []
    for data in document.attributes("[querydata]", "querydata"):
        said = values(data)
        if not {"webId", "pageId"} <= said.keys() or (tag and said.get("tagId") != tag):
            continue
        size = _SIZE.search(data)
        spelling = said.get("parseType", "")
        unit = _Unit(
            api=api,
            fields=tuple((name, value) for name, value in said.items() if name not in _NOT_FIELDS),
            spelling=spelling if spelling in _SPELLINGS else _SPELLINGS[0],
            page_size=walk.parameter("page_size") or (size[1] if size else _PAGE_SIZE),
        )
        if unit not in found and on_site(api, walk.publisher):
            found.append(unit)
    return found[:_MAX_UNITS]


async def _pages(walk: Walk, unit: _Unit, column: Column) -> AsyncIterator[ListPage]:
    fresh, number = Fresh(), 1
    while True:
        answer = await walk.ask(unit.request(number, column.list_url))
        markup = _markup(text_of(answer)) if answer.ok else None
        if number == 1 and markup is None and (answer.ok or answer.outcome in NOT_THIS_WAY) and walk.has_room:
            other = replace(unit, spelling=_SPELLINGS[1 - _SPELLINGS.index(unit.spelling)])
            again = await walk.ask(other.request(number, column.list_url))
            built = _markup(text_of(again)) if again.ok else None
            if built is not None:
                unit, answer, markup = other, again, built
        if not answer.ok:
            yield walk.page(answer, ())
            return
        if markup is None:
            yield walk.page(answer, (), "the interface answered something else than a part of a page")
            return
        items = referred(ListDocument(markup, column.list_url).items(column), column.list_url)
        new = fresh.takes(item.url for item in items)
        problem = walk.limit_reached() if new and not walk.has_room else None
        yield walk.page(answer, items, problem)
        if not new or problem:
            return
        number += 1


def _markup(text: str) -> str | None:
    """The markup in an answer; None where there is none, as in a refusal."""
    data = json_of(text)
    if not isinstance(data, dict):
        return None
    inner = data.get("data")
    if isinstance(inner, dict):
        inner = inner.get("html")
    return inner if isinstance(inner, str) and data.get("success") is not False else None


FAMILY = Jpaas()
