"""JCMS jpaas: jinhe, with attachments on a host of their own; on night 3 it wants to be left alone.

Belongs here: the column page with queryData, the unit interface, details, the host of files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from tests.fixture_site import bodies
from tests.fixture_site.documents import J2022, JINHE, JINHE_FILES, JINHE_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import JSON, TYPES, file_reply, not_found, stamp
from tests.fixture_site.server import Answer, Asked, Reply

LIST = "/col/col1229743683/index.html"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
PAGE_SIZE = 3
PARAMETERS = {
    "parseType": "bulidstatic",  # so spelled by the system itself
    "webId": "330000001",
    "tplSetId": "f1ca1a2d7b9a4cf19b2ea6d3b3a2f8a0",
    "pageType": "column",
    "tagId": "信息列表",
    "editType": "null",
    "pageId": "1229743683",
}
FILE = f"/jcms_files/jcms1/web1/site/attach/0/{J2022.number}.pdf"


def _items(number: int) -> str:
    shown = [(d.target, d.title, d.day) for d in JINHE_REPORTS][(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return "\n".join(
        f'<li class="cf"><a href="{url}" target="_blank" title="{title}">{title}</a><span>{day}</span></li>'
        for url, title, day in shown
    )


def _list() -> str:
    data = "{" + ",".join(f"'{key}':'{value}'" for key, value in PARAMETERS.items()) + "}"
    middle = (
        f'<div class="list"><ul>\n{_items(1)}\n</ul></div>\n<script src="/script/page.js" url="{UNIT}" '
        f'queryData="{escape(data, quote=False)}" pageCount="2" pageSize="{PAGE_SIZE}"></script>'
    )
    return page.page("政府信息公开年报", middle, crumb=["政府信息公开年报"])


def _unit(asked: Asked) -> Reply:
    if "referer" not in asked.headers:
        return Reply(b"Forbidden", 403)
    query = asked.query
    wanted = {key: value for key, value in PARAMETERS.items() if key not in ("parseType", "editType")}
    if any(query.get(key) != value for key, value in wanted.items()):
        return Reply(b'{"success":false,"message":"","data":null}', content_type=JSON)
    try:
        number = int(json.loads(query.get("paramJson", "{}")).get("pageNo", 1))
    except ValueError:
        number = 1
    body = {"success": True, "message": "", "data": {"html": f"<ul>{_items(max(number, 1))}</ul>"}}
    return Reply(json.dumps(body, ensure_ascii=False).encode(), content_type=JSON)


@lru_cache(maxsize=16)
def _detail(document: Document) -> bytes:
    attached = ""
    if document is J2022:
        attached = f'<p>附件：<a href="http://{JINHE_FILES}{FILE}">{document.title}.pdf</a></p>'
    middle = (
        f'<div class="main">{page.heading(document)}<div class="info">{document.filled(document.line)}</div>'
        f'<div id="zoom" class="article-conter">{bodies.content(document)}{attached}</div></div>'
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb]).encode()


@dataclass(frozen=True)
class Jpaas:
    name: str = JINHE

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return not_found()
        if asked.night >= 3:
            return Reply(b"Service Unavailable", 503, [("Retry-After", "3600")])
        if asked.path == LIST:
            return Reply(_list().encode())
        if asked.path == UNIT:
            return _unit(asked)
        for document in JINHE_REPORTS:
            if asked.path == document.target:
                return Reply(_detail(document))
        return not_found()


@dataclass(frozen=True)
class Files:
    """Where the attachments of jinhe lie."""

    name: str = JINHE_FILES

    def answer(self, asked: Asked) -> Answer:
        if asked.path == FILE:
            return file_reply(asked, bodies.pdf(J2022), stamp(J2022.day), TYPES["pdf"])
        return not_found()


HOSTS = (Jpaas(), Files())
