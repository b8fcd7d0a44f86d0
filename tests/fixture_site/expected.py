"""What a crawler must make of the fixture web, as data.

Belongs here: numbers and outcomes, night by night and route by route. Does not belong here: code that checks a
crawl against them; `manners` reads the server's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ingestion.crawl.model import Kind
from ingestion.crawl.outcomes import Outcome
from tests.fixture_site.documents import (
    H2023,
    HUAIYANG,
    JINHE,
    JINHE_FILES,
    L2020,
    LINAN,
    NANPU,
    NANPU_NEW,
    OBSTACLE,
    Q01,
    Q02_REISSUED,
    Q10,
    QINGSHAN,
    QINGSHAN_REPORTS,
    ROBOTS_5XX,
    ROBOTS_ALL,
    S2024,
    SHUIXI,
    Y2019,
    YUNHE,
    YUNHE2,
)
from tests.fixture_site.hosts import gkmlpt, jpaas, jpage, kaipuyun, trs, vsb
from tests.fixture_site.obstacles import bytewise, charsets, files, heads, redirects, routes, traps

# --- night 1 -------------------------------------------------------------------------------------------------

#: Documents that are reports and were not known, by host of their list.
REPORTS = {
    QINGSHAN: 10,
    YUNHE: 5,
    YUNHE2: 0,  # five addresses of yunhe's documents, whichever of the two was asked first
    NANPU: 6,
    SHUIXI: 6,
    LINAN: 5,
    HUAIYANG: 5,
    JINHE: 4,
    OBSTACLE: 0,
    ROBOTS_5XX: 0,
    ROBOTS_ALL: 0,
}
TOTAL = 41
#: Addresses of known documents on another host.
DUPLICATES = 5
#: Different addresses among the links of each host's lists, after twins have been put together.
LINKS = {QINGSHAN: 14, YUNHE: 7, YUNHE2: 7, NANPU: 8, SHUIXI: 8, LINAN: 6, HUAIYANG: 5, JINHE: 4}
#: Links whose title says report, on hosts that are not registered.
REFUSED_LINKS = ("https://mp.weixin.qq.com/s/fXq1", gkmlpt.ELSEWHERE)
#: The attachment that robots.txt forbids.
ROBOTS_LINK = f"http://{QINGSHAN}{trs.FORBIDDEN}"
#: Attachments and pictures that are fetched, by the host that has them.
PARTS = {QINGSHAN: 1, YUNHE: 1, SHUIXI: 4, JINHE_FILES: 1}

# --- night 2: nothing has changed ----------------------------------------------------------------------------

#: Known documents that the server itself says are unchanged: the details of qingshan and its PDF.
UNCHANGED_304 = tuple(document.url for document in QINGSHAN_REPORTS)
#: So it may be with nanpu's, which have a Last-Modified that counts; all others come whole and are the same.
HOST_MAY_304 = NANPU

# --- night 3 -------------------------------------------------------------------------------------------------

CHANGED = (Q01.url, H2023.url)
#: The first is linked to its issuer and year, which are those of q02.
NEW = (Q02_REISSUED.url, S2024.url)
GONE_SUSPECT = (Y2019.url, L2020.url)
#: Asks to be left alone for an hour; at most one request after its first 503, and no state changes.
DEFERRED = JINHE
#: The known documents of the first host answer at the second, which the record names as its alias.
MOVED = (NANPU, NANPU_NEW)
#: (agency, year) -> cell -> (before, after): what the changelog must say after night 3, and nothing else.
CORRECTIONS: dict[tuple[str, int], dict[str, tuple[int, int]]] = {
    ("青山县人民政府办公室", 2023): {
        "t3.new_received.natural_person": (12, 14),
        "t3.new_received.total": (12, 14),
        "t3.granted.natural_person": (12, 14),
        "t3.granted.total": (12, 14),
        "t3.total_handled.natural_person": (12, 14),
        "t3.total_handled.total": (12, 14),
    },
    ("青山县财政局", 2023): {"t2_5.admin_license.decisions": (40, 46)},
    ("怀阳县中都街道办事处", 2023): {
        "t3.new_received.natural_person": (7, 8),
        "t3.new_received.total": (7, 8),
        "t3.carried_out.natural_person": (0, 1),
        "t3.carried_out.total": (0, 1),
    },
}

# --- manners -------------------------------------------------------------------------------------------------

#: Paths that want the Referer of the page that a reader would have come from.
WITH_REFERER = (
    jpage.PROXY,
    jpage.DOWNLOAD,
    f"{gkmlpt.BASE}/api/",
    kaipuyun.SEARCH,
    jpaas.UNIT,
    jpaas.FILE,
    vsb.DOWNLOAD,
    "/__local/",
    Q10.target,
)
#: Seconds between two requests, where robots.txt asks for more than a publisher's record.
CRAWL_DELAY = {QINGSHAN: 1.0}


# --- obstacles -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """One request to the host of obstacles. outcomes: of which its answer has one. requests: the least and the
    most that reach the host for it, robots.txt not counted. referer: whether one is sent. says: text of the
    decoded body. gap: least seconds from the end of the first request to the start of the second.
    """

    target: str
    outcomes: tuple[Outcome, ...]
    requests: tuple[int, int] = (1, 1)
    kind: Kind = "page"
    referer: bool = True
    says: str | None = None
    gap: float = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{OBSTACLE}{self.target}"


def _route(
    target: str,
    *outcomes: Outcome,
    requests: int | tuple[int, int] = 1,
    says: str | None = None,
    gap: float = 0,
) -> Route:
    span = (requests, requests) if isinstance(requests, int) else requests
    return Route(target, outcomes, span, says=says, gap=gap)


def _file(target: str, outcome: Outcome = Outcome.OK, *, referer: bool = True) -> Route:
    return Route(target, (outcome,), kind="file", referer=referer)


_FINE = routes.SENTENCE
CHARSETS = tuple(_route(path, Outcome.OK, says=charsets.TEXT) for path in charsets.ROUTES)
STATES = (
    _route("/s/soft404", Outcome.SOFT404),
    _route("/s/home", Outcome.SOFT404, requests=(1, 2)),
    _route("/s/maint", Outcome.BLOCKED_MAINTENANCE),
    _route("/s/empty", Outcome.EMPTY),
    _route("/w/521", Outcome.BLOCKED_JSL),
    _route("/w/521b", Outcome.BLOCKED_JSL),
    _route("/w/412", Outcome.BLOCKED_RS),
    _route("/w/202", Outcome.BLOCKED_RS),
    _route("/w/200js", Outcome.BLOCKED_SUSPECT),
    _route("/r/429", Outcome.OK, requests=2, says=_FINE, gap=1),
    _route("/r/503date", Outcome.OK, requests=2, says=_FINE, gap=1),
    _route("/r/503far", Outcome.DEFERRED),
    _route("/r/503far-seconds", Outcome.DEFERRED),
    _route("/r/500", Outcome.OK, requests=3, says=_FINE),  # the second gap is longer than the first
    _route("/r/reset", Outcome.CONNECTION_ERROR, requests=(2, 4)),
    _route("/r/refuse", Outcome.CONNECTION_ERROR, requests=(2, 4)),
)
BYTES = (
    _route("/b/drip", Outcome.TIMEOUT),
    _route("/b/headerdrip", Outcome.TIMEOUT),
    _route("/b/endless", Outcome.TOO_BIG),
    _route("/b/bomb", Outcome.TOO_BIG),  # the process grows by less than 60 MB
    _route("/b/short", Outcome.TRUNCATED, requests=(1, 4)),
    _route("/b/long", Outcome.OK, says=bytewise.TEN.decode()),  # these ten bytes and no more
    _route("/b/gziplie", Outcome.DECODE_ERROR),
)
#: Heads that our client does not take; all others it does.
REFUSED_HEADS = frozenset(
    {
        "space-before-colon",
        "no-colon",
        "nul",
        "other-length-twice",
        "negative-length",
        "bad-chunk",
        "no-head",
        "letters-for-status",
    }
)
HEADS = tuple(
    _route(f"/h/{name}", Outcome.PROTOCOL_ERROR, requests=(1, 2))
    if name in REFUSED_HEADS
    else _route(f"/h/{name}", Outcome.OK, says=_FINE)
    for name in heads.HEADS
)
REDIRECTS = (
    *(_route(path, Outcome.REFUSED_GUARD) for path in redirects.FORBIDDEN),
    _route("/x/loop", Outcome.REDIRECT_LOOP, requests=2),
    _route("/x/long", Outcome.TOO_MANY_REDIRECTS, requests=(5, 6)),
    _route("/x/case", Outcome.OK, requests=2, says=_FINE),  # the answer's hops name both addresses
    _route("/x/httpsdown", Outcome.CONNECTION_ERROR, requests=(1, 4)),
    _route("/x/meta", Outcome.OK, says=_FINE),  # whoever reads the page goes on to redirects.LANDED, once
    _route("/x/js", Outcome.OK, says=_FINE),  # nobody goes on
)
_NEWS = f"{files.DOWNLOAD}?urltype=news.DownloadAttachUrl&owner=1&wbfileid="
#: One document under two addresses; its name stands in showname.
SAME_FILE = (
    f"{files.DOWNFILE}?classid=0&filename={files.HEX}.pdf&showname={quote(files.SHOWN)}",
    f"{files.DOWNFILE}?showname={quote(files.SHOWN)}&filename={files.HEX}.pdf&classid=0",
)
FILES = (
    _file("/f/a.pdf", Outcome.SOFT404),
    _file("/f/noext"),
    _file("/f/rtf.doc"),
    _file("/f/html.doc"),
    _file("/f/x.wps"),
    *(_file(path) for path in files.DISPOSITIONS),
    _file(f"{_NEWS}A", Outcome.SOFT404, referer=False),
    _file(f"{_NEWS}A"),
    _file(f"{_NEWS}B", Outcome.BLOCKED_CAPTCHA),
    *(_file(target) for target in SAME_FILE),
    # who opens them refuses the first, and reads no file of his own for the second
    Route("/f/bomb.docx", (Outcome.OK, Outcome.REFUSED_FILE), kind="file"),
    Route("/f/xxe.docx", (Outcome.OK, Outcome.REFUSED_FILE), kind="file"),
    _route("/f/deep.html", Outcome.OK),
)
#: What the bytes of a file are, whatever it is called.
SNIFFED = {
    "/f/noext": "application/pdf",
    "/f/rtf.doc": "application/rtf",
    "/f/html.doc": "text/html",
    "/f/x.wps": "application/msword",
    f"{_NEWS}A": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
#: Display names; of cd5 there are at most 150 bytes, and it still ends in .pdf.
NAMES = {
    "/f/cd1": "x",
    "/f/cd2": "y.doc",
    "/f/cd3": "年度报告.pdf",
    "/f/cd4": "年度报告.pdf",
    "/f/cd6": "abfdp.exe",
}
ROUTES = (*CHARSETS, *STATES, *BYTES, *HEADS, *REDIRECTS, *FILES)
#: List -> most pages of it that are asked for, and different addresses among its links.
TRAPS = {traps.ENDLESS: (2, 2), traps.SESSIONS: (1, 1), traps.COMMANDS: (1, 1)}
