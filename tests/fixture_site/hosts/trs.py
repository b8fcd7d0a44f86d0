"""TRS: qingshan, static files as nginx serves them; and two sites whose robots.txt keeps everybody out.

Belongs here: lists with createPageHTML, details with TRS_Editor. Does not belong here: robots rules of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import (
    Q01,
    Q01_CORRECTED,
    Q02,
    Q02_REISSUED,
    Q08,
    Q09,
    QINGSHAN_REPORTS,
    Document,
)
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import TEXT, TYPES, file_reply, moved, not_found, stamp
from tests.fixture_site.server import Answer, Asked, Reply

COLUMN = "/zwgk/zfxxgknb/"
PER_PAGE = 6
#: An attachment below a path that robots.txt forbids; linked from q03.
FORBIDDEN = "/admin/x.pdf"
#: A copy of q02 as a Word file, attached to its page.
ATTACHED = "P020240115390412345678.docx"


def _relative(document: Document) -> str:
    if document.target.startswith(COLUMN):
        return "./" + document.target.removeprefix(COLUMN)
    return "../" + document.target.removeprefix("/zwgk/")


def links(night: int) -> list[page.Link]:
    """All links of the list: sixteen, and the report that was issued once more from night 3 on."""
    by_code = {d.code: (_relative(d), d.title, d.day) for d in QINGSHAN_REPORTS}
    twin = (_relative(Q08).replace(".html", "_wap.html"), Q08.title, Q08.day)
    other_twin = (_relative(Q09) + "?isMobile=false", Q09.title, Q09.day)
    elsewhere = (
        "https://mp.weixin.qq.com/s/fXq1",
        "青山县水利局2023年政府信息公开工作年度报告",
        "2024-01-11",
    )
    negatives = [
        ("./202401/t20240130_4752801.html", "青山县2023年政府网站工作年度报表", "2024-01-30"),
        ("./202401/t20240129_4752802.html", "青山县2023年度法治政府建设年度报告", "2024-01-29"),
        (
            "./202312/t20231211_4752803.html",
            "关于做好2023年政府信息公开工作年度报告编制和发布工作的通知",
            "2023-12-11",
        ),
    ]
    found = [by_code["q09"], other_twin, by_code["q01"], by_code["q02"], by_code["q10"], negatives[0]]
    found += [by_code["q06"], by_code["q07"], by_code["q03"], negatives[1], elsewhere, by_code["q05"]]
    found += [by_code["q04"], by_code["q08"], twin, negatives[2]]
    if night >= 3:
        found.insert(0, (_relative(Q02_REISSUED), Q02_REISSUED.title, Q02_REISSUED.day))
    return found


def _list(which: list[page.Link], count: int, index: int) -> bytes:
    pager = f'<script>createPageHTML({count}, {index}, "index", "html");</script>'
    middle = f'<div class="list"><ul class="xxgk">\n{page.list_items(which)}\n</ul>{pager}</div>'
    return page.page("政府信息公开年报", middle, crumb=["政府信息公开年报"]).encode()


@lru_cache(maxsize=64)
def detail(document: Document) -> bytes:
    """The page of a report."""
    links = ""
    if document.code in (Q02.code, Q02_REISSUED.code):
        name = f"{document.title}.docx"
        links = f'<p>附件：<a href="./{ATTACHED}" appendix="true" data-appendix="true" title="{name}" download="{name}">{name}</a></p>'
    if document.code == "q03":
        links = f'<p>附件：<a href="{FORBIDDEN}" appendix="true" title="x.pdf">办理流程.pdf</a></p>'
    middle = (
        f'<div class="article"><div class="xl-title">{page.heading(document)}</div>\n'
        f'<div class="xl-info">{document.filled(document.line)}</div>\n'
        f'<div class="view TRS_UEDITOR trs_paper_default trs_web">{bodies.content(document)}</div>\n{links}</div>'
        "<p>扫一扫在手机上查看当前页面</p>"
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb]).encode()


@dataclass(frozen=True)
class Qingshan:
    """Static files: validators on everything, 304 on match."""

    name: str = documents.QINGSHAN

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/robots.txt":
            rules = b"User-agent: *\nDisallow: /admin/\nCrawl-delay: 1\n"
            return file_reply(asked, rules, stamp("2020-01-01"), TEXT, compress=False)
        if path == COLUMN.rstrip("/"):
            return moved(COLUMN, 301)
        found = self._file(path, asked.night)
        if found is None:
            return not_found()
        body, day, hour = found
        return file_reply(
            asked, body, stamp(day, hour), TYPES[path.rpartition(".")[2] if "." in path else "html"]
        )

    @staticmethod
    def _file(path: str, night: int) -> tuple[bytes, str, int] | None:
        """Body, day and hour of change."""
        pages = {COLUMN: 0, f"{COLUMN}index.html": 0, f"{COLUMN}index_1.html": 1, f"{COLUMN}index_2.html": 2}
        if path in pages:
            everything = links(night)
            count = -(-len(everything) // PER_PAGE)
            first = pages[path] * PER_PAGE
            day = "2024-02-20" if night >= 3 else "2024-02-01"
            return _list(everything[first : first + PER_PAGE], count, pages[path]), day, 9
        for document in QINGSHAN_REPORTS:
            if path not in (document.target, document.target.replace(".html", "_wap.html")):
                continue
            if document.shape == "pdf":
                return bodies.pdf(document), document.day, 9
            if document == Q01 and night >= 3:
                return detail(Q01_CORRECTED), "2024-02-19", 9
            return detail(document), document.day, 9
        if path == Q02_REISSUED.target and night >= 3:
            return detail(Q02_REISSUED), Q02_REISSUED.day, 9
        for document in (Q02, Q02_REISSUED):
            if path == document.target.rpartition("/")[0] + f"/{ATTACHED}" and (
                document == Q02 or night >= 3
            ):
                return bodies.docx(document), document.day, 8
        return None


@dataclass(frozen=True)
class Closed:
    """A TRS site with two reports and a robots.txt that must keep crawlers out of all of it."""

    name: str
    robots: Reply

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return self.robots
        reports = [
            Document(f"{self.name}-{year}", self.name, f"{COLUMN}t{year}.html", "关山县人民政府", year,
                     f"{year + 1}-01-10", f"关山县人民政府{year}年政府信息公开工作年度报告")
            for year in (2022, 2023)
        ]  # fmt: skip
        if asked.path == COLUMN:
            return Reply(_list([(_relative(d), d.title, d.day) for d in reports], 1, 0))
        for document in reports:
            if asked.path == document.target:
                return Reply(detail(document))
        return not_found()


HOSTS = (
    Qingshan(),
    Closed(documents.ROBOTS_5XX, Reply(b"Internal Server Error", 500, content_type="text/plain")),
    Closed(documents.ROBOTS_ALL, Reply(b"User-agent: *\nDisallow: /\n", content_type="text/plain")),
)
