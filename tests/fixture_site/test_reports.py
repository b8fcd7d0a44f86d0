"""The reports of the fixture web: our own reader reads each kind, and corrections change what they should."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from ingestion.extract.companions import Companion
from ingestion.extract.sniff import sniff
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading
from tests.fixture_site import (
    FixtureSite,
    bodies,
    expected,
)
from tests.fixture_site.documents import (
    FIRST_NIGHT,
    H2023,
    H2023_REPLACED,
    Q01,
    Q01_CORRECTED,
    Q02,
    Q02_REISSUED,
    Q10,
    S2021,
    S2022,
    SHUIXI,
    Document,
)
from tests.fixture_site.visitor import Visitor, run, visiting


def test_forty_one_reports_are_all_different_filings() -> None:
    assert len(FIRST_NIGHT) == expected.TOTAL == sum(expected.REPORTS.values())
    assert (
        len({(d.agency, d.year) for d in FIRST_NIGHT}) == len({d.url for d in FIRST_NIGHT}) == expected.TOTAL
    )
    for host, number in expected.REPORTS.items():
        assert sum(d.host == host for d in FIRST_NIGHT) == number


@dataclass
class Fetched:
    """Companions of a page, asked from the host itself."""

    page: str
    site: FixtureSite
    asked: dict[str, bytes] = field(default_factory=dict)

    def find(self, reference: str) -> Companion | None:
        data = self.asked.get(urljoin(self.page, reference))
        if data is None:
            return None
        name = urlsplit(reference).path.rpartition("/")[2]
        return Companion(reference, name, hashlib.sha256(data).hexdigest(), data)


async def _read(visitor: Visitor, document: Document) -> Reading:
    answer = await visitor.get(document.url)
    page = answer.content.decode("gb18030", "replace") if document.host == SHUIXI else answer.text
    known = Fetched(document.url, visitor.site)  # type: ignore[arg-type]
    for reference in re.findall(
        r'<(?:img|a)[^>]* (?:src|href)="([^"]+)"', page if document.shape != "pdf" else ""
    ):
        url = urljoin(document.url, reference.replace("&amp;", "&"))
        if re.search(r"\.(pdf|docx|png)|wbfileid", url):
            part = await visitor.get(url, headers={"Referer": document.url})
            known.asked[urljoin(document.url, reference)] = known.asked[url] = part.content
    name = document.target.rpartition("/")[2].partition("?")[0]
    return read_snapshot(answer.content, name, companions=known)


ONE_OF_EACH = {d.code: d for d in FIRST_NIGHT if d.code in {"q03", "q05", "q08", "q09", "n2019", "l2022", "y2020"}} | {
    "q02 (docx beside it)": Q02, "q10 (pdf)": Q10, "y2021 (pdf attached)": next(d for d in FIRST_NIGHT if d.code == "y2021"),
    "s2021 (docx attached)": S2021, "s2023 (tables of 2019)": next(d for d in FIRST_NIGHT if d.code == "s2023"),
    "j2022 (pdf on another host)": next(d for d in FIRST_NIGHT if d.code == "j2022"), "h2023": H2023,
}  # fmt: skip


@run
async def test_our_reader_reads_one_report_of_each_kind() -> None:
    async with visiting(FixtureSite()) as visitor:
        for label, document in ONE_OF_EACH.items():
            reading = await _read(visitor, document)
            # the issuer of q05 stands in its breadcrumb alone, where the crawler looks and the reader does not
            agency = document.agency if document.named_in_text else None
            assert (label, reading.headline.agency, reading.headline.report_year) == (
                label,
                agency,
                document.year,
            )
            gold = bodies.told(document).gold
            assert reading.form == document.form
            assert {key: cell.value for key, cell in reading.cells.items()} == gold, label


@run
async def test_tables_of_s2022_are_pictures() -> None:
    async with visiting(FixtureSite()) as visitor:
        page = await visitor.html(S2022.url)
        pictures = re.findall(r'<img src="([^"]+)"', page)
        assert len(pictures) == 3 and "<table" not in page
        for reference in pictures:
            assert sniff((await visitor.get(urljoin(S2022.url, reference))).content) == "image/png"


@run
async def test_corrections_are_those_that_are_expected() -> None:
    async with visiting(FixtureSite(1)) as visitor:
        for before, after in ((Q01, Q01_CORRECTED), (Q02, Q02_REISSUED), (H2023, H2023_REPLACED)):
            visitor.site.night = 1
            old = await _read(visitor, before)
            visitor.site.night = 3
            new = await _read(visitor, after)
            assert (new.headline.agency, new.headline.report_year) == (before.agency, before.year)
            changed = {
                key: (int(cell.value or 0), int(new.cells[key].value or 0))
                for key, cell in old.cells.items()
                if cell.value != new.cells[key].value
            }
            assert changed == expected.CORRECTIONS[before.agency, before.year]


def test_bodies_are_the_same_when_they_are_made_again() -> None:
    def made() -> list[object]:
        return [bodies.content(Q01), bodies.pdf(Q10), bodies.docx(S2021), bodies.pictures(S2022)]

    first = made()
    for cache in (bodies.told, bodies.pdf, bodies.docx, bodies.pictures):
        cache.cache_clear()
    assert made() == first
