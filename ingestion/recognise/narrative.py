"""Facts that stand in prose, each with the sentence it stands in.

Belongs here: applying the narrative lexicon (`catalog/lexicon/narrative.yml`) to the running text of a
document. Does not belong here: the wording of any fact (that is the lexicon), table cells (grids are never
read here), and comparing prose with tables (that is `expectations`).

A wrong fact is worse than a missing one: what a pattern does not name outright is left alone, and wording
that leaves open what is counted is said in the qualifier and raised as an issue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ingestion.extract.model import Document, Issue
from ingestion.recognise.lexicon import Enumeration, Fact, Narrative, Pattern, load_narrative
from ingestion.recognise.numerals import parse_count
from ingestion.recognise.prose import Sentence, sentences
from ingestion.recognise.reading import NarrativeFact

if TYPE_CHECKING:
    from ingestion.catalog import Catalog

_PAUSES = ",;。:("
_ITEM_OPENING = re.compile(r"^(?:[,;:(、]|其中|分别|具体|包括|涵盖|主要|有)*其中")
_AFTER_TOTAL = re.compile(r"(?:公开|信息|文件|事项)*[^,;。:(\d]{0,4}[,;:(、]")
_DIGIT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]*%)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})年(?:度)?(?!\d{1,2}月)")
#: No prose has sentences this long; patterns are not let loose on what may be hostile.
_MAX_SENTENCE_CHARS = 6_000
#: Characters of the clause before that may say of which time a clause speaks (2022年,我局…).
_OPENING = 8
_COPULAS = frozenset("为是有")
_AREA_WIDE = "area_wide_wording"
_OTHER_MATTERS = "other_matters"


@dataclass(slots=True)
class _Hit:
    """A fact and its place in the sentence (folded offsets)."""

    fact: NarrativeFact
    start: int
    end: int
    value_span: tuple[int, int] | None
    ambiguous: bool = False


def read_narrative(
    document: Document, catalog: Catalog, report_year: int | None = None
) -> tuple[list[NarrativeFact], list[Issue]]:
    """The narrative facts of `document` in reading order, and what is doubtful about them.

    report_year: where given, a figure whose clause names another year is left out and reported as an issue.
    Values are in the unit as printed (12.5 with unit 万元); statements without a number have value None; a
    negative statement (未发生…) is the value 0 with qualifier `negative_statement`. Raises LexiconError if
    the lexicon is broken.
    """
    lexicon = load_narrative()
    facts: list[NarrativeFact] = []
    issues: list[Issue] = []
    seen: set[tuple[str, Decimal | None, str | None, str]] = set()
    before: Sentence | None = None
    hits_before: list[_Hit] = []
    for sentence in sentences(document):
        if len(sentence.text) > _MAX_SENTENCE_CHARS:
            issues.append(_too_long(sentence))
            continue
        hits = _read_sentence(sentence, before, hits_before, lexicon, report_year, issues)
        for hit in sorted(hits, key=lambda found: (found.start, found.end)):
            fact = hit.fact
            identity = (fact.fact, fact.value, fact.qualifier, fact.sentence)
            # A page may hold the article twice (for print, for telephones).
            if identity in seen:
                continue
            seen.add(identity)
            facts.append(fact)
            if hit.ambiguous:
                issues.append(_ambiguous(hit))
        before, hits_before = sentence, hits
    return facts, issues


def _read_sentence(
    sentence: Sentence,
    before: Sentence | None,
    hits_before: list[_Hit],
    lexicon: Narrative,
    report_year: int | None,
    issues: list[Issue],
) -> list[_Hit]:
    text = sentence.masked
    hits = _other_matters(sentence, lexicon)
    if not any(map(str.isdigit, text)) and not lexicon.without_number.search(text):
        return hits
    taken: list[tuple[int, int]] = []
    for fact, pattern in lexicon.patterns_for(text):
        if _context_holds(pattern, sentence, before):
            hits.extend(_apply(pattern, fact, sentence, lexicon, taken, report_year, issues))
    for enumeration in lexicon.enumerations:
        hits.extend(_enumerate(enumeration, sentence, hits, hits_before, taken, issues))
    return hits


def _context_holds(pattern: Pattern, sentence: Sentence, before: Sentence | None) -> bool:
    if pattern.unless_sentence is not None and pattern.unless_sentence.search(sentence.masked):
        return False
    if pattern.near is None:
        return True
    if pattern.near.search(sentence.masked) or pattern.near.search(sentence.section):
        return True
    return before is not None and pattern.near.search(before.masked) is not None


def _apply(
    pattern: Pattern,
    fact: Fact,
    sentence: Sentence,
    lexicon: Narrative,
    taken: list[tuple[int, int]],
    report_year: int | None,
    issues: list[Issue],
) -> list[_Hit]:
    """Every match of one pattern that survives its conditions; numbers read are added to `taken`."""
    hits: list[_Hit] = []
    spec = pattern.spec
    text = sentence.masked
    for match in pattern.find.finditer(text):
        clause_start = _clause_start(text, match.start())
        if pattern.unless is not None and pattern.unless.search(text, clause_start, match.end()):
            continue
        value: Decimal | None = None
        unit = spec.unit
        span: tuple[int, int] | None = None
        if spec.value == "n":
            value = parse_count(match.group("n"))
            span = match.span("n")
            if value is None or (not spec.reuse and _overlaps(span, taken)):
                continue
            # "行政复议数 0" may be the row of a list; a sentence says 为.
            if _unit(match) is None and text[span[0] - 1] not in _COPULAS:
                continue
            if lexicon.other_period.search(text, clause_start, span[0]):
                continue
            if lexicon.part_of_year.search(text, max(0, clause_start - _OPENING), span[0]):
                continue
            neighbour = _neighbouring_year(match, report_year)
            if neighbour is False:
                continue
            other = None if neighbour else _other_year(sentence, clause_start, span[0], report_year)
            if other is not None:
                issues.append(_of_other_year(fact, match, sentence, other))
                taken.append(span)
                continue
            unit = _unit(match) or unit
        elif spec.value == "zero":
            value = Decimal(0)
            if any(hit.start < match.end() and match.start() < hit.end for hit in hits):
                continue
        qualifier = spec.qualifier
        if pattern.words is not None:
            qualifier = pattern.words.code(match.group("q"))
            if qualifier is None:
                continue
        elif fact.spec.scoped and lexicon.scope_words.search(text, clause_start, match.end()):
            qualifier = ";".join(filter(None, (qualifier, _AREA_WIDE)))
        if span is not None and not spec.reuse:
            taken.append(span)
        place = match.span()
        hits.append(_hit(fact.spec.fact, value, unit, qualifier, sentence, place, span, spec.ambiguous))
    return hits


def _enumerate(
    enumeration: Enumeration,
    sentence: Sentence,
    hits: list[_Hit],
    hits_before: list[_Hit],
    taken: list[tuple[int, int]],
    issues: list[Issue],
) -> list[_Hit]:
    """The parts of a list: behind a total in this sentence, behind 其中 opening the next, behind a head."""
    total: _Hit | None = None
    position: int | None = None
    for hit in hits:
        if hit.fact.fact in enumeration.spec.after and (total is None or hit.start < total.start):
            total, position = hit, hit.end
    text = sentence.masked
    if total is not None and position is not None:
        joint = _AFTER_TOTAL.match(text, position)
        position = joint.end() if joint else None
    elif enumeration.head is not None and (opening := enumeration.head.search(text)):
        position = opening.end("head_end") if "head_end" in opening.groupdict() else opening.end()
    elif _ITEM_OPENING.match(text):
        for hit in hits_before:
            if hit.fact.fact in enumeration.spec.after:
                total, position = hit, 0
                break
    if position is None:
        return []
    parts = _parts(enumeration, sentence, position, taken)
    if total is not None and enumeration.spec.check_sum and len(parts) > 1 and _is_whole(parts, text):
        _check_sum(total, parts, issues)
    return parts


def _parts(
    enumeration: Enumeration, sentence: Sentence, position: int, taken: list[tuple[int, int]]
) -> list[_Hit]:
    parts: list[_Hit] = []
    text = sentence.masked
    while item := enumeration.item.match(text, position):
        label = item.group("label")
        span = item.span("n")
        value = parse_count(item.group("n"))
        if value is None or enumeration.label_stop.search(label) or _overlaps(span, taken):
            break
        if enumeration.label_drop is not None:
            label = enumeration.label_drop.sub("", label)
        code, qualifier = enumeration.spec.fact, label
        for fact, words in enumeration.by_words:
            known = words.code(label)
            if known is not None:
                code, qualifier = fact, known
        start = item.start("label")
        taken.append(span)
        parts.append(
            _hit(code, value, _unit(item), qualifier, sentence, (start, item.end("u")), span, ambiguous=False)
        )
        position = item.end()
    return parts


def _is_whole(parts: list[_Hit], text: str) -> bool:
    """Whether the list was read to its end: no further count follows it in the sentence."""
    return _DIGIT.search(text, parts[-1].end) is None


def _check_sum(total: _Hit, parts: list[_Hit], issues: list[Issue]) -> None:
    """Says so when a list does not add up; nothing is corrected."""
    stated = total.fact.value
    # Parts in other units or scales (万) are not the parts of this total.
    if stated is None or any((part.fact.unit or "")[:1] == "万" for part in parts):
        return
    summed = sum((part.fact.value or Decimal(0) for part in parts), Decimal(0))
    if summed != stated:
        issues.append(
            Issue(
                code="enumeration_sum_differs",
                place=total.fact.fact,
                detail=f"{total.fact.raw}: {stated} stated, the {len(parts)} parts listed add up to {summed}",
                severity="info",
                locator=total.fact.locator,
            )
        )


def _other_matters(sentence: Sentence, lexicon: Narrative) -> list[_Hit]:
    """无 in the section "other matters to report"."""
    if "无" not in sentence.text and "没有" not in sentence.text:
        return []
    match = lexicon.none_statement.match(sentence.text)
    if match is not None and lexicon.none_heading.search(sentence.section):
        return [_none_hit(sentence, match.span())]
    inline = lexicon.none_inline.search(sentence.printed)
    if inline is None:
        return []
    words = "".join(inline.group("statement").split())
    start = sentence.text.find(words, sentence.text.find("事项"))
    return [_none_hit(sentence, (start, start + len(words)))] if start >= 0 else []


def _none_hit(sentence: Sentence, span: tuple[int, int]) -> _Hit:
    return _hit(_OTHER_MATTERS, None, None, "none", sentence, span, None, ambiguous=False)


def _hit(
    code: str,
    value: Decimal | None,
    unit: str | None,
    qualifier: str | None,
    sentence: Sentence,
    span: tuple[int, int],
    value_span: tuple[int, int] | None,
    ambiguous: bool,
) -> _Hit:
    fact = NarrativeFact(
        fact=code,
        value=value,
        unit=unit,
        raw=sentence.raw(*span),
        sentence=sentence.printed,
        qualifier=qualifier,
        locator=sentence.locate(*span),
        confidence=sentence.paragraph.confidence,
    )
    return _Hit(fact, span[0], span[1], value_span, ambiguous)


def _unit(match: re.Match[str]) -> str | None:
    """The unit as printed, 万 and 亿 kept in it (3.5 with unit 万条)."""
    groups = match.groupdict()
    unit: str | None = groups.get("u")
    return None if unit is None else (groups.get("m") or "") + unit


def _clause_start(text: str, position: int) -> int:
    return max(text.rfind(pause, 0, position) for pause in _PAUSES) + 1


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)


def _neighbouring_year(match: re.Match[str], report_year: int | None) -> bool | None:
    """Whether a year that the pattern names is the one before (`last`) or after (`next`) the report's.

    None where it names none. 2022年结转至2023年2件 is carried in by the report on 2023 only.
    """
    for name, offset in (("last", -1), ("next", 1)):
        year = match.groupdict().get(name)
        if year is not None:
            return report_year is not None and int(year) == report_year + offset
    return None


def _other_year(sentence: Sentence, clause_start: int, position: int, report_year: int | None) -> int | None:
    """The year that the clause before a figure names, if it is not the report's."""
    if report_year is None:
        return None
    years = [int(year) for year in _YEAR.findall(sentence.masked[clause_start:position])]
    if not years:
        opening = sentence.masked[max(0, clause_start - _OPENING) : clause_start]
        # "2022年,我局收到…": the year is set off by a comma.
        years = [int(year) for year in _YEAR.findall(opening)]
    return years[-1] if years and report_year not in years else None


def _of_other_year(fact: Fact, match: re.Match[str], sentence: Sentence, year: int) -> Issue:
    return Issue(
        code="narrative_other_year",
        place=fact.spec.fact,
        detail=f"{sentence.raw(*match.span())}: the clause speaks of {year}, not read as the report year's",
        severity="info",
        locator=sentence.locate(*match.span()),
    )


def _too_long(sentence: Sentence) -> Issue:
    return Issue(
        code="narrative_not_read",
        place="narrative",
        detail=f"a sentence of {len(sentence.text)} characters was not searched for facts",
        severity="info",
        locator=sentence.locate(0, len(sentence.text)),
    )


def _ambiguous(hit: _Hit) -> Issue:
    return Issue(
        code="cumulative_wording_ambiguous",
        place=hit.fact.fact,
        detail=f"{hit.fact.raw}: 累计 may mean the year so far or all years",
        severity="info",
        locator=hit.fact.locator,
    )
