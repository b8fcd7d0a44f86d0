"""Longxun: huaiyang, where a year is a parameter and its record is replaced in place.

Belongs here: that. No validators, and a visit counter and the server's time on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import H2023, H2023_REPLACED, HUAIYANG_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import not_found
from tests.fixture_site.server import Answer, Asked, Reply

COLUMN = "/public/column/161000001"
LIST = f"{COLUMN}?type=3&action=list&nav=4&isNianbao=1"
#: The report of 2021 once more, with its parameters in another order.
REORDERED = f"{COLUMN}?title=2021&nav=3&action=detail&type=3"


def links() -> list[page.Link]:
    """Five links, and one of them a second time."""
    reports = [(d.target, d.title, d.day) for d in HUAIYANG_REPORTS]
    twin = (REORDERED, reports[2][1], reports[2][2])
    return [*reports[:4], twin, reports[4]]


def _list(asked: Asked) -> str:
    middle = f'{page.clock(asked)}<div class="xxgk-list"><ul class="clearfix">\n{page.list_items(links())}\n</ul></div>'
    return page.page("政府信息公开年报", middle, crumb=["政府信息公开年报"])


def _detail(document: Document, asked: Asked) -> str:
    line = page.hits(document.filled(document.line), asked)
    middle = (
        f'{page.clock(asked)}<div class="wenzhang">{page.heading(document)}<div class="info">{escape(line)}</div>'
        f'<div class="wzcon j-fontContent">{bodies.content(document)}</div></div>'
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb])


@dataclass(frozen=True)
class Longxun:
    name: str = documents.HUAIYANG

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow: /login/\n", content_type="text/plain")
        if asked.path != COLUMN:
            return not_found()
        query = asked.query
        if query.get("action") == "list" and query.get("isNianbao") == "1":
            return Reply(_list(asked).encode())
        for document in HUAIYANG_REPORTS:
            if query.get("action") == "detail" and query.get("title") == str(document.year):
                shown = H2023_REPLACED if document == H2023 and asked.night >= 3 else document
                return Reply(_detail(shown, asked).encode())
        return not_found()


HOSTS = (Longxun(),)
