"""JCMS jpage: yunhe, which obeys startrecord, and yunhe2, a copy of it that only obeys page.

Belongs here: datastores, dataproxy.jsp, details with content marks, downfile.jsp. No validators anywhere, and
a visit counter and the server's time on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tests.fixture_site import bodies, documents
from tests.fixture_site.documents import Y2019, YUNHE_REPORTS, Document
from tests.fixture_site.hosts import page
from tests.fixture_site.replies import TYPES, not_found
from tests.fixture_site.server import Answer, Asked, Reply

COLUMN = "1229000001"
UNIT = "345950"
WEB = "89"
LIST = f"/col/col{COLUMN}/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
DOWNLOAD = "/module/download/downfile.jsp"
EMBEDDED = 6


def _records() -> list[str]:
    """The seven records, each in another hand."""
    guide = ("/art/2023/3/1/art_1229000001_62000.html", "东河区自然资源局政府信息公开指南", "2023-03-01")
    points = ("/art/2023/4/6/art_1229000001_62300.html", "东河区2023年政务公开工作要点", "2023-04-06")
    y23, y22, y21, y20, y19 = ((d.target, d.title, d.day) for d in YUNHE_REPORTS)
    short = y22[1][:12] + "..."
    return [
        "<li><a href='{}' title='{}' target=\"_blank\">{}</a><span>{}</span></li>".format(
            *y23[:2], y23[1], y23[2]
        ),
        f'<li><a title="{y22[1]}" href="{y22[0]}" target="_blank">{short}</a><span>{y22[2]}</span></li>',
        f'<li><a href="{guide[0]}" title="{guide[1]}">{guide[1]}</a><b>{guide[2]}</b></li>',
        f'<li><a target="_blank" href="{y21[0]}">{y21[1]}</a><span>{y21[2]}</span></li>',
        f"<li><a href='{y20[0]}' title=\"{y20[1]}\">{y20[1]}</a><span>{y20[2]}</span></li>",
        f'<li><a href="{points[0]}" title="{points[1]}">{points[1]}</a><span>{points[2]}</span></li>',
        f'<li><a href="{y19[0]}" class="bt_link" title="{y19[1]}">{y19[1]}</a><span>{y19[2]}</span></li>',
    ]


RECORDS = _records()


def _recordset(records: list[str]) -> str:
    found = "\n".join(f"<record><![CDATA[{record}]]></record>" for record in records)
    return f"<recordset>\n{found}\n</recordset>"


@dataclass(frozen=True)
class Jpage:
    """dialect: "startrecord", or "page"."""

    name: str
    dialect: str

    def answer(self, asked: Asked) -> Answer:
        reply = self._answer(asked)
        # both name the host, so that a cookie that crossed to another one is seen there
        reply.headers.append(("Set-Cookie", f"JSESSIONID={self.name}; Path=/; HttpOnly"))
        reply.headers.append(("Set-Cookie", f"track={self.name}; Domain=.gov.cn; Path=/"))
        return reply

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == LIST:
            return Reply(self._list(asked).encode())
        if asked.path == PROXY:
            return self._more(asked)
        if asked.path == DOWNLOAD:
            return _download(asked)
        for document in YUNHE_REPORTS:
            if asked.path == document.target:
                gone = asked.night >= 3 and self.name == documents.YUNHE and document == Y2019
                return not_found() if gone else Reply(_detail(document, asked).encode())
        return not_found()

    def _list(self, asked: Asked) -> str:
        name = quote("东河区人民政府")
        following = (
            f"{PROXY}?page=1&webid={WEB}&path=http://{self.name}/&columnid={COLUMN}&unitid={UNIT}"
            f"&webname={name}&permissiontype=0"
        )
        middle = (
            f'{page.clock(asked)}<div id="{UNIT}" class="default_pgContainer"></div>\n'
            '<script src="/script/jquery.js"></script>'
            f'<script type="text/javascript">$("#{UNIT}").jpage({{perPage:2,totalRecord:7,proxyUrl:"{PROXY}"}});</script>\n'
            f'<script type="text/xml"><datastore>\n<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>\n'
            f"{_recordset(RECORDS[:EMBEDDED])}</datastore></script>"
        )
        return page.page("政府信息公开年报", middle, crumb=["政府信息公开年报"])

    def _more(self, asked: Asked) -> Reply:
        fields = {**asked.query, **asked.form}
        if self.dialect == "page":
            number = int(fields.get("page") or "1")
            pages = [RECORDS[:EMBEDDED], RECORDS[EMBEDDED:]]
            records = pages[min(max(number, 1), len(pages)) - 1]
        else:
            wanted = {"columnid": COLUMN, "unitid": UNIT, "webid": WEB}
            if asked.method != "POST" or any(asked.form.get(key) != value for key, value in wanted.items()):
                return Reply(b"Bad Request", 400)
            first, last = int(fields.get("startrecord", "1")), int(fields.get("endrecord", "6"))
            records = RECORDS[first - 1 : last]
        store = f"<datastore><totalrecord>{len(RECORDS)}</totalrecord><totalpage>4</totalpage>{_recordset(records)}</datastore>"
        return Reply(store.encode(), content_type="text/xml; charset=UTF-8")


def _download(asked: Asked) -> Reply:
    for document in YUNHE_REPORTS:
        if document.shape == "page_with_pdf" and asked.query.get("filename") == f"{document.number}.pdf":
            # the real name stands here as raw UTF-8 bytes
            name = f'attachment; filename="{document.title}.pdf"'
            return Reply(
                bodies.pdf(document), headers=[("Content-Disposition", name)], content_type=TYPES["pdf"]
            )
    return not_found()


def _detail(document: Document, asked: Asked) -> str:
    facts = {
        "索 引 号": f"H002/{document.year + 1}-00083",
        "成文日期": document.day,
        "发布机构": document.agency,
        "公开方式": "主动公开",
    }
    cells = "".join(f"<td>{label}</td><td>{value}</td>" for label, value in facts.items())
    attached = ""
    if document.shape == "page_with_pdf":
        target = f"{DOWNLOAD}?classid=0&filename={document.number}.pdf&showname={quote(document.title)}.pdf"
        attached = f'<p>附件：<a href="{escape(target)}">{document.title}.pdf</a></p>'
    # meta elements inside the body: a parser that hoists them, or closes the div at them, loses the text
    middle = (
        f'{page.clock(asked)}<table class="xxgk"><tr>{cells}</tr></table>\n{page.heading(document)}\n'
        f'<div class="info">{page.hits(document.filled(document.line), asked)}</div>\n'
        '<div id="zoom"><!--<$[信息内容]>begin--><!--ZJEG_RSS.content.begin--><meta name="ContentStart">'
        f'{bodies.content(document)}{attached}<meta name="ContentEnd"><!--ZJEG_RSS.content.end-->'
        "<!--<$[信息内容]>end--></div>"
    )
    return page.page(document.title, middle, head=page.meta(document), crumb=[document.crumb])


HOSTS = (Jpage(documents.YUNHE, "startrecord"), Jpage(documents.YUNHE2, "page"))
