"""Valid documents, damaged at random: what falls out of broken transfers, bad disks and worse intentions.

Belongs here: the damage, by kind, and how a reading is shown for comparison. Not here: running the readers
(`e2e.mutation_trial`). A kind of damage that leaves every number as it was printed, or takes it away, is
`telling`: after it, a number that is not the printed one is the reader's fault.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingestion.pool import Job, Shaped
from ingestion.recognise.reading import Reading
from orchestration.contract import as_json
from tests.generator import Made, make

#: Formats whose numbers stand in the file in clear: there, damage may change what is printed.
CLEAR = frozenset({"html", "text", "rtf"})

Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Mutation:
    """A damaged document. of: the sound one. telling: see the module's text."""

    name: str
    data: bytes
    of: Made
    kind: str
    telling: bool


def sound(seed: int, conditions: Sequence[tuple[str, str]]) -> list[Made]:
    """Documents to damage, one a (format, condition); of both forms in turn."""
    forms = ("form_2021", "form_2019")
    return [
        make(format, seed=seed + n, form=forms[n % 2], condition=condition)
        for n, (format, condition) in enumerate(conditions)
    ]


def mutate(document: Made, number: int, chance: random.Random) -> Mutation:
    """One damaged copy."""
    kinds: dict[str, Damage] = dict(_ANY)
    if document.format in ("html",):
        kinds |= _HTML
    if document.data.startswith(b"PK"):
        kinds |= _ZIP
    if document.data.startswith(b"%PDF"):
        kinds |= _PDF
    kind = chance.choice(sorted(kinds))
    data = kinds[kind](document.data, chance)
    telling = kind in _TELLING_ANY or (kind in _TELLING_UNLESS_CLEAR and document.format not in CLEAR)
    stem, _, end = document.name.rpartition(".")
    return Mutation(f"{number:05d}-{kind}-{stem}.{end}", data, document, kind, telling)


def shape(job: Job, reading: Reading) -> Shaped:
    """The object of `gongkai extract --json`, without what changes while somebody works on the reader."""
    found = as_json(reading) | {"reader_version": None}
    found["document"] |= {"name": None}
    codes = sorted({issue.code for issue in reading.issues})
    facts = {"status": reading.status, "reason": reading.reason, "codes": codes}
    return facts, json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


# --- damage to any bytes ---------------------------------------------------------------------------------


def _two(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = chance.randrange(max(1, len(data)))
    length = min(len(data) - begin, chance.choice((1, 7, 100, 1_000, 10_000)))
    return begin, begin + length


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _flip(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 30, 300))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def _delete(data: bytes, chance: random.Random) -> bytes:
    begin, end = _two(data, chance)
    return data[:begin] + data[end:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    begin, end = _two(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 1, 50)) + data[end:]


def _swap(data: bytes, chance: random.Random) -> bytes:
    one, other = sorted((_two(data, chance), _two(data, chance)))
    if one[1] > other[0]:
        return data[one[0] :] + data[: one[0]]
    parts = (
        data[: one[0]],
        data[slice(*other)],
        data[one[1] : other[0]],
        data[slice(*one)],
        data[other[1] :],
    )
    return b"".join(parts)


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(chance.choice((1, 10, 1_000, 50_000))) + data[place:]


def _zeros(data: bytes, chance: random.Random) -> bytes:
    begin, end = _two(data, chance)
    return data[:begin] + bytes(end - begin) + data[end:]


_ANY: dict[str, Damage] = {
    "truncate": _truncate,
    "flip": _flip,
    "delete": _delete,
    "repeat": _repeat,
    "swap": _swap,
    "insert": _insert,
    "zeros": _zeros,
}

# --- damage to markup: no number is touched --------------------------------------------------------------

_ENDINGS = re.compile(rb"</(?:td|tr|p|span|div|b|tbody)>", re.IGNORECASE)
_OPENINGS = re.compile(rb"<(?:span|div|b|p)\b[^>]*>", re.IGNORECASE)


def _drop_some(found: re.Pattern[bytes], share: float) -> Damage:
    def damage(data: bytes, chance: random.Random) -> bytes:
        return found.sub(lambda tag: b"" if chance.random() < share else tag[0], data)

    return damage


_HTML: dict[str, Damage] = {
    "no-endings": _drop_some(_ENDINGS, 1.0),
    "some-endings": _drop_some(_ENDINGS, 0.1),
    "some-openings": _drop_some(_OPENINGS, 0.2),
}

# --- damage to packages ----------------------------------------------------------------------------------


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _swap_members(data: bytes, chance: random.Random) -> bytes:
    members = _members(data)
    one, other = chance.sample(sorted(members), 2)
    members[one], members[other] = members[other], members[one]
    return _packed(members)


def _drop_member(data: bytes, chance: random.Random) -> bytes:
    members = _members(data)
    del members[chance.choice(sorted(members))]
    return _packed(members)


def _inside(damage: Damage) -> Damage:
    def damaged(data: bytes, chance: random.Random) -> bytes:
        members = _members(data)
        name = chance.choice([name for name in sorted(members) if name.endswith(".xml")])
        members[name] = damage(members[name], chance)
        return _packed(members)

    return damaged


_ZIP: dict[str, Damage] = {
    "swap-members": _swap_members,
    "drop-member": _drop_member,
    "truncate-inside": _inside(_truncate),
    "flip-inside": _inside(_flip),
    "delete-inside": _inside(_delete),
    "swap-inside": _inside(_swap),
}

# --- damage to PDF ---------------------------------------------------------------------------------------

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_OBJECT = re.compile(rb"\d+ 0 obj.*?endobj", re.DOTALL)


def _stream(damage: Damage) -> Damage:
    """Damages what a stream holds; its length in the file's tables is then wrong, as with most damage."""

    def damaged(data: bytes, chance: random.Random) -> bytes:
        streams = list(_STREAM.finditer(data))
        if not streams:
            return damage(data, chance)
        found = chance.choice(streams)
        try:
            inside = zlib.compress(damage(zlib.decompress(found[1]), chance))
        except zlib.error:
            inside = damage(found[1], chance)
        return data[: found.start(1)] + inside + data[found.end(1) :]

    return damaged


def _drop_object(data: bytes, chance: random.Random) -> bytes:
    objects = list(_OBJECT.finditer(data))
    if not objects:
        return data[:-10]
    found = chance.choice(objects)
    return data[: found.start()] + data[found.end() :]


_PDF: dict[str, Damage] = {
    "drop-object": _drop_object,
    "truncate-stream": _stream(_truncate),
    "flip-stream": _stream(_flip),
    "swap-stream": _stream(_swap),
}

_TELLING_ANY = frozenset(
    {"no-endings", "some-endings", "some-openings", "swap-members", "drop-member", "drop-object"}
)
_TELLING_UNLESS_CLEAR = frozenset({"truncate", "truncate-inside", "truncate-stream"})
