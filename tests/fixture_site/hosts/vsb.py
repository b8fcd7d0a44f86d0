"""VSB: shuixi, the whole host in GB18030.

Belongs here: lists whose page numbers run backwards, details, a column that is an article, downloads that want
a Referer. An ETag on every page, and If-None-Match ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import S2021, S2022, S2024, S_COLUMN, SHUIXI_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import TYPES, etag_of, not_found, stamp
from tests.fixture_site.server import Answer, Asked, Reply

LIST = "/xxgk/zfxxgknb"
#: A list of columns each of which is an article.
COLUMNS = "/zfxxgk/n2022n/xz.htm"
PER_PAGE = 3
DOWNLOAD = "/system/_content/download.jsp"
OWNER = "1744984858"
FILE = "16738452"


def links(night: int) -> list[page.Link]:
    """Seven links, and a new report and two others on top of them from night 3 on."""
    reports = [(d.target, d.title, d.day) for d in SHUIXI_REPORTS if d is not S_COLUMN]
    plan = ("/info/1055/2360.htm", "水西县2024年政务公开工作要点", "2024-04-11")
    course = ("/info/1055/2290.htm", "水西县召开政府信息公开工作培训会", "2023-06-20")
    found = [plan, *reports[:2], course, *reports[2:]]
    if night >= 3:
        notice = ("/info/1055/2498.htm", "关于做好2024年政府信息公开工作年度报告编制工作的通知", "2024-12-20")
        pictures = ("/info/1055/2505.htm", "一图读懂水西县2024年政府信息公开工作年度报告", "2025-02-10")
        found = [pictures, (S2024.target, S2024.title, S2024.day), notice, *found]
    return found


def _list(night: int, path: str) -> str | None:
    everything = links(night)
    count = -(-len(everything) // PER_PAGE)
    targets = [f"{LIST}.htm", *(f"{LIST}/{count - n}.htm" for n in range(1, count))]
    if path not in targets:
        return None
    index = targets.index(path)
    up = "../" if index == 0 else "../../"  # relative to the list's folder, or the folder of its pages
    first = index * PER_PAGE
    items = "\n".join(
        f'<li id="line_u5_{n}"><a href="{up}{url.lstrip("/")}" target="_blank" title="{title}">{title}</a><span>{day}</span></li>'
        for n, (url, title, day) in enumerate(everything[first : first + PER_PAGE])
    )

    def link(to: int) -> str:
        name = targets[to].rpartition("/")[2]
        if index == 0:
            return f"zfxxgknb/{name}"
        return name if to else "../zfxxgknb.htm"

    numbers = "".join(
        f'<span class="p_no_d">{n + 1}</span>'
        if n == index
        else f'<span class="p_no"><a href="{link(n)}">{n + 1}</a></span>'
        for n in range(count)
    )
    if index + 1 < count:
        forward = (
            f'<span class="p_next p_fun"><a href="{link(index + 1)}">下页</a></span>'
            f'<span class="p_last p_fun"><a href="{link(count - 1)}">尾页</a></span>'
        )
    else:
        forward = '<span class="p_next_d p_fun_d">下页</span><span class="p_last_d p_fun_d">尾页</span>'
    back = f'<span class="p_prev p_fun"><a href="{link(index - 1)}">上页</a></span>' if index else ""
    pager = (
        '<div class="pb_sys_common pb_sys_normal pb_sys_style1"><span class="p_pages">'
        f'{back}{numbers}{forward}</span> <span class="p_t">{index + 1}/{count}</span></div>'
    )
    middle = f'<div class="list"><ul>\n{items}\n</ul>{pager}</div>'
    return page.page("政府信息公开年报", middle, charset="gb2312", crumb=["政府信息公开年报"])


def _columns() -> str:
    name = S_COLUMN.target.removeprefix("/zfxxgk/n2022n/")
    middle = f'<div class="list"><ul><li id="line_u7_0"><a href="{name}" title="{S_COLUMN.title}">{S_COLUMN.title}</a></li></ul></div>'
    return page.page("2022年", middle, charset="gb2312", crumb=["政府信息公开年报"])


def _detail(document: Document) -> str:
    attached = ""
    if document is S2021:
        target = f"{DOWNLOAD}?urltype=news.DownloadAttachUrl&amp;owner={OWNER}&amp;wbfileid={FILE}"
        attached = (
            f'<ul><li>附件【<a href="{target}" target="_blank">{document.title}.docx</a>】'
            f'已下载<span id="nattach{FILE}">146</span>次</li></ul>'
        )
    line = document.filled(document.line).replace(
        "{visits}", '<script>_showDynClicks("wbnews", 1, 2)</script>'
    )
    middle = (
        f'<form name="_newscontent_fromname">{page.heading(document, "h2")}<div class="info">{line}</div>'
        f'<div id="vsb_content"><div class="v_news_content">{bodies.content(document)}</div></div>{attached}</form>'
    )
    return page.page(
        document.title, middle, head=page.meta(document), charset="gb2312", crumb=[document.crumb]
    )


@dataclass(frozen=True)
class Vsb:
    name: str = documents.SHUIXI

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/robots.txt":
            return Reply(b"\xef\xbb\xbfUser-agent: *\r\nDisallow:\r\n", content_type="text/plain")
        if path == DOWNLOAD:
            return _download(asked)
        if path.startswith("/__local/") and path in bodies.pictures(S2022):
            return Reply(bodies.pictures(S2022)[path], content_type=TYPES["png"])
        html = _list(asked.night, path)
        if path == COLUMNS:
            html = _columns()
        for document in (*SHUIXI_REPORTS, S2024):
            if path == document.target and (document is not S2024 or asked.night >= 3):
                html = _detail(document)
        if html is None:
            return page.in_charset(not_found(), "gb18030")
        reply = page.in_charset(Reply(html.encode()), "gb18030")
        reply.headers.append(("ETag", etag_of(reply.body, stamp("2024-01-01"))))
        return reply


def _download(asked: Asked) -> Reply:
    if asked.query.get("wbfileid") != FILE:
        return not_found()
    if "referer" not in asked.headers:
        return without_referer()
    # the name is there in GBK bytes, as this system sends it
    raw = f"{S2021.title}.docx".encode("gbk").decode("utf-8", "surrogateescape")
    disposition = [("Content-Disposition", f'attachment; filename="{raw}"')]
    return Reply(bodies.docx(S2021), headers=disposition, content_type="application/octet-stream")


def without_referer() -> Reply:
    """What this system says to those who come from nowhere: status 200, 4.9 KB of HTML."""
    text = "<html><head><title>系统提示</title></head><body><div>系统提示：您访问的页面不存在，参数错误！</div>{}</body></html>"
    padding = "<!-- " + "-" * (4900 - len(text.encode())) + " -->"
    return Reply(text.format(padding).encode())


HOSTS = (Vsb(),)
