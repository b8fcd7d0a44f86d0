"""Whose figures a report gives, the body's own or those of a whole area, and what tells it.

Belongs here: the words of title, preamble and text about it, the kind of the body, and prose that speaks
against what was taken. Does not belong here: any of the words (`catalog/lexicon/headline.yml`, `scope`).

Most reports do not say it. Then own_body is a rule and no finding, and `scope_basis` says so: sums over
such reports may mix both. Prose never turns the scope round: that 全区 received as many requests as the
table prints is what an area-wide report says, and also one whose author calls the government the district.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingestion.extract.model import Issue
from ingestion.recognise.headline_words import HeadlineWords, load_headline_words
from ingestion.recognise.prose import fold, mask
from ingestion.recognise.reading import (
    REPORTED,
    SCOPE_ASSUMED,
    SCOPE_BY_KIND,
    SCOPE_BY_STATEMENT,
    SCOPE_BY_TITLE,
    SCOPE_DOUBT,
    SCOPE_IN_DOUBT,
    Headline,
    NarrativeFact,
    Reading,
)
from ingestion.recognise.sayings import Line, Saying
from ingestion.recognise.titles import Title

OWN_BODY, AGGREGATE = "own_body", "aggregate"

_PREAMBLE, _SENTENCE = "preamble", "statement of scope"
_STATEMENTS = frozenset({_PREAMBLE, _SENTENCE})
_PAUSES = re.compile("[,;。:]")


def read_scope(
    lines: Sequence[Line],
    preamble: Sequence[Line],
    chosen: Title | None,
    hint: Title | None,
    words: HeadlineWords,
    head: Headline,
) -> None:
    """Sets `scope` and, where title or text say it, `found["scope"]`; else own_body without a finding.

    The title counts first, then the preamble, then a sentence anywhere that names the scope of the figures.
    """
    title = chosen or hint
    if title is not None:
        if words.own_body.search(title.text):
            _found(OWN_BODY, Saying(OWN_BODY, title.raw, title.how, title.locator), head)
            return
        match = words.aggregate_title.search(title.text)
        if match is not None:
            _found(AGGREGATE, Saying(AGGREGATE, match.group(), title.how, title.locator), head)
            return
    for line in preamble:
        text = mask(line.text)
        own = words.own_body.search(text)
        if own is not None:
            # 本级 alone may stand for anybody (报送本级政府): it keeps own_body, and tells nothing
            said = words.own_preamble.search(text)
            if said is not None:
                _found(OWN_BODY, _saying(OWN_BODY, line, said, _PREAMBLE), head)
                return
            break
        match = words.aggregate_preamble.search(text)
        if match is not None and not _of_its_parts(match, head, words):
            _found(AGGREGATE, _saying(AGGREGATE, line, match, _PREAMBLE), head)
            return
    for line in lines:
        for scope, statement in ((OWN_BODY, words.own_statement), (AGGREGATE, words.aggregate_statement)):
            match = statement.search(line.text)
            if match is not None and not (scope == AGGREGATE and _of_its_parts(match, head, words)):
                _found(scope, _saying(scope, line, match, _SENTENCE), head)
                return


def _of_its_parts(match: re.Match[str], head: Headline, words: HeadlineWords) -> bool:
    """Whether a sentence speaks of the parts of a body that has no area (综合街道各部门情况编制)."""
    has_no_area = head.agency is not None and words.has_no_area(head.agency)
    return has_no_area and words.area_wide.search(match.group()) is None


def _saying(scope: str, line: Line, match: re.Match[str], how: str) -> Saying:
    first, last = line.folded.span(*match.span())
    return Saying(scope, line.block.text[first:last], how, line.at(first, last))


def _found(scope: str, saying: Saying, head: Headline) -> None:
    head.scope = scope
    head.found["scope"] = saying.to_found()


def with_scope_basis(reading: Reading) -> Reading:
    """The reading with `headline.scope_basis`, and an issue where the prose speaks against the scope.

    Works on the whole reading of a report, since table and prose may stand in two files; what an earlier call
    said is replaced.
    """
    words = load_headline_words()
    headline = reading.headline
    issues = [issue for issue in reading.issues if issue.code != SCOPE_DOUBT]
    basis = _basis(headline, words)
    if basis in (SCOPE_BY_KIND, SCOPE_ASSUMED):
        doubts = [_doubt(fact, key) for fact, key in _area_wide_totals(reading, words)]
        basis = SCOPE_IN_DOUBT if doubts else basis
        issues += doubts
    return replace(reading, headline=replace(headline, scope_basis=basis), issues=issues)


def _basis(headline: Headline, words: HeadlineWords) -> str:
    said = headline.found.get("scope")
    if said is not None:
        return SCOPE_BY_STATEMENT if said["how"] in _STATEMENTS else SCOPE_BY_TITLE
    return SCOPE_BY_KIND if headline.agency and words.has_no_area(headline.agency) else SCOPE_ASSUMED


def _area_wide_totals(reading: Reading, words: HeadlineWords) -> Iterator[tuple[NarrativeFact, str]]:
    """Figures of the prose that are said of an area and that the table prints too, with the cell.

    Nothing is no evidence: of a district without requests, its government has none either.
    """
    for fact in reading.narrative:
        if not fact.value or not words.area_wide.search(_clause_of(fact)):
            continue
        for key in words.scope_totals.get(fact.fact, ()):
            cell = reading.cells.get(key)
            if cell is not None and cell.state == REPORTED and cell.value == fact.value:
                yield fact, key


def _clause_of(fact: NarrativeFact) -> str:
    """The clause that a fact stands in, folded, up to its end (of 按全区部署,全镇受理2件 the latter part)."""
    raw = fold(fact.raw).text
    before = fold(fact.sentence).text.partition(raw)[0]
    return _PAUSES.split(before)[-1] + raw


def _doubt(fact: NarrativeFact, key: str) -> Issue:
    sentence = " ".join(fact.sentence.split())
    detail = (
        f"nothing says whose figures these are and own_body is taken, but the prose gives the number of "
        f"{key} ({fact.value}) for a whole area: «{sentence}»"
    )
    return Issue(SCOPE_DOUBT, "scope", detail, "warning", fact.locator)
