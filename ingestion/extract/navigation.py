"""What on a web page leads away from it: menus, breadcrumbs, footers, lists of other papers.

Belongs here: telling such regions by the names that CMS families give them, and such lines by what of them is
a link. Nothing is dropped: the text is marked, so that a list of other years' reports beside an article is no
saying of that article. Tables are read wherever they stand. Does not belong here: the walk (`html`), any word
of a report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

#: Words in the class or id of a region, one of which makes it furniture of the page. 位置 and its neighbours
#: are written in pinyin initials: dqwz 当前位置, xgwd 相关文档, sxp 上下篇, yqlj 友情链接.
_FURNITURE = frozenset(
    "nav navbar navi navigation menu submenu leftmenu leftnav sidemenu sidenav footer foot"
    " breadcrumb breadcrumbs crumb crumbs dqwz location curpos curposition position sidebar"
    " related relate relevant xgwd xgyd xgxx"
    " recommend pager pagination paging prevnext prev next sxp sxy syp xyp share sharebox bdsharebuttonbox"
    " friendlink friendlinks yqlj copyright toolbar".split()
)
#: What editors of the families put around the article itself: nothing in there is furniture by its name.
_ARTICLE = re.compile(
    r"(?:view )?TRS_U?EDITOR\b|UCAP-CONTENT$|zoom(?:con)?$|vsb_content\w*$|v_news_content$"
    r"|(?:article|news|pages)[-_]?(?:content|con|body|cont_d_wrap)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: A region with this many full stops is prose, whatever its name.
_SENTENCES = 4
_ELEMENTS = ("nav", "footer", "aside")
#: Pieces of text of one page that are looked at for that; the menus of a portal have some thousands.
_MOST_PIECES = 200_000

#: Names of other papers and of places on the site are shorter; a longer link is a page that never closed it.
_MAX_LINK_CHARS = 150
_MOSTLY = 0.6
#: ... or this much where several links stand in the line (a breadcrumb begins with words of its own).
_PARTLY = 0.3
_SEPARATORS = re.compile(r"[\s\0>|/·•»›:\-_—\[\]【】()（）：\u3000\xa0]+")
#: 来源：<a>…</a> is a saying of the page although nearly all of it is a link; these lines are not.
_LABELLED = re.compile(r"[^\s:：]{2,8}[:：]")
_ELSEWHERE = re.compile(r"[上下前后]一?[篇条页则个]|相关|更多|推荐|热门|最新|返回|.{0,8}位置")


class Regions:
    """The regions of one page: what each is called and whether it is that. Remembers what it has looked into.

    Looking into a region reads its text, and hostile pages nest thousands of them: when the pieces of text
    that may be looked at are used up, no further region is furniture.
    """

    def __init__(self) -> None:
        self._furniture: dict[Any, bool] = {}
        self._pieces_left = _MOST_PIECES

    def kind(self, element: Any) -> str | None:
        """ "navigation" or "article" by the element's class and id, None where they say neither."""
        name = element.get("class")
        identity = element.get("id")
        if not name and not identity:
            return None
        kind = _by_name(name or "", identity or "")
        return None if kind == "navigation" and not self.is_furniture(element) else kind

    def is_furniture(self, element: Any) -> bool:
        """False for a region that holds prose or the page's main heading, whatever it is called.

        Case: a page whose one big <div class="nav-content"> held menu and article.
        """
        found = self._furniture.get(element)
        if found is None:
            found = self._furniture[element] = self._holds_no_prose(element)
        return found

    def _holds_no_prose(self, element: Any) -> bool:
        stops = 0
        for piece in element.itertext():
            self._pieces_left -= 1
            stops += piece.count("。")
            if stops >= _SENTENCES or self._pieces_left < 0:
                return False
        return element.find(".//h1") is None

    def leads_elsewhere(self, element: Any) -> bool:
        """Whether an element stands in furniture of the page."""
        for around in element.iterancestors("div", "ul", "ol", "dl", "section", *_ELEMENTS):
            if around.tag in _ELEMENTS:
                return self.is_furniture(around)
            kind = self.kind(around)
            if kind is not None:
                return kind == "navigation"
        return False


@lru_cache(maxsize=4096)
def _by_name(name: str, identity: str) -> str | None:
    if _ARTICLE.match(name) or _ARTICLE.match(identity):
        return "article"
    words = {word.lower() for word in _WORD.findall(f"{name} {identity}")}
    return "navigation" if words & _FURNITURE else None


def leads_away(text: str, linked: Sequence[str]) -> bool:
    """Whether a line, of which `linked` are the parts that link to other pages, is but a way to those."""
    if "。" in text or max(map(len, linked), default=0) > _MAX_LINK_CHARS:
        return False
    total = len(_SEPARATORS.sub("", text))
    if not total:
        return False
    if len(linked) == 1 and _LABELLED.match(text) and not _ELSEWHERE.match(text):
        return False
    share = sum(len(_SEPARATORS.sub("", part)) for part in linked) / total
    return share >= _MOSTLY or (len(linked) > 1 and share >= _PARTLY)
