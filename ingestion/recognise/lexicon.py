"""The lexicons of recognition: YAML files of patterns, validated and compiled once.

Belongs here: the shape of `catalog/lexicon/*.yml` and the small template language of their patterns. Does not
belong here: the patterns (they are data) and their application to a document.

Patterns are Python regular expressions on folded text (`prose.fold`: half-width punctuation, no blanks).
`«n:件|条»` is a count with one of these units, `«n:?件|条»` the same where the unit may be left out between
为 and a pause, `«name»` a fragment of the file's `fragments`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.recognise.numerals import NUMERAL_CHARS

LEXICON_DIR = Path(__file__).resolve().parent.parent / "catalog" / "lexicon"

#: A count: no part of a longer number, no ordinal, and not "about", "more than" or "several".
COUNT = (
    r"(?<![\d.近约逾第])(?<!超过)(?<!不少于)(?<!不低于)(?<!-)"
    # 数十件 is "some tens", 申请数12件 a count: only numeral words are refused behind 数.
    rf"(?P<n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![几数])[{NUMERAL_CHARS}]+)"
)
#: The C loader where PyYAML has it: these files are read at every start.
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PAUSE = r"(?=[,;。、)!?]|$)"
_TEMPLATE = re.compile("«([^»]+)»")


class LexiconError(Exception):
    """A lexicon file that cannot be used; the message names file, place and reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PatternSpec(_Strict):
    """One way to print a fact.

    find: the pattern. value: `n` (the count in the match), `zero` (a negative statement), `none` (a statement
    without a number). qualifier: fixed text; qualifier_words: name of a word list that translates group `q`.
    needs: one of these words must stand in the sentence (cheap filter, and documentation). near: pattern
    that the sentence, the one before it or the section heading must contain. unless: pattern that must not
    occur in the clause up to the match's end; unless_sentence: not in the whole sentence. reuse: the number
    may already have been read as another fact. ambiguous: the wording leaves open what is counted (an info
    issue is raised).
    """

    find: str
    needs: tuple[str, ...] = Field(min_length=1)
    value: Literal["n", "zero", "none"] = "n"
    unit: str | None = None
    qualifier: str | None = None
    qualifier_words: str | None = None
    near: str | None = None
    unless: str | None = None
    unless_sentence: str | None = None
    reuse: bool = False
    ambiguous: bool = False


class FactSpec(_Strict):
    """A fact that prose may state. scoped: the figure may cover more than the body itself, so words such as
    全区 in its clause are noted in the qualifier."""

    fact: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: str
    en: str
    scoped: bool = False
    patterns: tuple[PatternSpec, ...] = Field(min_length=1)


class EnumerationSpec(_Strict):
    """Parts listed after a total (…117条，其中：甲类10条、乙类1条).

    after: facts whose number the list may follow. head: pattern that opens a list without a total. fact:
    code of the parts, with the label as printed in the qualifier. by_words: other facts for labels that a
    word list knows ({fact: word list}). units: units of the parts. label_stop: a label with these words ends
    the list. label_drop: pattern removed from the start of a label. check_sum: say so when the parts do not
    add up.
    """

    after: tuple[str, ...]
    head: str | None = None
    fact: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    by_words: dict[str, str] = Field(default_factory=dict)
    units: tuple[str, ...] = Field(min_length=1)
    label_stop: str
    label_drop: str | None = None
    check_sum: bool = True


class OtherMattersSpec(_Strict):
    """How the last section says 无: under its heading (statement, on folded text) or behind it (inline, on
    text whose blanks are kept, since a flattened page runs the signature on)."""

    heading: str
    statement: str
    inline: str


class NarrativeFile(_Strict):
    """`narrative.yml` as written. Order is priority: a number read as one fact is not read as a later one."""

    version: int
    words: dict[str, dict[str, tuple[str, ...]]]
    fragments: dict[str, str]
    scope_words: str
    other_period: str
    part_of_year: str
    statement_without_number: str
    facts: tuple[FactSpec, ...] = Field(min_length=1)
    enumerations: tuple[EnumerationSpec, ...]
    other_matters: OtherMattersSpec
    part_facts: dict[str, dict[str, str]]


class Pattern:
    """A compiled `PatternSpec`."""

    __slots__ = ("find", "near", "spec", "unless", "unless_sentence", "words")

    def __init__(self, spec: PatternSpec, file: NarrativeFile, where: str) -> None:
        self.spec = spec
        self.find = _compile(spec.find, file.fragments, f"{where}: find")
        self.near = _optional(spec.near, file.fragments, f"{where}: near")
        self.unless = _optional(spec.unless, file.fragments, f"{where}: unless")
        self.unless_sentence = _optional(spec.unless_sentence, file.fragments, f"{where}: unless_sentence")
        groups = self.find.groupindex
        if spec.value == "n" and "n" not in groups:
            raise LexiconError(f"{where}: a pattern with value n must hold a count «n:…»")
        self.words: WordList | None = None
        if spec.qualifier_words is not None:
            if "q" not in groups:
                raise LexiconError(f"{where}: qualifier_words without a group q")
            self.words = _word_list(spec.qualifier_words, file, where)


class WordList:
    """Translates words to codes; the longest word found in a label decides."""

    __slots__ = ("_codes", "_pattern")

    def __init__(self, entries: dict[str, tuple[str, ...]]) -> None:
        self._codes = {word: code for code, words in entries.items() for word in words}
        longest_first = sorted(self._codes, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(word) for word in longest_first))

    def code(self, label: str) -> str | None:
        """The code of the word in `label`; None if it holds none, or words of several codes."""
        codes = {self._codes[word] for word in self._pattern.findall(label)}
        return codes.pop() if len(codes) == 1 else None


class Fact:
    """A compiled `FactSpec`."""

    __slots__ = ("patterns", "spec")

    def __init__(self, spec: FactSpec, patterns: tuple[Pattern, ...]) -> None:
        self.spec = spec
        self.patterns = patterns


class Enumeration:
    """A compiled `EnumerationSpec`; `item` matches one part at the position where it must begin."""

    __slots__ = ("by_words", "head", "item", "label_drop", "label_stop", "spec")

    def __init__(self, spec: EnumerationSpec, file: NarrativeFile, where: str) -> None:
        self.spec = spec
        self.head = _optional(spec.head, file.fragments, f"{where}: head")
        self.label_stop = _compile(spec.label_stop, file.fragments, f"{where}: label_stop")
        self.label_drop = _optional(spec.label_drop, file.fragments, f"{where}: label_drop")
        self.item = _compile(
            r"[,;、:(]*(?:其中|主要|包括|包含|涵盖|涉及|分别为|分别是|以及|另有|及|和|[,:(])*"
            r"(?P<label>(?:[^,;。:()\d□]|\([^()\d]{1,12}\)){2,40}?)(?:共|共计|为|有|计)?[:]?"
            rf"«n:{'|'.join(spec.units)}»"
            r"(?:[(,]?占(?:比|总数的?|全部的?)?(?:为|的)?[\d.]+%[)]?)?(?=[,;。、)]|$)",
            file.fragments,
            f"{where}: item",
        )
        self.by_words = tuple((fact, _word_list(words, file, where)) for fact, words in spec.by_words.items())


class Narrative:
    """`narrative.yml`, ready to use."""

    def __init__(self, file: NarrativeFile) -> None:
        self.version = file.version
        self.scope_words = _compile(file.scope_words, file.fragments, "scope_words")
        self.other_period = _compile(file.other_period, file.fragments, "other_period")
        self.part_of_year = _compile(file.part_of_year, file.fragments, "part_of_year")
        self.without_number = _compile(
            file.statement_without_number, file.fragments, "statement_without_number"
        )
        other = file.other_matters
        self.none_heading = _compile(other.heading, file.fragments, "other_matters: heading")
        self.none_statement = _compile(other.statement, file.fragments, "other_matters: statement")
        self.none_inline = _compile(other.inline, file.fragments, "other_matters: inline")
        self.facts = tuple(
            Fact(
                spec,
                tuple(
                    Pattern(pattern, file, f"facts.{spec.fact}.patterns[{number}]")
                    for number, pattern in enumerate(spec.patterns)
                ),
            )
            for spec in file.facts
        )
        self._patterns = [(fact, pattern) for fact in self.facts for pattern in fact.patterns]
        #: needed word -> which patterns can match only where it stands
        self._needing: dict[str, list[int]] = {}
        for number, (_, pattern) in enumerate(self._patterns):
            for word in pattern.spec.needs:
                self._needing.setdefault(word, []).append(number)
        self.enumerations = tuple(
            Enumeration(spec, file, f"enumerations[{number}]")
            for number, spec in enumerate(file.enumerations)
        )
        #: code -> (zh, en), for every fact that can come out.
        self.names: dict[str, tuple[str, str]] = {
            **{spec.fact: (spec.zh, spec.en) for spec in file.facts},
            **{code: (names["zh"], names["en"]) for code, names in file.part_facts.items()},
        }
        for enumeration in file.enumerations:
            for code in (enumeration.fact, *enumeration.by_words, *enumeration.after):
                if code not in self.names:
                    raise LexiconError(f"enumerations: fact {code!r} has no name in facts or part_facts")

    def patterns_for(self, text: str) -> list[tuple[Fact, Pattern]]:
        """The patterns of which `text` has a needed word, in the file's order: few, of many."""
        numbers = {number for word, needing in self._needing.items() if word in text for number in needing}
        return [self._patterns[number] for number in sorted(numbers)]


def _word_list(name: str, file: NarrativeFile, where: str) -> WordList:
    if name not in file.words:
        raise LexiconError(f"{where}: no word list {name!r}")
    return WordList(file.words[name])


def _optional(pattern: str | None, fragments: dict[str, str], where: str) -> re.Pattern[str] | None:
    return None if pattern is None else _compile(pattern, fragments, where)


def _compile(pattern: str, fragments: dict[str, str], where: str) -> re.Pattern[str]:
    try:
        return re.compile(_expand(pattern, fragments, where, depth=0))
    except re.error as error:
        raise LexiconError(f"{where}: {error} in {pattern!r}") from error


def _expand(pattern: str, fragments: dict[str, str], where: str, depth: int) -> str:
    if depth > 5:
        raise LexiconError(f"{where}: fragments refer to each other in a circle")

    def insert(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("n:"):
            units = name[2:]
            if units.startswith("?"):
                return rf"{COUNT}(?:(?P<m>[万亿])?(?P<u>{units[1:]})|{_PAUSE})"
            return rf"{COUNT}(?P<m>[万亿])?(?P<u>{units})"
        if name not in fragments:
            raise LexiconError(f"{where}: no fragment {name!r}")
        return f"(?:{_expand(fragments[name], fragments, where, depth + 1)})"

    return _TEMPLATE.sub(insert, pattern)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; LexiconError where it is missing or no mapping."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE_LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise LexiconError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise LexiconError(f"{path.name}: not a mapping")
    return content


@lru_cache(maxsize=4)
def load_narrative(path: Path = LEXICON_DIR / "narrative.yml") -> Narrative:
    """The narrative lexicon; LexiconError names the file and place of what is wrong in it."""
    try:
        return Narrative(NarrativeFile.model_validate(read_yaml(path)))
    except (ValidationError, LexiconError) as error:
        raise LexiconError(f"{path.name}: {error}") from error
