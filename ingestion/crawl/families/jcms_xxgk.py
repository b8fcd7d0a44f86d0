"""JCMS xxgk: annual reports by organ and year, and the module's list of an organ's items.

`/module/xxgk/xxgkAnnualReport.jsp?area=<organ>&fbtime=<year>` is the report of a year: the years are asked
one after the other, as pages of documents, so that no report is asked for twice in a night. A year without a
report answers with a shell. Other lists come from `/module/xxgk/search.jsp`, which gives all of an organ's
items unless they are narrowed to a column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.addressing import origin
from ingestion.crawl.families.listing import ListDocument, is_on_topic
from ingestion.crawl.families.scripts import values
from ingestion.crawl.families.walking import NO_SUCH_PAGE, Fresh, Walk, document_of
from ingestion.crawl.model import Answer, Ask, ListItem, ListPage, Request
from ingestion.extract.model import UnreadableInput

_URL = re.compile(r"/module/xxgk/")
_ANNUAL = "xxgkAnnualReport.jsp"
_AREA = re.compile(r"[?&]area=([^&\"'<>\s]+)")
_COLUMN = re.compile(r"/col/col(\d+)/")
#: The duty to publish began in May 2008.
_FIRST_YEAR = 2008
_SEARCH_FIELDS = ("infotypeId", "jdid", "area", "divid", "standardXxgk", "isAllList")
_CHINA = dt.timezone(dt.timedelta(hours=8))


def _this_year() -> int:
    return dt.datetime.now(_CHINA).year


class JcmsXxgk:
    """The family. Parameters of a record: area (the organ's code, else from the list's address or page),
    first_year, last_year (else last year); for search.jsp infotypeId, jdid, divid and column_id (narrows)."""

    code = "jcms_xxgk"

    def __init__(self, this_year: Callable[[], int] = _this_year) -> None:
        self._this_year = this_year

    def knows_url(self, url: str) -> bool:
        """Everything of the module."""
        return _URL.search(url) is not None

    def knows_page(self, html: str) -> bool:
        """A page of the module, which jpage's pages may call too."""
        return "module/xxgk/" in html and "dataproxy.jsp" not in html

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The reports year by year where the list is that page, else the pages of the search."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            pages = self._years(walk) if _ANNUAL in list_url else _searched(walk)
            async for page in pages:
                yield page

    async def _years(self, walk: Walk) -> AsyncIterator[ListPage]:
        """The newest year first; one that has no page is over, any other failure ends the walk."""
        parts = urlsplit(walk.list_url)
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        fields["area"] = walk.parameter("area") or fields.get("area", "")
        first, last = walk.parameter("first_year"), walk.parameter("last_year")
        newest = int(last) if re.fullmatch(r"\d{4}", last) else self._this_year() - 1
        oldest = int(first) if re.fullmatch(r"\d{4}", first) else _FIRST_YEAR
        for year in range(newest, oldest - 1, -1):
            query = urlencode({**fields, "fbtime": str(year)})
            url = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
            answer = await walk.ask(Request(url, "page", referer=origin(url) + "/"))
            if answer.outcome in NO_SUCH_PAGE:
                continue
            if not answer.ok:
                yield walk.page(answer, ())
                return
            yield _year_page(walk, answer, url)


def _year_page(walk: Walk, answer: Answer, url: str) -> ListPage:
    """The page of a year as an item, with the page's own title; without items where it is a shell."""
    try:
        document = document_of(answer)
    except UnreadableInput as error:
        return walk.page(answer, (), f"the page could not be read: {error}")
    title = _title(document)
    if title is None:
        return walk.page(answer, ())
    return walk.page(answer, [ListItem(url, title, answer.request.referer or url)])


def _title(document: ListDocument) -> str | None:
    """The report's title in a page, "" where it is not to be found.

    None where the page has neither a report nor a file that may be one.
    """
    files = [link for link in document.links if "downfile" in link.url or "/attach/" in link.url]
    if not (document.is_report or files):
        return None
    named = (file.title for file in files if is_on_topic(file.title))
    return document.report_title or next(named, "")


async def _searched(walk: Walk) -> AsyncIterator[ListPage]:
    """The pages of search.jsp, for the organ and column that the list's page or the record names."""
    fields = dict(parse_qsl(urlsplit(walk.list_url).query, keep_blank_values=True))
    url, referer = walk.list_url, walk.list_url
    only = walk.parameter("column_id")
    if "search.jsp" not in urlsplit(url).path:
        answer = await walk.first()
        if not answer.ok:
            yield walk.page(answer, ())
            return
        try:
            html = document_of(answer).html
        except UnreadableInput as error:
            yield walk.page(answer, (), f"the page could not be read: {error}")
            return
        said = values(html)
        area = _AREA.search(html)
        fields = {name: said[name] for name in _SEARCH_FIELDS if name in said}
        fields["area"] = fields.get("area") or (area[1] if area else "")
        column = _COLUMN.search(urlsplit(answer.url).path)
        only = only or (column[1] if column else "")
        url, referer = f"{origin(answer.url)}/module/xxgk/search.jsp", answer.url
        yield walk.page(answer, ())
    fields.update({name: walk.parameter(name) for name in _SEARCH_FIELDS if walk.parameter(name)})
    async for page in _search_pages(walk, url, fields, only, referer):
        yield page


async def _search_pages(
    walk: Walk, url: str, fields: dict[str, str], only: str, referer: str
) -> AsyncIterator[ListPage]:
    fresh, number = Fresh(), 1
    form = {"infotypeId": "", "vc_title": "", "vc_number": "", "texttype": "1", "fbtime": "-1", **fields}
    while True:
        fields_now = tuple({**form, "currpage": str(number)}.items())
        request = Request(url.partition("?")[0], "list", form=fields_now, referer=referer, ajax=True)
        answer = await walk.ask(request)
        if not answer.ok:
            yield walk.page(answer, ())
            return
        try:
            document = document_of(answer)
        except UnreadableInput as error:
            yield walk.page(answer, (), f"the page could not be read: {error}")
            return
        found = document.all_items(referer)
        items = [item for item in found if not only or f"art_{only}_" in item.url]
        # newness is of all rows: a page that has none of the column does not end the organ's list
        new = fresh.takes(item.url for item in found)
        said = re.search(r"共\s*(\d{1,6})\s*页", document.text)
        over = not new or (said is not None and number >= int(said[1]))
        problem = None
        if number == 1 and not found:
            problem = "the search gave no rows"
        elif not new and said is not None and number <= int(said[1]):
            problem = f"the list says that it has {said[1]} pages, and page {number} brought nothing new"
        elif not over and not walk.has_room:
            over, problem = True, walk.limit_reached()
        yield walk.page(answer, items, problem)
        if over:
            return
        number += 1


FAMILY = JcmsXxgk()
