"""Guangdong gkmlpt: nanpu, which moves to another host name on night 3.

Belongs here: the page with _CONFIG, the list as JSON, details. Last-Modified and no ETag on details.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import NANPU_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import JSON, dated_reply, moved, not_found, soft_404, stamp
from tests.fixture_site.server import Answer, Asked, Reply

CATEGORY = 2114
SID = "999001"
BASE = "/jd/gkmlpt"
PAGE_SIZE = 5
#: A row that jumps to a host that nobody registered.
ELSEWHERE = "http://www.dongling-fx.gov.cn/zwgk/zfxxgknb/content/post_1200345.html"
GUIDE = f"{BASE}/guide"


def _articles(host: str) -> list[dict[str, Any]]:
    rows = [_article(host, document) for document in NANPU_REPORTS]
    guide = _row(1000, "南浦区江口街道办事处政府信息公开指南", "2021-03-01", f"http://{host}{GUIDE}")
    jump = _row(1200345, "东岭区人民政府2023年政府信息公开工作年度报告", "2024-01-30", "", ELSEWHERE)
    return [rows[0], rows[1], guide, rows[2], rows[3], rows[4], jump, rows[5]]


def _article(host: str, document: Document) -> dict[str, Any]:
    number = int(document.target.rpartition("_")[2].removesuffix(".html"))
    return _row(number, document.title, document.day, f"http://{host}{document.target}")


def _row(number: int, title: str, day: str, url: str, post_url: str = "") -> dict[str, Any]:
    seconds = int(datetime.fromisoformat(f"{day}T10:13:20+08:00").timestamp())
    return {
        "id": number, "title": title, "publisher": "", "document_number": "", "date": seconds - 36800,
        "display_publish_time": seconds, "first_publish_time": seconds, "create_time": seconds,
        "created_at": f"{day} 10:13:20", "url": url, "post_url": post_url,
    }  # fmt: skip


@lru_cache(maxsize=16)
def _detail(document: Document) -> bytes:
    facts = {
        "索引号": f"{document.number[:8]}-{document.year}",
        "分类": "政府信息公开年报",
        "发布机构": document.agency,
        "成文日期": document.day,
        "名称": document.title,
        "文号": "",
        "发布日期": document.day,
        "主题词": "",
    }
    rows = "".join(f"<tr><td>{label}：</td><td>{value}</td></tr>" for label, value in facts.items())
    middle = (
        f'<div class="content"><table class="classify">{rows}</table>{page.heading(document, "h1")}'
        f'<div class="date-row">{document.filled(document.line)}</div>'
        f'<div class="article-content">{bodies.content(document)}</div></div>'
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb]).encode()


def _index() -> bytes:
    tree = [{"id": CATEGORY, "name": "政府信息公开年报", "parent_id": 0, "children": []}]
    config = f"window._CONFIG = {{SID: '{SID}', SITE_NAME: '江口街道', TREE: {json.dumps(tree, ensure_ascii=False)}}};"
    middle = f'<div id="app"></div><script>{config}</script><script src="/gkmlpt/js/app.js"></script>'
    return page.page("政府信息公开目录", middle).encode()


@dataclass(frozen=True)
class Gkmlpt:
    """moves: the host it sends everybody to from night 3 on."""

    name: str
    moves: str | None = None

    def answer(self, asked: Asked) -> Answer:
        if self.moves is not None and asked.night >= 3:
            return moved(f"http://{self.moves}{asked.target}", 301)
        if asked.path == f"{BASE}/index":
            return Reply(_index())
        if asked.path.startswith(f"{BASE}/api/all/"):
            return self._api(asked)
        for document in NANPU_REPORTS:
            if asked.path == document.target:
                return dated_reply(asked, _detail(document), stamp(document.day), "text/html; charset=utf-8")
        # robots.txt too: what is not there is answered by an error page with status 200
        return soft_404() if asked.path in ("/robots.txt", "/") else not_found()

    def _api(self, asked: Asked) -> Reply:
        if not asked.path.endswith(f"/{CATEGORY}") or asked.query.get("sid") != SID:
            return Reply(b'{"total":0,"articles":[]}', content_type=JSON)
        number = max(int(asked.query.get("page", "1")), 1)
        articles = _articles(self.name)
        shown = articles[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        body = json.dumps({"total": len(articles), "articles": shown}, ensure_ascii=False).encode()
        return Reply(body, content_type=JSON)


HOSTS = (Gkmlpt(documents.NANPU, documents.NANPU_NEW), Gkmlpt(documents.NANPU_NEW))
