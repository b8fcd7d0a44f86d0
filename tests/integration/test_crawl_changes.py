"""What becomes of a site that changes from night to night in ways that the big fixture does not have."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingestion.catalog.publishers import Alias
from tests.integration.crawled_site import (
    LIST,
    Site,
    a_publisher,
    listed,
    never,
    page,
    plan,
    report,
    site_at,
    title,
)
from tests.unit.crawl.servers import HOST, reply, to

A, B, C = "/zwgk/a.html", "/zwgk/b.html", "/zwgk/c.html"
PDF = reply(b"%PDF-1.4\n" + b"x" * 400, kind="application/pdf")
GONE = reply(b"<p>404</p>", 404)


def two_reports(folder: Path, **more: object) -> Site:
    """A list of two, and the first night over it."""
    pages = {LIST: listed((A, title(2023)), (B, title(2022))), A: report(2023), B: report(2022)}
    site = site_at(folder, pages, **more)  # type: ignore[arg-type]
    assert site.one_night("n1").outcomes == {"new": 2}
    return site


def quiet(night: str) -> object:
    """A night on which nothing is due but the list."""
    return plan(night, whole=never, recheck=never)


# --- a page in the document's place -------------------------------------------------------------------


def test_an_error_page_without_the_words_of_one_is_told_by_comparison(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    error = page("某县政府", "<p>您要的内容已经搬走，请返回。</p>")
    impossible = f"/{hashlib.sha256(f'n2 http://{HOST}'.encode()).hexdigest()[:16]}.html"
    site.pages |= {A: error, B: error, impossible: error}
    assert site.one_night("n2").outcomes == {"gone_suspect": 2}
    assert site.asked.count(impossible) == 1
    assert {document.sha256 for document in site.documents()} and not any(
        document.changed_night for document in site.documents()
    )
    site.pages |= {A: report(2023), B: report(2022)}
    assert site.one_night("n3").outcomes == {"unchanged_digest": 2}, "it was never gone"


@pytest.mark.parametrize(
    "instead",
    [to("/zwgk/"), page("跳转", head='<meta http-equiv="refresh" content="0;url=/">')],
    ids=["redirected to the list", "sent home"],
)
def test_a_dead_link_that_leads_elsewhere_is_no_change(tmp_path: Path, instead: bytes) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = instead
    assert site.one_night("n2").outcomes == {"gone_suspect": 1, "unchanged_digest": 1}


def test_bytes_of_no_kind_are_a_finding_and_end_nothing(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = reply(bytes(range(256)) * 40, kind="application/octet-stream")
    found = site.one_night("n2")
    assert found.outcomes == {"refused_file": 1, "unchanged_digest": 1}
    assert [finding.outcome for finding in found.findings] == ["refused_file"]


def test_what_may_be_gone_is_asked_for_until_that_is_sure(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = GONE
    assert site.one_night("n2").outcomes["gone_suspect"] == 1
    found = [site.one_night(quiet(night)).outcomes for night in ("n3", "n4", "n5")]  # type: ignore[arg-type]
    assert found == [{"gone_suspect": 1}, {"gone": 1}, {}]
    assert site.asked == [LIST], "and then left alone, until its turn comes"


# --- lists ----------------------------------------------------------------------------------------------


NEXT = '<a href="/zwgk/index_2.html">下一页</a>'


def three_pages(folder: Path) -> Site:
    pages = {
        LIST: listed((A, title(2023)), more=NEXT),
        "/zwgk/index_2.html": listed((B, title(2022)), more='<a href="/zwgk/index_3.html">下一页</a>'),
        "/zwgk/index_3.html": listed((C, title(2021))),
        A: report(2023),
        B: report(2022),
        C: report(2021),
    }
    site = site_at(folder, pages)  # type: ignore[arg-type]
    assert site.one_night("n1").outcomes == {"new": 3}
    return site


def test_a_night_between_whole_ones_stops_at_a_page_of_known_addresses(tmp_path: Path) -> None:
    site = three_pages(tmp_path)
    site.one_night(quiet("n2"))  # type: ignore[arg-type]
    assert site.asked == [LIST]
    new = "/zwgk/n.html"
    site.pages |= {LIST: listed((new, title(2024)), more=NEXT), new: report(2024)}
    assert site.one_night(quiet("n3")).outcomes == {"new": 1}  # type: ignore[arg-type]
    assert site.asked == [LIST, "/zwgk/index_2.html", new], "the second page had nothing new: no third"
    site.one_night(plan("n4", recheck=never))
    assert "/zwgk/index_3.html" in site.asked, "a whole night goes to the end"


def test_a_recheck_asks_for_its_share_and_no_more(tmp_path: Path) -> None:
    site = three_pages(tmp_path)
    found = site.one_night(plan("n2", whole=never, recheck=lambda key: key.endswith(("b.html", "c.html"))))
    assert found.outcomes == {"unchanged_digest": 2}
    assert sorted(site.asked) == [LIST, B, C]
    site.one_night(plan("n3", due=never, recheck=lambda key: key.endswith("b.html")))
    assert site.asked == [B], "a list that is not due is not asked for"


def test_a_list_that_broke_off_is_walked_to_its_end_the_next_time(tmp_path: Path) -> None:
    site = three_pages(tmp_path)
    new, late = "/zwgk/n.html", "/zwgk/late.html"
    site.pages |= {
        LIST: listed((new, title(2024)), more=NEXT),
        "/zwgk/index_2.html": reply(b"", 500),
        new: report(2024),
        late: report(2020),
    }
    found = site.one_night(quiet("n2"))  # type: ignore[arg-type]
    assert found.outcomes == {"new": 1} and [one.outcome for one in found.findings] == ["http_error"]
    site.pages["/zwgk/index_2.html"] = listed((late, title(2020)), (A, title(2023)))
    assert site.one_night(quiet("n3")).outcomes["new"] == 1, "behind a page of known addresses"  # type: ignore[arg-type]


def test_a_report_that_its_list_calls_otherwise_now_is_asked_for(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages |= {
        LIST: listed((A, title(2023) + "（更正）"), (B, title(2022))),
        A: report(2023, number=9),
    }
    assert site.one_night(quiet("n2")).outcomes == {"changed": 1}  # type: ignore[arg-type]
    site.one_night(quiet("n3"))  # type: ignore[arg-type]
    assert site.asked == [LIST], "once"


def test_what_was_read_and_is_no_report_is_not_read_every_night(tmp_path: Path) -> None:
    pages = {LIST: listed((A, "2022年")), A: page("2022年大事记", "<p>一月，开会。</p>" * 20)}
    site = site_at(tmp_path, pages)  # type: ignore[arg-type]
    assert site.one_night("n1").outcomes == {"not_a_report": 1}
    site.one_night(quiet("n2"))  # type: ignore[arg-type]
    assert site.asked == [LIST]


def test_a_link_that_never_led_anywhere_is_asked_for_while_it_is_listed(tmp_path: Path) -> None:
    site = site_at(tmp_path, {LIST: listed((A, title(2023)), (B, title(2022))), A: report(2023), B: GONE})
    assert site.one_night("n1").outcomes == {"new": 1, "not_found": 1}
    assert site.one_night(quiet("n2")).outcomes == {"not_found": 1}  # type: ignore[arg-type]
    site.pages[LIST] = listed((A, title(2023)))
    site.one_night(quiet("n3"))  # type: ignore[arg-type]
    assert site.asked == [LIST]


# --- attachments and other hosts --------------------------------------------------------------------------


def test_an_attachment_that_failed_is_asked_for_the_next_night(tmp_path: Path) -> None:
    site = site_at(
        tmp_path,
        {
            LIST: listed((A, title(2023))),
            A: report(2023, more='<p><a href="/zwgk/1.pdf">附件.pdf</a></p>'),
            "/zwgk/1.pdf": reply(b"", 500),
        },
    )
    assert site.one_night("n1").parts == {"http_error": 1}
    site.pages["/zwgk/1.pdf"] = PDF
    assert site.one_night(quiet("n2")).parts == {"new": 1}  # type: ignore[arg-type]
    assert site.asked == [LIST, "/zwgk/1.pdf"], "its page is not due for weeks"
    site.one_night(quiet("n3"))  # type: ignore[arg-type]
    assert site.asked == [LIST]


def test_a_report_that_lies_on_the_host_for_attachments_is_taken(tmp_path: Path) -> None:
    oss = "oss.lan-fx.gov.cn"
    site = site_at(
        tmp_path,
        {LIST: listed((f"http://{oss}/f/2023", title(2023))), "/f/2023": PDF},
        publishers=(a_publisher(attachment_hosts=(oss,)),),
    )
    assert site.one_night("n1").outcomes == {"new": 1}


def test_a_report_on_a_host_that_is_not_registered_is_a_finding(tmp_path: Path) -> None:
    site = site_at(tmp_path, {LIST: listed(("http://www.else-fx.gov.cn/1.html", title(2023)))})
    found = site.one_night("n1")
    assert [one.outcome for one in found.findings] == ["refused_guard"] and site.asked == [LIST]


def test_a_file_that_only_its_answer_shows_to_be_one_gets_a_files_room(tmp_path: Path) -> None:
    big = reply(b"%PDF-1.4\n" + b"x" * (6 << 20), kind="application/pdf")
    site = site_at(tmp_path, {LIST: listed(("/d?id=7", title(2023))), "/d": big})
    assert site.one_night("n1").outcomes == {"new": 1}


def test_a_base_that_moves_and_an_alias_that_ends_keep_the_documents(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    before = {document.id: document.first_night for document in site.documents()}
    new = "www.lan2-fx.gov.cn"
    name = {"id": site.publishers[0].id}
    site.publishers = (a_publisher(new, aliases=(Alias(host=HOST),)).model_copy(update=name),)
    assert site.one_night("n2").outcomes == {"moved": 2}
    assert len(site.asked) == 3, "each is asked for at one address"
    site.publishers = (a_publisher().model_copy(update=name),)
    site.one_night("n3")
    assert {document.id: document.first_night for document in site.documents()} == before


# --- years and titles -----------------------------------------------------------------------------------


def test_year_and_title_come_from_the_page_where_the_list_has_none(tmp_path: Path) -> None:
    yearless = "测试县水利局政府信息公开工作年度报告"
    cut = "测试县水利局2022年政府信息公开工作年..."
    pages = {LIST: listed((A, yearless), (B, cut)), A: report(2023), B: report(2022)}
    site = site_at(tmp_path, pages)  # type: ignore[arg-type]
    site.one_night("n1")
    assert [(one.title, one.report_year) for one in site.documents()] == [
        (yearless, 2023),
        (title(2022), 2022),
    ]


def test_a_year_that_contradicts_itself_is_said_in_the_row(tmp_path: Path) -> None:
    pages = {
        LIST: listed((A, title(2025))),
        A: report(2024).replace(title(2024).encode(), title(2025).encode()),
    }
    site = site_at(tmp_path, pages)  # type: ignore[arg-type]
    site.one_night("n1")
    assert [document.report_year for document in site.documents()] == [2025]
    (row,) = [row for row in site.rows("n1") if row["outcome"] == "new"]
    assert row["reason"] is not None and "2024" in row["reason"]


def test_two_reports_in_the_same_words_are_two(tmp_path: Path) -> None:
    same = page(
        "政府信息公开工作年度报告",
        '<div class="TRS_Editor"><p>本报告的统计期限自2023年1月1日起至2023年12月31日止。</p>'
        "<p>一、总体情况</p><p>本年度未收到申请。</p></div>",
    )
    links = [
        (A, title(2023, "甲街道办事处")),
        (B, title(2023, "乙街道办事处")),
        (C, title(2023, "乙街道办事处")),
    ]
    site = site_at(tmp_path, {LIST: listed(*links), A: same, B: same, C: same})
    assert site.one_night("n1").outcomes == {"new": 3}
    assert site.one_night("n2").outcomes == {"unchanged_digest": 3}


def test_a_message_of_an_interface_is_no_new_content(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = reply(b'{"code":404,"msg":"not exist"}', kind="application/json")
    assert site.one_night("n2").outcomes == {"refused_file": 1, "unchanged_digest": 1}
    assert not any(document.changed_night for document in site.documents())
