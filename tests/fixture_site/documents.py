"""The reports of the fixture web: who reports about which year, where it lies, and what is odd about it.

Belongs here: facts about documents, as data. Does not belong here: their text (`bodies`), the page round it
and the lists that lead to it (`hosts`).

Which document carries which oddity that real sites have:

| oddity                                         | documents                                               |
|------------------------------------------------|---------------------------------------------------------|
| meta elements missing / in lower case          | q04, n2021 / q03                                        |
| meta elements that contradict the page         | q06 (1970), l2022 (frozen date, site's name appended)   |
| `t19700101_…` in the address                   | q06                                                     |
| table with 索引号 / 索 引 号 above the text     | n2019…n2024 / y2019…y2023                               |
| 2020 report dated 2024                         | q07                                                     |
| title without a year                           | q08                                                     |
| year in the title's second line                | y2020                                                   |
| issuer only in the breadcrumb                  | q05                                                     |
| `<meta name="ContentStart">` inside the body   | y2019…y2023                                             |
| tables as pictures                             | s2022                                                   |
| report only in an attachment                   | y2021 (PDF), s2021 (DOCX), j2022 (PDF on another host)  |
| report only as a PDF, without a page           | q10                                                     |
| tables of 2019 in a 2023 report                | s2023                                                   |
| title 2025, introduction 2024                  | q09                                                     |
| several dates                                  | q07, n2023, n2022                                       |
| a column that is the article                   | s-column                                                |
| 来源 时间 | 信息来源 发布时间 | 录入 更新时间    | q01 | q02 | q03                                         |
| 发布机构 发布日期 | 责任部门 生成日期            | q04 | q07                                               |
| 来　源 (U+3000 inside)                          | q05                                                     |
| 发文机关 公文生成日期 文号 | 信息提供日期        | n2023 | n2022                                           |
| separators : and ： and a cell                  | q01, q02, y…/n…                                         |
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

QINGSHAN = "www.qingshan-fx.gov.cn"
YUNHE = "www.yunhe-fx.gov.cn"
YUNHE2 = "www.yunhe2-fx.gov.cn"
NANPU = "www.nanpu-fx.gov.cn"
NANPU_NEW = "www.nanpu-new-fx.gov.cn"
SHUIXI = "www.shuixi-fx.gov.cn"
LINAN = "www.linan-fx.gov.cn"
HUAIYANG = "www.huaiyang-fx.gov.cn"
JINHE = "www.jinhe-fx.gov.cn"
JINHE_FILES = "oss.jinhe-fx.gov.cn"
OBSTACLE = "www.obstacle-fx.gov.cn"
ROBOTS_5XX = "www.robots5xx-fx.gov.cn"
ROBOTS_ALL = "www.robotsall-fx.gov.cn"
DOWN = "www.down-fx.gov.cn"
MIRRORS = ("www.qingshan-fx.gov.cn.mirror-fx.com", "mirror-fx.com")

Shape = Literal["page", "pdf", "page_with_pdf", "page_with_docx", "page_with_pictures"]
Cells = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Document:
    """A report. code: of this table. target: path and query on its host. agency, year: who reports about what.
    title: as lists print it; printed_title: as its own page does (may hold a line break). day: of publication,
    ISO 8601. form: of its tables. shape: how page and report go together. line: labels below the title. meta:
    how its meta elements are. crumb: what the breadcrumb ends with. text_year: the year that its introduction
    names. cells: numbers that are set, all others are drawn from agency and year. named_in_text: whether its
    own text says who reports.
    """

    code: str
    host: str
    target: str
    agency: str
    year: int
    day: str
    title: str
    shape: Shape = "page"
    form: str = "form_2021"
    printed_title: str | None = None
    line: str = "来源：{agency} 发布时间：{day} 09:30"
    meta: Literal["present", "missing", "lower", "contradicting"] = "present"
    crumb: str = "政府信息公开年报"
    text_year: int | None = None
    cells: Cells = ()
    named_in_text: bool = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}{self.target}"

    @property
    def heading(self) -> str:
        """The title as its page prints it."""
        return self.printed_title or self.title

    @property
    def number(self) -> str:
        """32 hex digits that name it."""
        return hashlib.md5(self.code.encode()).hexdigest()

    def filled(self, text: str) -> str:
        """`text` with its placeholders filled in."""
        return text.format(agency=self.agency, day=self.day, year=self.year)


def _title(agency: str, year: int) -> str:
    return f"{agency}{year}年政府信息公开工作年度报告"


def _form(year: int) -> str:
    return "form_2021" if year >= 2021 else "form_2019"


# All numbers of the three reports that are corrected are set, so that it is known what a correction changes.
def _requests(received: int, granted: int, carried_in: int = 0) -> Cells:
    """Requests of natural persons and the total column; what was not granted is carried out."""
    rows = {
        "new_received": received,
        "carried_in": carried_in,
        "granted": granted,
        "total_handled": granted,
        "carried_out": received + carried_in - granted,
    }
    return tuple(
        (f"t3.{row}.{column}", n) for row, n in rows.items() for column in ("natural_person", "total")
    )


_TRS = "/zwgk/zfxxgknb"


def _trs(code: str, agency: str, year: int, path: str, day: str, **more: object) -> Document:
    made = Document(code, QINGSHAN, path, agency, year, day, _title(agency, year), form=_form(year))
    return replace(made, **more)  # type: ignore[arg-type]


Q01 = _trs(
    "q01", "青山县人民政府办公室", 2023, f"{_TRS}/202401/t20240116_4752701.html", "2024-01-16",
    line="来源:{agency} 时间:{day} 15:47", cells=_requests(12, 12),
)  # fmt: skip
Q02 = _trs(
    "q02", "青山县财政局", 2023, f"{_TRS}/202401/t20240115_4752702.html", "2024-01-15",
    line="信息来源：{agency}　发布时间：{day}", cells=(*_requests(5, 3, 1), ("t2_5.admin_license.decisions", 40)),
)  # fmt: skip
Q08 = _trs(
    "q08", "青山县市府东路街道", 2024, f"{_TRS}/202501/t20250110_12886030.html", "2025-01-10",
    title="青山县市府东路街道政府信息公开工作年度报告",
)  # fmt: skip
Q09 = _trs(
    "q09", "青山县人民政府", 2025, f"{_TRS}/202601/t20260109_5269368.html", "2026-01-09", text_year=2024
)
Q10 = _trs(
    "q10", "青山县农业农村局", 2023, f"{_TRS}/202401/P020240118512345678901.pdf", "2024-01-18", shape="pdf"
)
QINGSHAN_REPORTS = (
    Q01,
    Q02,
    _trs("q03", "青山县教育局", 2022, f"{_TRS}/202301/t20230118_4610003.html", "2023-01-18",
         line="录入：{agency} 更新时间：{day} 10:11", meta="lower"),
    _trs("q04", "青山县公安局", 2021, f"{_TRS}/202201/t20220124_4297424.html", "2022-01-24",
         line="发布机构：{agency} 发布日期：{day}", meta="missing"),
    _trs("q05", "青山县林业局", 2022, f"{_TRS}/202301/t20230119_4610005.html", "2023-01-19",
         line="来　源：本站 发布日期：{day}", title="2022年政府信息公开工作年度报告", crumb="青山县林业局",
         named_in_text=False),
    _trs("q06", "青山县统计局", 2023, f"{_TRS}/202401/t19700101_3441457.html", "2024-01-22",
         line="发布时间：{day} 10:20 来源：{agency}", meta="contradicting"),
    _trs("q07", "青山县民政局", 2020, "/zwgk/bmndbg/202401/t20240118_4752707.html", "2024-01-18",
         line="责任部门：{agency} 生成日期：2021-01-20 发布日期：{day}"),
    Q08,
    Q09,
    Q10,
)  # fmt: skip
#: Night 3: the same address with other numbers, and a report issued once more at a new one.
Q01_CORRECTED = replace(Q01, cells=_requests(14, 14))
Q02_REISSUED = replace(
    Q02, code="q02-reissued", target=f"{_TRS}/202402/t20240220_4760001.html", day="2024-02-20",
    title=f"{Q02.title}(更正)", cells=(*_requests(5, 3, 1), ("t2_5.admin_license.decisions", 46)),
)  # fmt: skip


_Y = "东河区自然资源局"


def _yunhe(year: int, number: int, **more: object) -> Document:
    made = Document(
        f"y{year}", YUNHE, f"/art/{year + 1}/1/15/art_1229000001_{number}.html", _Y, year, f"{year + 1}-01-15",
        _title(_Y, year), form=_form(year),
        line="发布日期:{day} 14:42 访问次数:{{visits}} 信息来源:{agency}",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


Y2019 = _yunhe(2019, 31205)
YUNHE_REPORTS = (
    _yunhe(2023, 67985),
    _yunhe(2022, 61204),
    _yunhe(2021, 54417, shape="page_with_pdf"),
    _yunhe(
        2020,
        43011,
        title=f"{_Y}政府信息公开工作年度报告(2020年)",
        printed_title=f"{_Y}政府信息公开工作年度报告\n(2020年)",
    ),
    Y2019,
)


_N = "南浦区江口街道办事处"


def _nanpu(year: int, number: int, **more: object) -> Document:
    made = Document(
        f"n{year}", NANPU, f"/jd/gkmlpt/content/{number // 1_000_000}/{number // 1000}/post_{number}.html", _N,
        year, f"{year + 1}-01-20", _title(_N, year), form=_form(year), line="发布日期：{day} 浏览次数：-",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


NANPU_REPORTS = (
    _nanpu(2024, 11960204),
    _nanpu(
        2023,
        10752310,
        line="发文机关：{agency} 公文生成日期：2024-01-12 文号：南江街〔2024〕3号 发布日期：{day}",
    ),
    _nanpu(2022, 9998877, line="信息提供日期：{day} 来源：{agency}"),
    _nanpu(2021, 9107754, meta="missing"),
    _nanpu(2020, 8526627),
    _nanpu(2019, 7433001),
)


_S = "水西县人民政府办公室"


def _shuixi(year: int, number: int, **more: object) -> Document:
    made = Document(
        f"s{year}", SHUIXI, f"/info/1055/{number}.htm", _S, year, f"{year + 1}-01-18", _title(_S, year),
        form=_form(year), line="发布时间：{day} 来源：{agency} 点击：{{visits}}",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


S2021 = _shuixi(2021, 2101, shape="page_with_docx")
S2022 = _shuixi(2022, 2245, shape="page_with_pictures")
#: Night 3.
S2024 = _shuixi(2024, 2502)
S_COLUMN = Document(
    "s-column", SHUIXI, "/zfxxgk/n2022n/xz/zgz.htm", "水西县青石镇人民政府", 2022, "2023-01-28",
    _title("水西县青石镇人民政府", 2022), line="{day} (点击: {{visits}} )",
)  # fmt: skip
SHUIXI_REPORTS = (
    _shuixi(2023, 2345, form="form_2019"),
    S2022,
    S2021,
    _shuixi(2020, 1980),
    _shuixi(2019, 1802),
    S_COLUMN,
)


_L = "临南市商务局"


def _linan(year: int, name: str, **more: object) -> Document:
    made = Document(
        f"l{year}", LINAN, f"/linan/c100186/{year + 1}01/{name}.shtml", _L, year, f"{year + 1}-01-22",
        _title(_L, year), form=_form(year), line="发布时间：{day} 信息来源：{agency}",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


L2020 = _linan(2020, "72a063bb44c14bccb5f2d83cc84e05ad")
LINAN_REPORTS = (
    _linan(2023, "e0d2c4b15a3f4c1f9d6b7a8890c1d2e3"),
    _linan(2022, "c01_868731", meta="contradicting"),
    _linan(2021, "aa4579c66c524f3d8e816a3bcfed5a3b"),
    L2020,
    _linan(2019, "157a95c3e64f41039bb3beb14dbc7638"),
)


_H = "怀阳县中都街道办事处"


def _huaiyang(year: int, **more: object) -> Document:
    made = Document(
        f"h{year}", HUAIYANG, f"/public/column/161000001?type=3&action=detail&nav=3&title={year}", _H, year,
        f"{year + 1}-01-25", _title(_H, year), form=_form(year),
        line="发布时间：{day} 信息来源：{agency} 阅读次数：{{visits}} 字体：【大 中 小】",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


H2023 = _huaiyang(2023, cells=_requests(7, 7))
HUAIYANG_REPORTS = (H2023, *(_huaiyang(year) for year in (2022, 2021, 2020, 2019)))
#: Night 3: the record of a year is replaced at its address.
H2023_REPLACED = replace(H2023, day="2024-03-05", cells=_requests(8, 7))


_J = "金河县市场监督管理局"


def _jinhe(year: int, **more: object) -> Document:
    number = hashlib.md5(f"jinhe{year}".encode()).hexdigest()
    made = Document(
        f"j{year}", JINHE, f"/col/col1229743683/art/{year + 1}/art_{number}.html", _J, year, f"{year + 1}-01-12",
        _title(_J, year), form=_form(year), line="发布日期：{day} 16:05 信息来源：{agency}",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


J2022 = _jinhe(2022, shape="page_with_pdf")
JINHE_REPORTS = (_jinhe(2023), J2022, _jinhe(2021), _jinhe(2020))

#: What stands on the web on night 1, and so on night 2.
FIRST_NIGHT = (
    *QINGSHAN_REPORTS,
    *YUNHE_REPORTS,
    *NANPU_REPORTS,
    *SHUIXI_REPORTS,
    *LINAN_REPORTS,
    *HUAIYANG_REPORTS,
    *JINHE_REPORTS,
)
