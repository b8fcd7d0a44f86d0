"""Running text made ready for patterns: paragraphs, sentences, and what must never be read as a count.

Belongs here: joining hard-wrapped lines, dropping blanks and full-width forms while remembering where every
character stood, sentence ends, and masking (telephone numbers, addresses, document numbers, dates, titles in
《》, statutory tables that were glued into a line of text). Does not belong here: any pattern for a fact.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingestion.catalog.traditional import SIMPLIFIED, SOUND
from ingestion.extract.model import Document, Locator, TextBlock

#: Stands for one masked character: no pattern for numbers or words matches it.
MASK = "□"


def _single_forms() -> dict[int, str]:
    """NFKC for the characters it maps to exactly one other, so that offsets stay true; simplified forms."""
    forms: dict[int, str] = dict(SIMPLIFIED)
    for first, last in ((0xFF01, 0xFF5E), (0x2F00, 0x2FDF), (0xF900, 0xFAD9), (0xFE50, 0xFE6B)):
        for point in range(first, last + 1):
            form = unicodedata.normalize("NFKC", chr(point))
            if len(form) == 1:
                forms[point] = SIMPLIFIED.get(ord(form), form)
    forms[ord("﹝")] = "〔"
    forms[ord("﹞")] = "〕"
    forms[ord("∶")] = ":"
    return forms


_FORMS = _single_forms()
#: Where such characters stand, and how many kinds of them are replaced one by one: a real text has some ten
#: (，、。：（）《》０１), and each takes a hundredth of the time in which `translate` looks up every hanzi.
_FORMABLE = re.compile(
    "[﹝﹞∶\u2f00-\u2fdf\uf900-\ufad9\ufe50-\ufe6b\uff01-\uff5e" + "".join(map(chr, SIMPLIFIED)) + "]"
)
_FEW_KINDS = 24
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u3000\xa0]+")
_BLANK_OR_SOUND = re.compile(f"{_BLANK.pattern}|{SOUND.pattern}")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text for matching: NFKC and simplified forms per character, blanks and marks of sound dropped.

    One blank is kept between two ASCII words or numbers.

    `origin[i]` is the offset in the printed text of character i of `text`; None where nothing was dropped.
    """

    text: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the printed text of `text[start:end]` (end exclusive)."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """`text` folded for matching, with the way back to the printed characters."""
    if text.isascii() and text.isalnum():
        return Folded(text, None)  # a number, as most cells of a table are
    formed = _formed(text)
    # asked for every text: the second pattern is slow, and few texts have a bracket
    dropped = _BLANK_OR_SOUND if "(" in formed and SOUND.search(formed) else _BLANK
    if dropped.search(formed) is None:
        return Folded(formed, None)
    kept: list[str] = []
    origin: list[int] = []
    position = 0
    for blank in dropped.finditer(formed):
        start, end = blank.span()
        kept.append(formed[position:start])
        origin.extend(range(position, start))
        # "12 34" must not become 1234; between Chinese characters a blank means nothing.
        if start > 0 and end < len(formed) and _is_word(formed[start - 1]) and _is_word(formed[end]):
            kept.append(" ")
            origin.append(start)
        position = end
    kept.append(formed[position:])
    origin.extend(range(position, len(formed)))
    return Folded("".join(kept), tuple(origin))


def _formed(text: str) -> str:
    """`text` with every character in its form, each in its place."""
    kinds = set(_FORMABLE.findall(text))
    if len(kinds) > _FEW_KINDS:
        return text.translate(_FORMS)
    for kind in kinds:
        text = text.replace(kind, _FORMS.get(ord(kind), kind))
    return text


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text blocks that read on as one paragraph. `starts[i]` is where block i begins in `text`."""

    text: str
    starts: tuple[int, ...]
    locators: tuple[Locator, ...]
    lengths: tuple[int, ...]
    is_heading: bool = False
    #: of its least sure block: text that was read from ink may be wrong
    confidence: float = 1.0

    def locate(self, start: int, end: int) -> Locator:
        """Where `text[start:end]` stands: the lines it covers and, where known, its character offsets."""
        first = self._block_at(start)
        last = self._block_at(max(start, end - 1))
        head, tail = self.locators[first], self.locators[last]
        char_start = self._offset(first, start)
        char_end = self._offset(last, end)
        return replace(
            head,
            line_end=tail.line_end if tail.line_end is not None else tail.line,
            char_start=char_start,
            char_end=char_end,
            bbox=head.bbox if first == last else None,
        )

    def _block_at(self, position: int) -> int:
        return max(0, bisect_right(self.starts, position) - 1)

    def _offset(self, index: int, position: int) -> int | None:
        locator = self.locators[index]
        if locator.char_start is None or locator.char_end is None:
            return None
        if locator.char_end - locator.char_start != self.lengths[index]:
            # The block is not a verbatim slice of the decoded text (entities, markup): its own bounds are
            # all that is true.
            return locator.char_start if position == self.starts[index] else locator.char_end
        return locator.char_start + position - self.starts[index]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: `printed` as it stands, `text` folded, `masked` of the same length, dangers blotted out.

    `section`: the folded section heading it stands under, "" before the first. `offset`: where the sentence
    begins in the folded text of its paragraph.
    """

    printed: str
    text: str
    masked: str
    section: str
    paragraph: Paragraph
    offset: int
    folded: Folded

    def raw(self, start: int, end: int) -> str:
        """The printed characters of `text[start:end]`."""
        first, last = self.folded.span(self.offset + start, self.offset + end)
        return self.paragraph.text[first:last]

    def locate(self, start: int, end: int) -> Locator:
        """Where `text[start:end]` stands in the document."""
        return self.paragraph.locate(*self.folded.span(self.offset + start, self.offset + end))


_CHINESE = "一二三四五六七八九十"
_ENUMERATOR = re.compile(
    rf"^\s*(?:[{_CHINESE}]{{1,3}}、|[(（][{_CHINESE}]{{1,3}}[)）]|\d{{1,2}}[.、．](?!\d)|#)"
)
_TERMINAL = ("。", "！", "？", "!", "?", "：", ":")
_PUNCTUATED = re.compile(r"[，。；,;]")
#: A hard-wrapped text has lines of about the same width; one line a paragraph has wild ones.
_WRAP_WIDTHS = (40, 130)
_WRAP_SLACK = 10
_PAGE_BREAK_MIN_CHARS = 40


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """The document's running text in order; lines that a hard wrap or a page break cut are joined again.

    Lines are joined only in line-based media (not HTML, where blocks are the author's paragraphs). Grids,
    images and meta blocks end a paragraph and are never part of one.
    """
    run: list[TextBlock] = []
    for block in document.blocks:
        if isinstance(block, TextBlock) and block.kind != "meta":
            run.append(block)
        elif run:
            yield from _paragraphs_of_run(run, document)
            run = []
    if run:
        yield from _paragraphs_of_run(run, document)


def _paragraphs_of_run(run: Sequence[TextBlock], document: Document) -> Iterator[Paragraph]:
    wrapped = "html" not in document.media_type
    widths = [_width(block.text) for block in run] if wrapped else []
    group: list[TextBlock] = []
    for index, block in enumerate(run):
        if group and not (wrapped and _reads_on(run, widths, index)):
            yield _paragraph(group)
            group = []
        group.append(block)
    if group:
        yield _paragraph(group)


def _reads_on(run: Sequence[TextBlock], widths: Sequence[int], index: int) -> bool:
    """Whether block `index` is the continuation of the one before it."""
    before, block = run[index - 1], run[index]
    if before.kind != "paragraph" or block.kind != "paragraph":
        return False
    if before.locator.line is None or block.locator.line is None:
        return False
    if before.text.rstrip("”」』）) \u3000").endswith(_TERMINAL) or _ENUMERATOR.match(block.text):
        return False
    gap = block.locator.line - (before.locator.line_end or before.locator.line)
    if gap == 1:
        near = widths[max(0, index - 6) : index + 6]
        width = max(near)
        return _WRAP_WIDTHS[0] <= width <= _WRAP_WIDTHS[1] and widths[index - 1] >= width - _WRAP_SLACK
    if gap == 2:
        # One blank line in mid-sentence: the foot of a page.
        return (
            len(before.text) >= _PAGE_BREAK_MIN_CHARS
            and not before.text.rstrip().endswith(("；", ";"))
            and _PUNCTUATED.search(before.text) is not None
            and _PUNCTUATED.search(block.text) is not None
        )
    return False


def _width(text: str) -> int:
    """Columns of a line: an ideograph takes two."""
    return sum(1 if char.isascii() else 2 for char in text)


def paragraph_of(block: TextBlock) -> Paragraph:
    """The block alone as a paragraph, to locate a part of it."""
    return _paragraph([block])


def _paragraph(group: Sequence[TextBlock]) -> Paragraph:
    starts: list[int] = []
    position = 0
    for block in group:
        starts.append(position)
        position += len(block.text)
    return Paragraph(
        text="".join(block.text for block in group),
        starts=tuple(starts),
        locators=tuple(block.locator for block in group),
        lengths=tuple(len(block.text) for block in group),
        is_heading=len(group) == 1 and group[0].kind in ("heading", "title"),
        confidence=min(block.confidence for block in group),
    )


_SECTION = re.compile(rf"^#*(?:[{_CHINESE}]{{1,3}}、|[(][{_CHINESE}]{{1,3}}[)]|\d{{1,2}}[.、](?!\d))")
#: Zero-width, for long runs of blanks.
_CHUNK = re.compile(rf"(?<=\s)(?=[{_CHINESE}]、|[(（][{_CHINESE}]{{1,3}}[)）])")
_STOP = re.compile(r"[。!?]+[”」』)]*")


def sentences(document: Document) -> Iterator[Sentence]:
    """Every sentence of the running text, in document order, masked and under its section heading."""
    section = ""
    for paragraph in paragraphs(document):
        folded = fold(paragraph.text)
        text = folded.text
        if not text:
            continue
        if _SECTION.match(text) and len(text) <= 60 and "。" not in text:
            section = text
        masked = mask(text)
        for start, end in _bounds(paragraph, folded):
            first, last = folded.span(start, end)
            yield Sentence(
                printed=paragraph.text[first:last].strip(),
                text=text[start:end],
                masked=masked[start:end],
                section=section,
                paragraph=paragraph,
                offset=start,
                folded=folded,
            )


def _bounds(paragraph: Paragraph, folded: Folded) -> Iterator[tuple[int, int]]:
    """Sentence bounds in the folded text: full stops, and section heads that a flattened page ran on."""
    text = folded.text
    cuts = {match.end() for match in _STOP.finditer(text)}
    heads = [match.end() for match in _CHUNK.finditer(paragraph.text)]
    if heads:
        origin = folded.origin or tuple(range(len(text)))
        places = {printed: place for place, printed in enumerate(origin)}
        cuts.update(places[head] for head in heads if head in places)
    start = 0
    for cut in sorted(cuts | {len(text)}):
        if cut > start:
            yield start, cut
        start = cut


#: 国办发〔2014〕32号: looked for at every hanzi, so only in a text that has a 号.
_PAPER_NUMBER = r"[\u4e00-\u9fff]{0,8}[〔\[【(]\d{4}[〕\]】)]第?\d+号 |"
_TO_MASK = r"""
      \([^()]*(?:电话|邮编|邮箱|传真|地址|联系人|E-?mail)[^()]*\)       # a contact line in brackets
    | 《[^》]{1,120}》                                                  # titles of laws and papers
    | https?[:/][\x21-\x7e]+ | www\.[\w./-]+                       # addresses on the net
    | [A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]+
    | (?:地址|联系人|邮政编码|邮编)[:为][^,;。)]*
    | (?:电话|手机|传真|热线|邮编|邮政编码|号码|QQ)[^,;。\d]{0,6}[(]?\d[\d()—–-]{4,}
    | (?<!\d)\d{3,4}[)—–-]\d{6,8}(?!\d) | (?<!\d)1\d{10}(?!\d)
    | (?<!\d)\d{7,8}(?!\d)(?![人条件次万元篇份个])                        # a bare telephone number
    | «paper number»
      第\d+(?:号|条|项|款|章|次|届|批|期|季度|名|位|个)
    | 第[一二三四五六七八九十百]+(?:号|条|项|款|章|次|届|批|期|季度|名|位|个)
    | \d{4}年\d{1,2}月(?:\d{1,2}日)? | \d{1,2}月\d{1,2}日 | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}
    """
_MASKED = re.compile(_TO_MASK.replace("«paper number»", _PAPER_NUMBER), re.VERBOSE)
_MASKED_WITHOUT_PAPERS = re.compile(_TO_MASK.replace("«paper number»", ""), re.VERBOSE)
#: Statutory tables that lost their cells: from their first label to the last cell of the last table.
_GLUED_FIRST = re.compile(
    r"第二十条第\([一五六八九]\)项信息内容|信息内容本年|申请人情况自然人|\(本列数据的勾稽关系为"
)
_GLUED_LAST = re.compile(r"尚未审结总计[\d/—-]*|申请人情况自然人.{0,40}")
_GLUED_LIST = re.compile(r"指标名称(?:计量)?单位")


def mask(text: str) -> str:
    """`text` (folded) with everything that must not be read as prose or as a count replaced by `MASK`."""
    if "信息内容" in text or "勾稽关系" in text or "申请人情况" in text:
        first = _GLUED_FIRST.search(text)
        ends = [last.end() for last in _GLUED_LAST.finditer(text, first.start())] if first else []
        if first is not None and ends:
            text = _blotted(text, first.start(), ends[-1])
    if "指标名称" in text:
        head = _GLUED_LIST.search(text)
        if head is not None:
            text = _blotted(text, head.start(), len(text))
    return (_MASKED if "号" in text else _MASKED_WITHOUT_PAPERS).sub(_blot, text)


def _blotted(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]


def _blot(match: re.Match[str]) -> str:
    return MASK * (match.end() - match.start())
