"""Where in a quoted text a person's name, telephone number, e-mail or messenger stands.

Belongs here: finding them. Does not belong here: the words of contact lines (`catalog/contacts.yml`), and
which texts are searched (`contacts`).

A text is read in one form: half-width, simplified, every blank one space, character for character, so that
places stay true. A name needs a role before it, a number a telephone word, a name or another number; e-mails,
mobile numbers and numbers with an area code are known by their shape. A whole number with a unit
behind it is counted and never a contact, wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from ingestion.catalog.contact_words import contact_words
from ingestion.catalog.traditional import SIMPLIFIED

LEFT_OUT = "〔略〕"

Span = tuple[int, int]

_WORDS = contact_words()


def _forms() -> dict[int, str]:
    forms = {point: unicodedata.normalize("NFKC", chr(point)) for point in range(0xFF01, 0xFF5F)}
    forms |= {ord(blank): " " for blank in "\u3000\xa0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff\t\r\n"}
    # ﹕ ∶ and every dash that stands between groups of digits
    forms |= {ord(colon): ":" for colon in "﹕∶"} | {ord(dash): "-" for dash in "—–―‐‑‒−─"}
    return forms | SIMPLIFIED


_FORMS = _forms()


def _any(words: Iterable[str]) -> str:
    """One of the words, longest first, with or without blanks between Chinese characters."""
    spaced = (
        re.escape(word) if word.isascii() else " {0,4}".join(map(re.escape, word))
        for word in sorted(words, key=lambda word: (-len(word), word))
    )
    return "(?:" + "|".join(spaced) + ")"


def _plain(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))) + ")"


# --- numbers ---------------------------------------------------------------------------------------------

_COUNTED = rf"(?! {{0,2}}(?!{_plain(_WORDS.not_counted)}){_plain(_WORDS.counted)})"
# 86382345 万某某, 86382345 日期: behind a blank a unit counts only where a pause follows it
_NOT_COUNTED = rf"(?!(?!{_plain(_WORDS.not_counted)}){_plain(_WORDS.counted)})" + (
    rf"(?! {{1,2}}{_plain(_WORDS.counted)}(?![\u4e00-\u9fff]))"
)
_GAP = r"(?: {0,2}-{1,2} {0,2}| {1,2})"
_ENDS = r"(?!\d)(?!\.\d)"
_COUNTRY = rf"(?:(?:\+|00)?86{_GAP}?)?"
_ABROAD = rf"(?:\+|00)86{_GAP}?\d(?:{_GAP}?\d){{9,10}}"
_CITY = r"0(?:10|2\d|[3-9]\d\d)"
_AREA = rf"{_COUNTRY}(?:\( ?{_CITY} ?\)|{_CITY})"
_LOCAL = rf"(?:\d{{3,4}}{_GAP}\d{{4}}|\d{{2}}(?:{_GAP}\d\d){{3}}|\d{{7,8}})"
_MOBILE_CELLS = (
    rf"1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|{_GAP}\d{{3}}{_GAP}\d{{5}}|{_GAP}\d{{8}}"
    rf"|\d{_GAP}\d{{3}}{_GAP}\d{{4}}|\d{{4}}{_GAP}\d{{4}})"
)
_YEARS = r"(?!(?:19|20)\d\d {0,2}- {0,2}(?:19|20)\d\d(?!\d))"
_EXTENSION = (
    rf"(?: ?(?:转|分机号?|ext\.?|-) ?\d{{2,5}}{_ENDS}{_NOT_COUNTED}"
    rf"|[/、] ?\d{{2,5}}{_ENDS}{_NOT_COUNTED}(?!{_GAP}\d))*"
)

#: A number of the shapes that telephones have, told apart from a count by what stands behind it.
_TELEPHONE = re.compile(
    rf"(?<![\d.]){_YEARS}(?:"
    rf"{_ABROAD}{_ENDS}"
    rf"|{_AREA}(?: ?{_GAP}? ?){_LOCAL}{_ENDS}"
    rf"|{_COUNTRY}(?:{_MOBILE_CELLS}|1[3-9]\d{{9}}){_ENDS}{_NOT_COUNTED}"
    rf"|[48]00{_GAP}?\d{{3,4}}{_GAP}?\d{{3,4}}{_ENDS}{_NOT_COUNTED}"
    rf"|{_LOCAL}{_ENDS}{_NOT_COUNTED}"
    rf"|\d[\d -]{{1,12}}(?=…)"  # cut off where it was quoted
    rf"|(?:(?<=:)|(?<=: ))\d(?: \d){{6,10}}{_ENDS}{_NOT_COUNTED}"
    rf"){_EXTENSION}",
    re.IGNORECASE,
)
#: Such a number where nothing says so: only shapes that no count has.
_KNOWN_BY_SHAPE = re.compile(
    rf"(?<![0-9A-Za-z._/=%])(?:"
    rf"{_AREA} ?{_GAP}? ?{_LOCAL}{_ENDS}"
    rf"|{_ABROAD}{_ENDS}"
    rf"|1[3-9]\d-?\d{{4}}-?\d{{4}}{_ENDS}(?![0-9A-Za-z]){_NOT_COUNTED}"
    rf"|[48]00-\d{{3,4}}-?\d{{3,4}}{_ENDS}"
    rf"){_EXTENSION}"
)
_MONEY = re.compile(r"(?:金额|资金|经费|投资|收入|支出|总额|预算|决算|产值)[^,。;]{0,8}$")
_MAIL = re.compile(
    r"(?:(?<=[: ])[\u4e00-\u9fff]{2,4}|[A-Za-z0-9._%+-]+) ?"
    r"(?:@|[(\[{<] ?at ?[)\]}>]| at (?=[a-z0-9-]+\.[a-z])|#(?=[A-Za-z0-9-]+\.(?:com|cn|net|org))) ?"
    r"(?:[A-Za-z0-9-]+(?: ?[.。] ?[A-Za-z0-9-]+)+|[A-Za-z0-9.-]*(?=…))",  # … where it was cut off in a quote
    re.IGNORECASE,
)
_MESSENGER = re.compile(
    rf"(?:{_any(_WORDS.messengers)}(?! ?(?:公众|平台|公号|小程序))(?:群|号码|号|ID|id|同号)* ?[:是为(]* ?)"
    rf"(?P<number>(?<=[: 号为是(A-Za-z])[A-Za-z][A-Za-z0-9_-]{{3,}}|\d{{5,12}}{_ENDS}{_NOT_COUNTED})"
)
_SHORT = re.compile(
    rf"{_any(_WORDS.short_numbers)}(?:号码|号)? ?[:为是(]? ?(?P<number>\d{{3,6}}{_ENDS}{_NOT_COUNTED})"
)
#: Number of an identity card: its date of birth tells it from other numbers of 18 digits.
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
#: Digit by digit, as no count is: 八六三八二三四五.
_SPELT_OUT = re.compile("[〇○零一二三四五六七八九]{7,}")
#: Without seven digits close to one another there is no telephone number, without a sign no address.
_LONG = re.compile(r"\d(?:[ ()-]{0,5}\d){6}")
_AT = re.compile("[@#]|[aA][tT]")
#: How far behind its word a number is looked for: a thousand words must not each search the whole rest.
_FAR = 100
_TELEPHONE_WORD = re.compile(_any(_WORDS.telephones))
#: What may stand between a telephone word and its number, or between two of a list; 12345 and 110 too.
_BETWEEN = re.compile(
    rf"(?:”[; A-Za-z]{{1,20}}“|[ :,、;/|()\[\]【】“”\".-]|{re.escape(LEFT_OUT)}|{_any(_WORDS.between)}"
    rf"|(?<!\d)\d{{3,6}}(?!\d){_NOT_COUNTED}(?=[ :,、;/|()]))*"
)


def _numbers_from(text: str, start: int) -> Iterator[Span]:
    """The telephone-like numbers that stand one behind the other from `start` on."""
    while True:
        between = _BETWEEN.match(text, start, start + _FAR)
        assert between is not None  # it may be empty
        found = _first_telephone(text, start, between.end())
        if found is None:
            return
        yield found
        start = found[1]


def _first_telephone(text: str, start: int, end: int) -> Span | None:
    """The first number that begins between both places: 0591 of 0591-8638 is no word between, but a part."""
    for place in range(start, end + 1):
        if place < len(text) and text[place] in "+(0123456789":
            found = _TELEPHONE.match(text, place)
            if found is not None:
                return found.span()
    return None


# --- names -----------------------------------------------------------------------------------------------

_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_COLON = r" {0,4}(?:\([^():]{1,8}\) {0,2})?(?:姓 *名|名 *单)?(?: {0,4}[:|]{1,2}| / ) {0,8}"
_ROLE = re.compile(
    rf"(?P<colon>(?:{_any(_WORDS.roles)}|{_any(_WORDS.deeds | _WORDS.offices)}){_COLON})"
    rf"|(?P<role>{_any(_WORDS.roles)}(?:姓名)? {{0,4}}(?:[(“\"]|为|是|系|有)? {{0,4}})"
    rf"|(?<![{_HAN}])(?P<deed>{_any(_WORDS.deeds)} {{0,8}})"
)
_PERSON = re.compile(_any(_WORDS.roles))
#: Finds the places where `_ROLE` may match, in a twentieth of its time.
_ROLE_WORD = re.compile(_any(_WORDS.roles | _WORDS.deeds | _WORDS.offices))
_CONTACT_MARK = re.compile(
    r"电 ?话|手 ?机|传 ?真|邮 ?箱|微信号|QQ|联 ?系 ?方 ?式|@|"
    rf"(?<![\d.])\d(?:[ -]?\d){{6,}}{_ENDS}{_NOT_COUNTED}",
    re.IGNORECASE,
)
_NEAR = 30
#: Labels of rows in a list of indicators: 单位负责人, 联系电话.
_CONTACT_ROW = re.compile(
    rf"[^{_HAN}A-Za-z]*(?:单位|部门|科室|主要|主管|分管|具体|直接)*{_plain(_WORDS.roles)}(?:姓名|签名|签字|签章|盖章|电话|及电话)*(?:[:(|/].*)?"
)
_TELEPHONE_ROW = re.compile(
    rf"[^{_HAN}A-Za-z]*(?:联系|咨询|办公|办公室|移动|固定|监督|投诉|举报|公开|值班)*{_plain(_WORDS.telephones)}(?:号码|号)?(?:[:(|/].*)?"
)
_CUT = re.compile(f"{_any(_WORDS.roles)}|{_any(_WORDS.deeds)}|{_any(_WORDS.labels)}")
_RUN = re.compile(rf"[{_HAN}](?:[ ·•・]?[{_HAN}])*")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}(?![A-Za-z])")
_NOT_A_NAME = re.compile(_plain(_WORDS.not_names))
_AGENCY = re.compile(_plain(_WORDS.agency_ends) + "$")
_HONORIFIC = re.compile(f"(?P<name>.{{1,4}}?){_plain(_WORDS.honorifics)}")
_SURNAME = re.compile(f"{_plain(_WORDS.compound_surnames)}|{_plain(_WORDS.surnames)}")
_DOTTED = re.compile(rf"[{_HAN}]{{1,8}}(?:[·•・][{_HAN}]{{1,8}}){{1,3}}")
_NUMBER = re.compile(r" {0,2}\d")
#: 请与王小明同志联系; 办公室王小明(86382345), 86382345(王小明).
_ASKED = re.compile(
    rf"[与和同找向由] ?(?P<name>(?:{_SURNAME.pattern})[{_HAN}]{{1,2}}?)"
    rf"{_plain(_WORDS.honorifics)}? ?(?:联 ?系|咨 ?询|询 ?问|负 ?责)"
)
_WITH_NUMBER = re.compile(
    rf"(?:(?<![{_HAN}])|(?<=[室局办科处股所站部院]))(?P<name>(?:{_SURNAME.pattern})[{_HAN}]{{1,2}}?)"
    rf" ?(?:[(: ]|”[^“”\d]{{0,20}}“)? ?(?={_TELEPHONE.pattern})"
)
_BEHIND_NUMBER = re.compile(
    rf"{_TELEPHONE.pattern} ?[(:]? ?(?P<name>(?:{_SURNAME.pattern})[{_HAN}]{{1,2}})(?![{_HAN}])"
)
_AND = re.compile(r" {0,2}(?:[、,/;和及与]| ) {0,2}")


def _names_after(text: str, start: int, *, sure: bool, person: bool) -> Iterator[Span]:
    """The names from `start` on. sure: a colon or another contact says that one stands here. person: the role
    is of a person, so that a name without a known surname is one as well."""
    latin = _LATIN_NAME.match(text, start) if sure and person else None
    end = latin.end() if latin else _name_end(text, start, sure=sure, person=person)
    while end is not None:
        yield start, end
        another = _AND.match(text, end)
        if another is None:
            return
        start = another.end()
        # behind a comma the sentence may go on: 联系人：王小明，全年受理申请3件
        end = _name_end(text, start, sure=sure and another.group().strip() in ("、", "/"), person=False)


def _name_end(text: str, start: int, *, sure: bool, person: bool) -> int | None:
    run = _RUN.match(text, start)
    if run is None:
        return None
    end = run.end()
    if _CUT.match(text, start) is not None:
        return None
    found = _CUT.search(text, start, end)
    cut = found.start() if found is not None else None
    printed = text[start : end if cut is None else cut].rstrip(" ")
    if not sure and cut is None and _counts(text, end):
        return None
    return _name_in(printed, start, sure=sure, person=person)


def _counts(text: str, end: int) -> bool:
    """Whether a number that is counted, and no telephone, follows: 负责人解读3次."""
    return _NUMBER.match(text, end) is not None and next(_numbers_from(text, end), None) is None


def _name_in(printed: str, start: int, *, sure: bool, person: bool) -> int | None:
    """The end of the name that begins `printed` (Han characters, blanks, middle dots), if one does."""
    dotted = _DOTTED.match(printed)
    if dotted is not None:
        return start + dotted.end() if sure or person else None
    word = _first_word(printed)
    letters = word.replace(" ", "")
    honorific = _HONORIFIC.match(letters)
    if (
        honorific is not None
        and not _AGENCY.search(letters)
        and not _NOT_A_NAME.match(letters)
        and _SURNAME.match(honorific["name"])
    ):
        letters = honorific["name"]
    length = _name_length(letters, sure=sure, person=person)
    if not length:
        return None
    taken = seen = 0
    while seen < length:
        seen += word[taken] != " "
        taken += 1
    return start + taken


def _first_word(printed: str) -> str:
    """What stands before the first blank, or the characters that are printed one by one: 王 小 明, 李 四."""
    parts = printed.split(" ")
    kept = parts[0]
    if len(kept) > 1:
        return kept
    for part in parts[1:]:
        if len(kept.replace(" ", "")) + len(part) > 3 or (len(part) > 1 and " " in kept):
            break
        kept += f" {part}"
    return kept


def _name_length(letters: str, *, sure: bool, person: bool) -> int:
    """How many characters of the run are a name; 0 for an office, a place or a word."""
    surname = _SURNAME.match(letters)
    long = len(letters) > 2
    either = long and letters[-1] in _WORDS.ends_of_both
    # 安全峰 behind 联系人: is a person, 负责人安全 is not
    listed = sure and person and len(letters) == 3 and not either
    if letters in _WORDS.not_names or (_NOT_A_NAME.match(letters) and not listed):
        return 0
    if long and (_AGENCY.search(letters) or (either and not (sure and surname and len(letters) <= 4))):
        return 0
    if sure and len(letters) == 2 and letters[0] in "小老阿":
        return 2 if letters[1] in _WORDS.surnames else 0
    if surname is None:
        return len(letters) if sure and person and 2 <= len(letters) <= 4 else 0
    given = len(letters) - surname.end()
    if given <= 2:
        # 李 alone: of 李主任, or all that was printed
        return len(letters) if given or sure else 0
    if sure:
        return len(letters) if given == 3 and person else surname.end() + 2
    return 0


def _named(text: str) -> Iterator[Span]:
    marks = [mark.start() for mark in _CONTACT_MARK.finditer(text)]
    found = (_ROLE.match(text, word.start()) for word in _ROLE_WORD.finditer(text))
    roles = [role for role in found if role is not None]
    for role in roles:
        near = [place for place in marks if role.start() - _NEAR <= place <= role.end() + _NEAR]
        others = [other for other in roles if 0 < abs(other.start() - role.start()) <= _NEAR]
        if role["deed"] is not None and not near and not others:
            continue
        sure = role["colon"] is not None or (bool(near or others) and role["role"] is not None)
        person = role["colon"] is not None and _PERSON.match(text, role.start()) is not None
        yield from _names_after(text, role.end(), sure=sure, person=person)
    if not marks:
        return
    for name in chain.from_iterable(one.finditer(text) for one in (_ASKED, _WITH_NUMBER, _BEHIND_NUMBER)):
        letters = name["name"]
        if _name_length(letters, sure=False, person=False) == len(letters):
            yield name.span("name")


# --- both ------------------------------------------------------------------------------------------------


def contact_spans(printed: str) -> list[Span]:
    """Where contacts stand in the text: begin and end (exclusive), in order, not touching one another."""
    text = printed.translate(_FORMS)
    names = list(_named(text))
    spans = [found.span() for found in _MAIL.finditer(text)] if _AT.search(text) else []
    spans += [found.span("number") for pattern in (_MESSENGER, _SHORT) for found in pattern.finditer(text)]
    spans += [found.span() for found in _SPELT_OUT.finditer(text)]
    if _LONG.search(text):
        spans += _numbers(text, [end for _, end in (*names, *spans)])
    return _merged([*names, *spans])


def speaks_of_contacts(printed: str) -> bool:
    """Whether a word of contact lines or an e-mail stands in it: a bare figure is never a contact."""
    text = printed.translate(_FORMS)
    return any(pattern.search(text) for pattern in (_ROLE_WORD, _TELEPHONE_WORD, _MESSENGER, _MAIL))


def is_contact_row(label: str, unit: str | None, value: str) -> bool:
    """Whether a row of a list is a contact line in a table: 填表人 with whatever stands beside it, 联系电话
    with a number that a telephone has and no unit of statistics."""
    label = label.translate(_FORMS).replace(" ", "")
    if _CONTACT_ROW.fullmatch(label):
        return True
    telephone = _TELEPHONE.fullmatch(value.translate(_FORMS).strip())
    counted = unit is not None and unit.strip() in _WORDS.counted - {"个", "号", "部"}
    return telephone is not None and not counted and _TELEPHONE_ROW.fullmatch(label) is not None


def _numbers(text: str, beside: list[int]) -> Iterator[Span]:
    """Numbers that their shape, a telephone word or a contact before them (`beside`: its end) gives away."""
    known = [found.span() for found in _IDENTITY.finditer(text)]
    known += [
        found.span()
        for found in _KNOWN_BY_SHAPE.finditer(text)
        if not _MONEY.search(text, max(0, found.start() - 20), found.start())
    ]
    yield from known
    words = (word.end() for word in _TELEPHONE_WORD.finditer(text))
    for place in (*words, *beside, *(end for _, end in known)):
        yield from _numbers_from(text, place)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
