"""The converter: every document accounted for, whatever the program does on one of them.

A stand-in for soffice plays it: it copies what it is given, and misbehaves where the file tells it to.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from ingestion import converter
from ingestion.converter import Conversion, Unconverted, convert, converter_available, converter_mark
from ingestion.extract.sniff import RTF, WORD, sniff
from ingestion.normalise.filings import WAITING_FOR
from ingestion.reader import read_snapshot
from tests.generator import make, office
from tests.generator.score import score
from tests.unit.extract.word_files import docx, p, tbl, tr

STAND_IN = """#!{python}
import os, pathlib, shutil, signal, sys, time
arguments = sys.argv[1:]
if "--version" in arguments:
    print("LibreOffice 9.9.9.9 10(Build:3)")
    raise SystemExit
log = pathlib.Path(__file__).with_name("calls")
out = pathlib.Path(arguments[arguments.index("--outdir") + 1])
files = [pathlib.Path(one) for one in arguments[arguments.index("--outdir") + 2 :]]
with log.open("a") as calls:
    calls.write(" ".join(one.name[:4] + one.suffix for one in files) + "\\n")
profile = next(one for one in arguments if one.startswith("-env:UserInstallation=file://"))
settings = pathlib.Path(profile.partition("file://")[2]) / "user" / "registrymodifications.xcu"
assert "DisableMacrosExecution" in settings.read_text()
for file in files:
    data = file.read_bytes()
    if b"HANG" in data:
        child = os.fork()
        time.sleep(600)
    if b"CRASH" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"REFUSE" in data:
        continue
    if b"GARBAGE" in data:
        (out / (file.stem + ".docx")).write_bytes(b"PK\\x03\\x04 word/ but cut off")
        continue
    (out / (file.stem + ".docx")).write_bytes(pathlib.Path(__file__).with_name("made.docx").read_bytes())
"""

MADE = docx(p("甲县乙局2021年政府信息公开工作年度报告") + tbl(tr("规章", "1"), tr("文件", "2")))


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH with a program that plays soffice; `calls` in it lists what it was given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "soffice"
    program.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "made.docx").write_bytes(MADE)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def sources(folder: Path, *contents: bytes, media_type: str = RTF) -> list[Unconverted]:
    found = []
    for content in contents:
        data = rb"{\rtf1 " + content + b"}"
        sha256 = hashlib.sha256(data).hexdigest()
        path = folder / f"年报 ’{sha256[:6]}*.doc"
        path.write_bytes(data)
        found.append(Unconverted(sha256, path, media_type))
    return found


def test_many_files_take_one_call_and_none_the_second_time(stand_in: Path, tmp_path: Path) -> None:
    wanted = sources(tmp_path, b"a", b"b", b"c")
    seen: list[tuple[int, int]] = []
    found = convert(wanted, tmp_path / "cache", progress=lambda done, all_: seen.append((done, all_)))
    assert set(found) == {one.sha256 for one in wanted}
    for one in wanted:
        made = found[one.sha256]
        assert made.docx is not None
        assert made.docx.read_bytes() == MADE
        assert made.docx.name == f"{one.sha256}.docx"
        assert made.converter == "LibreOffice 9.9.9.9"
    assert seen[-1] == (3, 3)
    again = convert([*wanted, *sources(tmp_path, b"d")], tmp_path / "cache")
    assert len(again) == 4
    calls = (stand_in / "calls").read_text().splitlines()
    assert [len(call.split()) for call in calls] == [3, 1]
    assert all(name.endswith(".rtf") for call in calls for name in call.split())


@pytest.mark.parametrize("fault", [b"CRASH", b"HANG", b"REFUSE", b"GARBAGE"])
def test_one_bad_file_costs_no_other(stand_in: Path, tmp_path: Path, fault: bytes) -> None:
    wanted = sources(tmp_path, b"a", b"b", fault, b"c")
    started = time.monotonic()
    found = convert(wanted, tmp_path / "cache", idle_seconds=1.0)
    assert time.monotonic() - started < 20
    bad = wanted[2].sha256
    assert found[bad].docx is None
    assert found[bad].reason
    assert all(found[one.sha256].docx for one in wanted if one.sha256 != bad)
    assert not list((tmp_path / "cache").rglob(".*"))


def test_nothing_that_hangs_outlives_its_call(stand_in: Path, tmp_path: Path) -> None:
    (hanging,) = sources(tmp_path, b"HANG")
    convert([hanging], tmp_path / "cache", idle_seconds=0.5)
    marks = (
        [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
        if Path("/proc/self/cmdline").exists()
        else []
    )
    assert not any(str(stand_in).encode() in mark for mark in marks)


def test_a_converter_that_does_not_even_start(stand_in: Path, tmp_path: Path) -> None:
    wanted = sources(tmp_path, b"a", b"b")
    (stand_in / "made.docx").unlink()
    found = convert(wanted, tmp_path / "cache")
    assert set(found) == {one.sha256 for one in wanted}
    assert all(one.docx is None and one.reason for one in found.values())


def test_without_a_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (waiting,) = sources(tmp_path, b"a")
    assert not converter_available()
    assert converter_mark() == ""
    assert convert([waiting], tmp_path / "cache") == {}
    reading = read_snapshot(waiting.path.read_bytes(), "a.doc")
    assert reading.status == "unreadable"
    assert {issue.code for issue in reading.issues} & WAITING_FOR == {"waiting_for_converter"}
    assert "LibreOffice" in (reading.reason or "")
    assert not reading.quarantined


def test_what_was_converted_keeps_the_name_of_the_original(tmp_path: Path) -> None:
    made = tmp_path / "x.docx"
    made.write_bytes(MADE)
    original = rb"{\rtf1 original}"
    reading = read_snapshot(original, "年报.doc", converted=Conversion(made, "LibreOffice 1.2"))
    facts = reading.document
    assert (facts.name, facts.sha256) == ("年报.doc", hashlib.sha256(original).hexdigest())
    assert (facts.media_type, facts.n_bytes) == (RTF, len(original))
    (issue,) = [issue for issue in reading.issues if issue.code == "read_converted"]
    assert "LibreOffice 1.2" in issue.detail
    assert reading.headline.report_year == 2021


def test_what_could_not_be_converted_says_why() -> None:
    reading = read_snapshot(rb"{\rtf1 x}", "a.doc", converted=Conversion(None, "LibreOffice", "it crashed"))
    assert reading.status == "unreadable"
    assert [(issue.code, issue.detail) for issue in reading.issues] == [("conversion_failed", "it crashed")]
    assert reading.document.media_type == RTF


def test_the_mark_names_program_and_version(stand_in: Path) -> None:
    assert converter_mark().startswith("lo-9.9.9.9-")
    assert converter.needs_converter(WORD)
    assert not converter.needs_converter("application/pdf")


@pytest.mark.skipif(office.SOFFICE is None, reason="LibreOffice is not installed")
def test_old_word_files_through_libreoffice(tmp_path: Path) -> None:
    from orchestration.contract import as_json

    made = {one.name: one for one in (make("docx", 3, form, "spans") for form in ("form_2021", "form_2019"))}
    wanted = {}
    for name, data in office.convert({name: one.data for name, one in made.items()}, "doc").items():
        path = tmp_path / name
        path.write_bytes(data)
        wanted[name] = Unconverted(hashlib.sha256(data).hexdigest(), path, sniff(data))
    found = convert(list(wanted.values()), tmp_path / "cache")
    for name, source in wanted.items():
        reading = read_snapshot(source.path.read_bytes(), name, converted=found[source.sha256])
        result = score(as_json(reading), made[name].gold)
        assert (result.silent, result.missed) == (0, 0)
        assert result.right == result.printed > 0
