"""Kaipuyun: linan, whose list is empty until its script has asked for the items.

Belongs here: that list, the search that fills it, details. Another ETag at every hit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import L2020, LINAN_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import JSON, not_found, soft_404
from tests.fixture_site.server import Answer, Asked, Reply

LIST = "/linan/c100186/list.shtml"
CHANNEL = "3c7be8a2f15d4d0b9f0a6d1c2e4b5a67"
SEARCH = f"/common/search/{CHANNEL}"
PAGE_SIZE = 4


def links() -> list[page.Link]:
    """Six links."""
    reports = [(d.target, d.title, d.day) for d in LINAN_REPORTS]
    other = (
        "/linan/c100186/202303/0f3c2a1b4d5e6f708192a3b4c5d6e7f8.shtml",
        "临南市2023年政务公开工作方案",
        "2023-03-30",
    )
    return [reports[0], other, *reports[1:]]


def _list() -> str:
    middle = (
        f'<div class="list"><ul id="list-ul"></ul><div id="page"></div></div>\n<script>var channelId = "{CHANNEL}";\n'
        f'function load(n){{$.get("{SEARCH}?_isAgg=true&_isJson=true&_pageSize={PAGE_SIZE}&_template=index'
        '&_rangeTimeGte=&_channelName=&page=" + n, show);}\nload(1);</script>'
    )
    return page.page("政府信息公开年报", middle, crumb=["政府信息公开年报"])


def _search(asked: Asked) -> Reply:
    if asked.query.get("_isJson") != "true":
        return Reply(b"<ul></ul>")
    size = min(int(asked.query.get("_pageSize", PAGE_SIZE)), PAGE_SIZE)
    number = max(int(asked.query.get("page", "1")), 1)
    found = links()
    results = [
        {
            "title": title, "url": url, "publishedTimeStr": f"{day} 10:00:00", "channelName": "政府信息公开年报",
            "domainMetaList": [{"domainName": "信息公开", "resultList": []}],
        }
        for url, title, day in found[(number - 1) * size : number * size]
    ]  # fmt: skip
    data = {"page": number, "rows": size, "total": len(found), "results": results}
    return Reply(json.dumps({"code": 200, "data": data}, ensure_ascii=False).encode(), content_type=JSON)


@lru_cache(maxsize=16)
def _detail(document: Document) -> bytes:
    middle = (
        f'<div class="article">{page.heading(document)}<div class="info">{document.filled(document.line)}</div>'
        f'<div id="UCAP-CONTENT" class="pages_content">{bodies.content(document)}</div></div>'
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb]).encode()


@dataclass(frozen=True)
class Kaipuyun:
    name: str = documents.LINAN

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Reply(b"User-agent: *\nAllow: /\n", content_type="text/plain")
        if asked.path == SEARCH:
            return _search(asked)
        reply = Reply(_list().encode()) if asked.path == LIST else None
        for document in LINAN_REPORTS:
            if asked.path == document.target:
                gone = asked.night >= 3 and document == L2020
                reply = soft_404() if gone else Reply(_detail(document))
        if reply is None:
            return not_found()
        reply.headers.append(("ETag", f'"{asked.night}{asked.hit}-{asked.now:.6f}"'))
        return reply


HOSTS = (Kaipuyun(),)
