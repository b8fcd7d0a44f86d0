"""Pages whose bytes are not what header, meta element or byte order mark say.

Belongs here: routes /c. The text to be found is `TEXT`.
"""

from __future__ import annotations

from tests.fixture_site.hosts.page import page
from tests.fixture_site.obstacles.routes import Routes
from tests.fixture_site.server import Asked, Reply

#: 㙓 is in GBK's neighbourhood only by four bytes, 𠮷 is outside of the plane that UCS-2 has.
TEXT = "柘㙓镇𠮷安街道办事处2023年政府信息公开工作年度报告"


def _page(declared: str | None) -> str:
    return page(
        TEXT, f"<h1>{TEXT}</h1><p>本报告所列数据的统计期限自2023年1月1日起。</p>", charset=declared or "utf-8"
    )


def _utf8_declared(asked: Asked) -> Reply:
    return Reply(_page("utf-8").encode("gb18030"), content_type="text/html; charset=utf-8")


def _gb2312_declared(asked: Asked) -> Reply:
    return Reply(_page("gb2312").encode("gb18030"), content_type="text/html")


def _marked(asked: Asked) -> Reply:
    return Reply(b"\xef\xbb\xbf" + _page("gbk").encode(), content_type="text/html")


ROUTES: Routes = {
    "/c/hdr-utf8-body-gbk": _utf8_declared,
    "/c/meta-gb2312": _gb2312_declared,
    "/c/bom-gbk": _marked,
}
