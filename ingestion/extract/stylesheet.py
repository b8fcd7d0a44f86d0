"""Style sheets inside a page, as far as a reader of text needs them: simple selectors, in the order of CSS.

Belongs here: rules and which elements they match. Selectors of classes, ids and element names, one inside the
other, are understood; what is not understood matches nothing. Does not belong here: what a property means
(`looks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: Rules of one page that are looked at; those of a portal have some thousands.
_MAX_RULES = 5_000
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_FOR_SCREENS = re.compile(r"@media\s*(?:only\s+)?(?:all|screen)?")
_COMPOUND = re.compile(r"([a-z][\w:-]*|\*)?((?:[.#][\w-]+)*)")
_PART = re.compile(r"([.#])([\w-]+)")
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
#: Properties that may change what is seen ...
_PROPERTIES = frozenset(
    "display visibility opacity overflow width height font-size color background background-color text-indent"
    " vertical-align text-decoration text-decoration-line position left top right mso-text-raise".split()
)
#: ... and values of theirs without one of which a sheet changes nothing.
_RISKY = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|font-size\s*:\s*(?:0\b|[01](?:\.0)?p[xt]|0?\.\d+p[xt])"
    r"|(?<![-\w])color\s*:\s*(?:white|#fff\b|#f.f.f.|rgba?\(|transparent)"
    r"|vertical-align\s*:\s*(?:su[pb]|-?\.?\d)|line-through|text-indent\s*:\s*-\d{3}|(?:left|top)\s*:\s*-\d"
    r"|mso-text-raise"
)


def declarations(source: str) -> dict[str, str]:
    """Properties and values of a style attribute or a rule; of two that are the same the last holds."""
    found: dict[str, str] = {}
    for name, value in _DECLARATION.findall(source):
        if name in _PROPERTIES or name.startswith("mso-"):
            found[name] = value.replace("!important", "").strip()
    return found


@dataclass(frozen=True, slots=True)
class Compound:
    """A part of a selector: td.total#x. tag: "" where any will do."""

    tag: str
    classes: frozenset[str]
    identity: str

    def matches(self, element: Any) -> bool:
        if self.tag and element.tag != self.tag:
            return False
        if self.identity and (element.get("id") or "").lower() != self.identity:
            return False
        return not self.classes or self.classes <= set((element.get("class") or "").lower().split())


@dataclass(frozen=True, slots=True)
class Rule:
    """path: outermost first; the last part is the element itself. weight: of the selector, as CSS has it."""

    path: tuple[Compound, ...]
    found: dict[str, str] = field(hash=False)
    weight: tuple[int, int, int]

    def matches(self, element: Any) -> bool:
        """Whether an element, which matches the last part, stands within the others."""
        if not self.path[-1].matches(element):
            return False
        waiting = list(self.path[:-1])
        around = element.getparent()
        while waiting and around is not None:
            if waiting[-1].matches(around):
                waiting.pop()
            around = around.getparent()
        return not waiting


@dataclass(slots=True)
class Sheet:
    """The rules of a page; none at all unless one of them may hide, raise or strike something on it."""

    rules: list[Rule] = field(default_factory=list)

    @classmethod
    def of(cls, sources: Iterable[str], page: bytes) -> Sheet:
        """The rules of style sheets. page: the bytes of the rest, lower-case: a class that is not there is
        left out, and a sheet that changes nothing on it is empty."""
        rules: list[Rule] = []
        risky = False
        for selector, body in _rules(sources):
            if len(rules) >= _MAX_RULES:
                break
            found = declarations(body)
            if not found:
                continue
            paths = [path for one in selector.split(",") if (path := _path(one)) and _may_occur(path, page)]
            rules += [Rule(path, found, _weight(path)) for path in paths]
            risky = risky or (bool(paths) and _RISKY.search(body) is not None)
        return cls(rules) if risky else cls()

    def matches(self, root: Any) -> dict[Any, dict[str, str]]:
        """What the sheet declares for the elements of a page."""
        if not self.rules:
            return {}
        by_class, by_id, by_tag = _index(root)
        found: dict[Any, dict[str, str]] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.weight):
            last = rule.path[-1]
            if last.identity:
                candidates = by_id.get(last.identity, [])
            elif last.classes:
                candidates = min((by_class.get(name, []) for name in last.classes), key=len)
            else:
                candidates = by_tag.get(last.tag, [])
            for element in candidates:
                if rule.matches(element):
                    found.setdefault(element, {}).update(rule.found)
        return found


def _rules(sources: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Selectors and declarations, also of groups that hold for every screen; those of others are left out."""
    for source in sources:
        plain = _COMMENT.sub("", source)
        groups: list[bool] = []
        n_left_out, at = 0, 0
        selector: str | None = None
        for brace in _BRACE.finditer(plain):
            before, at = plain[at : brace.start()].strip(), brace.end()
            if brace[0] == "{":
                selector = None if before.startswith("@") else before
                if selector is None:
                    groups.append(_FOR_SCREENS.fullmatch(before) is not None)
                    n_left_out += not groups[-1]
            elif selector is not None:
                if not n_left_out:
                    yield selector, before
                selector = None
            elif groups:
                n_left_out -= not groups.pop()


def _path(selector: str) -> tuple[Compound, ...]:
    """The parts of a selector; empty for one that is not understood."""
    parts = []
    for one in selector.replace(">", " ").split():
        found = _COMPOUND.fullmatch(one)
        if found is None:
            return ()
        names = _PART.findall(found[2])
        identities = [name for sign, name in names if sign == "#"]
        tag = found[1] if found[1] != "*" else ""
        classes = frozenset(name for sign, name in names if sign == ".")
        parts.append(Compound(tag or "", classes, identities[-1] if identities else ""))
    # a rule for everything hides nothing by itself, and would be asked of every element
    return tuple(parts) if parts and parts[-1] != Compound("", frozenset(), "") else ()


def _may_occur(path: tuple[Compound, ...], page: bytes) -> bool:
    last = path[-1]
    names = [*last.classes, last.identity] if last.identity else list(last.classes)
    return all(name.encode() in page for name in names) and (not last.tag or f"<{last.tag}".encode() in page)


def _weight(path: tuple[Compound, ...]) -> tuple[int, int, int]:
    return (
        sum(bool(part.identity) for part in path),
        sum(len(part.classes) for part in path),
        sum(bool(part.tag) for part in path),
    )


def _index(root: Any) -> tuple[dict[str, list[Any]], dict[str, list[Any]], dict[str, list[Any]]]:
    by_class: dict[str, list[Any]] = {}
    by_id: dict[str, list[Any]] = {}
    by_tag: dict[str, list[Any]] = {}
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        by_tag.setdefault(element.tag, []).append(element)
        for name in (element.get("class") or "").lower().split():
            by_class.setdefault(name, []).append(element)
        identity = element.get("id")
        if identity:
            by_id.setdefault(identity.lower(), []).append(element)
    return by_class, by_id, by_tag
