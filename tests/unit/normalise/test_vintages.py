"""Which vintage of an agency-year is current: what its publisher showed last, by the log of a real archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.archive import Archive
from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.normalise.filings import Filing, filings_of
from ingestion.paths import DataRoot
from ingestion.readings import StoredReading
from ingestion.recognise.reading import Carrier, CellReading, DocumentFacts, Headline, NarrativeFact, Reading

PAGE, OTHER, FILE = "site/a.html", "portal/b.html", "site/a.docx"
#: What a text prints: numbers in their order; None is a blank, "missing" a cell of a table that is not there.
Printed = tuple[int | str | None, ...]


class Shown:
    """An archive that a crawl fills. texts: what each text prints; files: the file that a page is read with."""

    def __init__(
        self, folder: Path, texts: Mapping[str, Printed], files: Mapping[str, str] | None = None
    ) -> None:
        self.archive = Archive(DataRoot(folder))
        self.texts, self.files = texts, files or {}

    def at(self, address: str, *texts: str) -> Shown:
        """An address shows texts, one after the other."""
        for text in texts:
            self.archive.add_once(text.encode(), address=address, source="site", name=address)
        return self

    def given(self, *texts: str) -> Shown:
        """Texts come as files, all under one name and with one address, as somebody saved them."""
        for text in texts:
            self.archive.add_bytes(text.encode(), source="manual", name="a.html", url="https://site/a.html")
        return self

    def readings(self) -> list[StoredReading]:
        names = {self.archive.read(one.sha256).decode(): one for one in self.archive.snapshots()}
        found = []
        for text, snapshot in names.items():
            file = names.get(self.files.get(text, ""))
            said = text if file is None else self.files[text]
            carriers = [Carrier(file.sha256, "a.docx", "a.docx", "attachment")] if file else []
            cells = (_cell(place, printed) for place, printed in enumerate(self.texts[said]))
            reading = Reading(
                document=DocumentFacts(text, snapshot.sha256, "text/html", 10),
                headline=Headline(agency="甲街道办事处", report_year=2021),
                status="partial",
                form="form_2021",
                cells={one.key: one for one in cells},
                narrative=[NarrativeFact("staff", Decimal(2), "名", "2名", "两名。")]
                if text.endswith("+")
                else [],
                carriers=carriers,
                reader_version="v",
            )
            found.append(StoredReading(snapshot, reading))
        return found

    def filings(self, withdrawn: Iterable[str] = ()) -> dict[str, Filing]:
        found = filings_of(self.readings(), frozenset(self.sha256(text) for text in withdrawn))
        return {filing.reading.document.name: filing for filing in found}

    def sha256(self, text: str) -> str:
        return next(
            one.sha256 for one in self.archive.snapshots() if self.archive.read(one.sha256) == text.encode()
        )

    def current(self, withdrawn: Iterable[str] = ()) -> list[str]:
        return [text for text, filing in self.filings(withdrawn).items() if filing.is_current]


def _cell(place: int, printed: int | str | None) -> CellReading:
    key = f"t3.{('granted', 'partial', 'denied_state_secret')[place]}.total"
    if isinstance(printed, int):
        return CellReading(key, Decimal(printed), str(printed), "reported", 1.0)
    return CellReading(key, None, None, "missing_table" if printed == "missing" else "blank")


def test_a_text_that_is_put_back_is_current_again_and_keeps_its_number(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"A": (1, 2), "B": (1, 3)}).at(PAGE, "A", "B", "A")
    found = shown.filings()
    assert [(text, one.vintage, one.is_current) for text, one in found.items()] == [
        ("A", 1, True),
        ("B", 2, False),
    ]
    assert found["A"].took_over_from == (found["B"].filing_id,)
    assert found["B"].took_over_from == (found["A"].filing_id,)
    issues = normalise(shown.readings(), load_catalog())["issues"].to_pylist()
    (told,) = [one["detail"] for one in issues if one["code"] == "vintage_put_back"]
    assert told.startswith("shown again in the place of vintage 2 on 20") and told.endswith(" (UTC)")


def test_every_turn_is_told_and_the_last_counts(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"A": (1,), "B": (2,), "C": (3,)}).at(PAGE, "A", "B", "A", "C", "B", "A", "B")
    found = shown.filings()
    assert shown.current() == ["B"]
    names = {one.filing_id: text for text, one in found.items()}
    assert {text: [names[before] for before in one.took_over_from] for text, one in found.items()} == {
        "A": ["B", "B"],
        "B": ["A", "C", "A"],
        "C": ["A"],
    }


def test_what_is_shown_unchanged_takes_nothing_over(tmp_path: Path) -> None:
    """Two sites show two reports of one agency-year: that one is asked a minute later than the other is nothing."""
    shown = Shown(tmp_path, {"A": (1,), "B": (2,)}).at(PAGE, "A").at(OTHER, "B").at(PAGE, "A").at(OTHER, "B")
    assert shown.current() == ["B"]
    # the same bytes with another title of their list are no change either
    shown.archive.add_once(b"A", address=PAGE, source="site", name=PAGE, title="甲街道办事处2021年度报告")
    assert shown.current() == ["B"]


def test_of_two_addresses_the_last_change_counts(tmp_path: Path) -> None:
    texts: dict[str, Printed] = {"A": (1,), "B": (2,), "C": (3,)}
    shown = Shown(tmp_path, texts).at(PAGE, "A").at(OTHER, "B").at(PAGE, "C", "A")
    assert shown.current() == ["A"], "the page changed twice since the portal showed B"
    assert shown.at(OTHER, "C", "B").current() == ["B"]


def test_a_copy_that_is_found_late_puts_nothing_back(tmp_path: Path) -> None:
    """A portal that is crawled only now may have the file of before the correction."""
    shown = Shown(tmp_path, {"A": (1,), "B": (2,)}).at(PAGE, "A", "B").at(OTHER, "A")
    assert shown.current() == ["B"]
    assert shown.at(OTHER, "B", "A").current() == ["A"], "but this is a change"


def test_what_persons_give_counts_by_its_first_coming(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"A": (1,), "B": (2,)}).given("A", "B", "A")
    assert shown.current() == ["B"]
    assert shown.filings()["A"].took_over_from == ()


def test_a_page_whose_file_is_put_back_is_current_again(tmp_path: Path) -> None:
    """Page and file stand under two addresses; the page says the same throughout and is read with the file."""
    texts: dict[str, Printed] = {"F": (1,), "G": (2,), "P": ()}
    shown = Shown(tmp_path, texts, {"P": "F"}).at(FILE, "F").at(PAGE, "P")
    shown.files = {"P": "G"}
    assert shown.at(FILE, "G").current() == ["P"], "the page is read with G, and F is a report of its own"
    shown.files = {"P": "F"}
    assert shown.at(FILE, "F").current() == ["P"]
    assert shown.filings()["G"].vintage == 2


def test_what_lost_its_tables_does_not_come_back(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"A": (1, "missing"), "B": (1, 2)}).at(PAGE, "A", "B", "A")
    found = shown.filings()
    assert shown.current() == ["B"]
    assert found["A"].beside == "1 numbers could be read in it, 2 in the current vintage"
    assert found["B"].took_over_from == (found["A"].filing_id,), "what B changed stays told"


def test_what_printed_a_blank_or_fewer_sentences_does_come_back(tmp_path: Path) -> None:
    assert Shown(tmp_path / "1", {"A": (1, None), "B": (1, 2)}).at(PAGE, "A", "B", "A").current() == ["A"]
    assert Shown(tmp_path / "2", {"A": (1,), "B+": (1,)}).at(PAGE, "A", "B+", "A").current() == ["A"]


def test_what_is_withdrawn_is_as_if_it_had_never_been_shown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"A": (1,), "B": (2,), "C": (3,)}).at(PAGE, "A", "B", "C", "A")
    assert shown.current(["A"]) == ["C"]
    found = shown.filings(["B", "C"])
    assert found["A"].is_current and found["A"].took_over_from == () and found["A"].put_back is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from((PAGE, OTHER, FILE)), st.sampled_from("ABCD")), min_size=1, max_size=12
    )
)
def test_the_last_change_of_what_an_address_shows_is_current(showings: list[tuple[str, str]]) -> None:
    texts: dict[str, Printed] = {text: (number,) for number, text in enumerate("ABCD")}
    with tempfile.TemporaryDirectory() as folder:
        shown = Shown(Path(folder), texts)
        now: dict[str, str] = {}
        came: list[str] = []
        turns: list[str] = []
        for address, text in showings:
            shown.at(address, text)
            is_change = address in now and now[address] != text
            if (is_change or text not in came) and turns[-1:] != [text]:
                turns.append(text)
            now[address] = text
            came += [text] if text not in came else []
        found = shown.filings()
        assert shown.current() == [turns[-1]]
        assert {text: one.vintage for text, one in found.items()} == {
            text: at for at, text in enumerate(came, 1)
        }
        n_turns = sum(len(one.took_over_from) for one in found.values())
        assert n_turns == len(turns) - 1, "each time that another one took over is told once"
