"""Bytes to text, with the codec that was used and what was wrong with it.

The order: BOM; UTF-16 by its zero bytes; strict UTF-8; a declared codec that is neither UTF nor GB (Big5,
EUC-JP, Latin-1), tried strictly *before* GB18030, because GB18030 takes nearly any bytes for rare hanzi:
which of the two is Chinese text decides; GB18030; Big5 where nobody declared it; last, with replacement
characters and only a limited share of them, what loses least. A declaration alone decides nothing: pages of
government sites declare gb2312 and are UTF-8, and the other way round.

Does not belong here: HTML entities (the parser's) and any change of a character that was read well.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion.extract.model import Issue, UnreadableInput
from ingestion.extract.sniff import utf16_codec

#: Share of replacement characters above which a text is refused instead of read with loss.
MAX_REPLACED = 0.05
#: Share of frequent hanzi and CJK punctuation among the characters beyond ASCII: real reports reach 0.35 to
#: 0.6, Big5 read as GB18030 and double-encoded text stay below 0.1.
PLAUSIBLE = 0.2
#: Characters beyond ASCII that the plausibility test looks at.
_SAMPLE = 2000
#: Below this size valid UTF-8 may be an accident of GB bytes (the old "联通" puzzle).
_SHORT = 4096

#: The most frequent characters of such reports, simplified and traditional, with CJK punctuation.
_FREQUENT = frozenset(
    "，。、：；（）《》“”！？０１２３４５６７８９％"
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处理信息府市县镇街办申请收费规章范处罚许可审批诉讼复议答目录网站六七八百万元累计截止依主动公开"
    "個國我們時來為這說對會發動後過從現實業兩體機當開還應關無與條總問題電設結組長資訊據處證規則審許訴訟復議請費數報區縣鎮辦務網"
)
#: Words that no Chinese report on open government lacks: their presence ends the question at once.
_SURE_WORDS = ("政府", "信息", "公开", "年度", "公開")

#: First characters of UTF-8 text that was read as GB18030 (政府 -> 鏀垮簻, 。 -> 銆) or lost (锟斤拷).
_MOJIBAKE = re.compile(r"[鏀鍏鐨銆锛鍜勫搴淇℃伅]{2}|锟斤拷|ï»¿")

_UTF8 = "utf-8"
_GB = "gb18030"
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.\-]+)""", re.IGNORECASE)
#: What the web means by these names (the WHATWG list), where Python means something else.
_ALIASES = {
    "gb2312": _GB,
    "gbk": _GB,
    "gb_2312-80": _GB,
    "x-gbk": _GB,
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "utf8": _UTF8,
    "unicode": "utf-16-le",
}


@dataclass(slots=True)
class Decoded:
    """text: without a BOM. encoding: a Python codec name. issues: what a reader of the result should know."""

    text: str
    encoding: str
    issues: list[Issue] = field(default_factory=list)


def decode(data: bytes, *, markup: bool = True) -> Decoded:
    """The text of `data`. markup: look for a declared charset near the start (HTML).

    Raises `UnreadableInput("undecodable")` when every codec would replace more than `MAX_REPLACED` of the
    characters.
    """
    declared = declared_codec(data) if markup else None
    decoded = _by_bom(data) or _strict_utf8(data, declared) or _legacy(data, declared)
    if decoded is None:
        decoded = _lossy(data, declared)
    if declared is not None and not _same_family(declared, decoded.encoding) and not _is_ascii(decoded):
        detail = f"the document declares {declared} but is {decoded.encoding}"
        decoded.issues.append(_issue("charset_declared_wrong", detail, "info"))
    _undo_double_encoding(decoded)
    return decoded


def declared_codec(data: bytes) -> str | None:
    """The Python codec that a page declares in its first 4 KB; None if it declares none that Python knows."""
    found = _DECLARED.search(data[:4096])
    if found is None:
        return None
    name = found[1].decode("ascii").lower()
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
        # a name like "rot13" or "base64" is a codec of Python but not a charset
        return info.name if info._is_text_encoding else None  # type: ignore[attr-defined,unused-ignore]
    except LookupError:
        return None


def plausibility(text: str) -> float:
    """Share (0 to 1) of frequent Chinese characters among those beyond ASCII; 1.0 if there are none."""
    sample = "".join(_beyond_ascii(text))
    if not sample:
        return 1.0
    return sum(map(_FREQUENT.__contains__, sample)) / len(sample)


def _beyond_ascii(text: str) -> Iterator[str]:
    seen = 0
    for found in re.finditer(r"[^\x00-\x7f\xa0\u3000]+", text):
        yield found[0]
        seen += len(found[0])
        if seen >= _SAMPLE:
            return


def _is_ascii(decoded: Decoded) -> bool:
    """True for text that reads the same in every codec that a page may declare."""
    return not decoded.encoding.startswith("utf-16") and decoded.text.isascii()


def _by_bom(data: bytes) -> Decoded | None:
    if data.startswith(codecs.BOM_UTF8):
        text, replaced = _decode_counting(data[3:], _UTF8)
        return _accept(text, _UTF8, replaced)
    wide = utf16_codec(data)
    if wide is None:
        return None
    body = data[2:] if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else data
    cut = len(body) % 2
    text, replaced = _decode_counting(body[: len(body) - cut], wide)
    decoded = _accept(text, wide, replaced)
    if cut:
        decoded.issues.append(_truncated())
    return decoded


def _strict_utf8(data: bytes, declared: str | None) -> Decoded | None:
    try:
        text = data.decode(_UTF8)
    except UnicodeDecodeError as error:
        # a download that broke off in the middle of a character is UTF-8 all the same
        if error.start < len(data) - 3 or error.reason != "unexpected end of data" or error.start == 0:
            return None
        text = data[: error.start].decode(_UTF8)
        return Decoded(text, _UTF8, [_truncated()])
    if len(data) < _SHORT and declared != _UTF8 and not text.isascii() and _looks_accidental(text):
        other = _strict(data, _GB)
        if other is not None and plausibility(other) > max(PLAUSIBLE, plausibility(text)):
            return None
    return Decoded(text, _UTF8)


def _looks_accidental(text: str) -> bool:
    """Two-byte UTF-8 sequences only: all that GB text can be by accident. No hanzi is among them."""
    return all(char < "\u0800" for char in text)


def _legacy(data: bytes, declared: str | None) -> Decoded | None:
    """The strict codecs of bytes that are not UTF-8, the most Chinese text first."""
    text_gb = _strict(data, _GB)
    tail_cut = False
    if text_gb is None and len(data) > 1:
        text_gb = _strict(data[:-1], _GB)  # cut inside the last character
        tail_cut = text_gb is not None
    candidates: list[tuple[float, str, str]] = []
    if text_gb is not None:
        candidates.append((plausibility(text_gb), _GB, text_gb))
    sure = text_gb is not None and any(word in text_gb for word in _SURE_WORDS)
    if not sure:
        others = [declared] if declared not in (None, _UTF8, _GB) else []
        if "big5hkscs" not in others:
            others.append("big5hkscs")
        for codec in others:
            text = _strict(data, codec) if codec is not None and not codec.startswith("utf") else None
            if codec is not None and text is not None:
                candidates.append((plausibility(text), codec, text))
    if not candidates:
        return None
    score, codec, text = max(candidates, key=lambda candidate: candidate[0])
    decoded = Decoded(text, codec)
    if codec == _GB and tail_cut:
        decoded.issues.append(_truncated())
    if score < PLAUSIBLE and len(text) >= 40 and not text.isascii():
        detail = f"read as {codec}, but only {score:.0%} of its characters are common in Chinese"
        decoded.issues.append(_issue("decoding_doubtful", detail))
    return decoded


def _lossy(data: bytes, declared: str | None) -> Decoded:
    """The reading that loses least; for bytes that no codec takes strictly (a page of two charsets)."""
    names = [_UTF8, _GB]
    if declared not in (None, _UTF8, _GB) and not (declared or "").startswith("utf"):
        names.append(declared or _UTF8)
    tried = [(*_decode_counting(data, name), name) for name in names]
    text, replaced, name = min(tried, key=lambda reading: (reading[1], -plausibility(reading[0])))
    score = plausibility(text)
    if score < PLAUSIBLE and replaced > 1:
        reason = f"no charset fits: as {name}, {replaced:,} characters are lost and the rest is no Chinese"
        raise UnreadableInput("undecodable", reason)
    return _accept(text, name, replaced)


def _accept(text: str, name: str, replaced: int) -> Decoded:
    if replaced and replaced > MAX_REPLACED * len(text) and replaced > 1:
        share = replaced / len(text)
        reason = f"no charset fits: read as {name}, {replaced:,} characters ({share:.0%}) are lost"
        raise UnreadableInput("undecodable", reason)
    decoded = Decoded(text, name)
    if replaced:
        at = text.find("\ufffd")
        line = text.count("\n", 0, at) + 1
        detail = f"read as {name}, {replaced:,} characters are lost, the first in line {line}"
        decoded.issues.append(_issue("decoding_lossy", detail))
    return decoded


def _decode_counting(data: bytes, name: str) -> tuple[str, int]:
    """The text with replacement characters, and how many of them were not in the source."""
    text = data.decode(name, "replace")
    printed = data.count("\ufffd".encode(_UTF8)) if name == _UTF8 else 0
    return text, max(0, text.count("\ufffd") - printed)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _undo_double_encoding(decoded: Decoded) -> None:
    """UTF-8 text that was taken for Latin-1 and encoded again is undone where the way back is exact.

    Other mojibake (UTF-8 taken for GB18030, 锟斤拷) has lost bytes on its way: it is only reported.
    """
    text = decoded.text
    if text.isascii() or any(word in text for word in _SURE_WORDS):
        return
    if plausibility(text) >= PLAUSIBLE:
        return
    try:
        again = "".join(map(_as_latin1, text)).encode("latin-1").decode(_UTF8)
    except (UnicodeError, ValueError):
        again = None
    if again is not None and not again.isascii() and plausibility(again) >= PLAUSIBLE:
        decoded.text = again
        detail = f"UTF-8 was taken for Latin-1 and encoded as {decoded.encoding} again; both steps are undone"
        decoded.issues.append(_issue("double_encoded", detail))
        return
    garbled = _MOJIBAKE.search(text)
    if garbled:
        detail = (
            f"characters were lost before the document was stored, as in “{text[garbled.start() :][:12]}”"
        )
        decoded.issues.append(_issue("mojibake", detail, "error"))


def _as_latin1(char: str) -> str:
    """The character of the byte that windows-1252 shows as `char` (0x80 to 0x9f)."""
    if char <= "\xff":
        return char
    return char.encode("cp1252").decode("latin-1")


def _same_family(declared: str, used: str) -> bool:
    # the BOM of a UTF-16 file settles which half comes first; "utf-16" names either
    return declared == used or (declared.startswith("utf-16") and used.startswith("utf-16"))


def _truncated() -> Issue:
    return _issue("truncated_character", "the file ends in the middle of a character: it is probably cut off")


def _issue(code: str, detail: str, severity: str = "warning") -> Issue:
    level = "info" if severity == "info" else "error" if severity == "error" else "warning"
    return Issue(code, "document", detail, level)  # type: ignore[arg-type,unused-ignore]
