"""Real addresses, titles and mirrors, without their pages: the shapes that the crawler has to know."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.addresses import canonical, is_within
from ingestion.crawl.families import recognise
from ingestion.crawl.family_names import family_guesses
from ingestion.crawl.titles import classify
from tests.unit.crawl.publishers import publisher

_REFERENCE = Path(__file__).parent / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


URLS = _rows("real_urls.csv")
TITLES = _rows("titles.csv")
MIRRORS = _rows("mirror_domains.csv")


def test_every_guess_of_the_survey_has_a_family() -> None:
    guesses = family_guesses()
    families = [guesses[row["cms_guess"]].family for row in URLS]
    assert (len(families), families.count("static")) == (111, 34)


def test_families_are_recognised_by_the_address() -> None:
    guesses = family_guesses()
    found = [(row["url"], guesses[row["cms_guess"]], recognise(row["url"])) for row in URLS]
    named = [(url, guess, code) for url, guess, code in found if guess.family != "static"]
    wrong = [(url, guess.family, code) for url, guess, code in named if code not in (guess.family, "static")]
    missed = [url for url, guess, code in named if code == "static" and guess.url_tells]
    assert not wrong
    assert not missed
    assert sum(code == guess.family for _, guess, code in named) >= 70
    assert [url for url, guess, code in found if guess.family == "static" and code != "static"] == []


def test_titles_are_told_apart_and_errors_go_to_review() -> None:
    wanted = {"report": "report", "not_report": "not"}
    wrong = [row for row in TITLES if classify(row["title"]).verdict != wanted[row["label"]]]
    assert len(wrong) <= 0.02 * len(TITLES)
    assert {classify(row["title"]).verdict for row in wrong} <= {"review"}


@pytest.mark.parametrize("rows", [TITLES, URLS], ids=["titles", "urls"])
def test_the_year_of_a_title_is_the_year_of_the_report(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row.get("label", "report") != "report":
            continue
        said = classify(row["title"], row.get("url")).report_year
        wanted = row.get("report_year") or row.get("year")
        # 市府东路街道政府信息公开工作年度报告 names none; the survey knows it from the page
        assert said == int(wanted or 0) or (said is None and "20" not in row["title"]), row


def test_the_issuer_of_a_title_is_a_part_of_the_issuer() -> None:
    """Titles name bodies short (北街街道) and surveys in full; a wrong one shares no name with the right one."""
    for row in TITLES:
        said = classify(row["title"]).agency
        if row["label"] == "report" and said is not None:
            name = said.removesuffix("人民政府").removesuffix("关区").removesuffix("办事处")
            assert set(name) <= set(row["agency"]) | set("人民政府"), (row["title"], said)


def test_no_mirror_is_within_any_publisher() -> None:
    publishers = [_publisher_of(row["url"]) for row in URLS]
    for row in MIRRORS:
        for scheme in ("http", "https"):
            url = f"{scheme}://{row['domain']}{row['example_path']}"
            assert not any(is_within(url, one) for one in publishers), url


def test_paths_of_mirrors_do_not_make_keys_of_the_copied_site() -> None:
    gz = publisher("https://www.gz.gov.cn")
    clone = "http://156152.com/zfjgzy/gzsrmzfbgt/zfxxgknb/bm/2023n/content/post_9469010.html"
    assert canonical(clone, gz) != canonical(clone.replace("156152.com", "www.gz.gov.cn"), gz)


def test_real_addresses_have_one_key_each_and_are_within_their_publisher() -> None:
    keys = set()
    for row in URLS:
        one = _publisher_of(row["url"])
        assert is_within(row["url"], one), row["url"]
        keys.add(canonical(row["url"], one))
    assert len(keys) == len(URLS)


def _publisher_of(url: str) -> Publisher:
    parts = urlsplit(url)
    return publisher(f"{parts.scheme}://{parts.netloc}")
