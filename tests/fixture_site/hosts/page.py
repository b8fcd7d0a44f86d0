"""What the pages of all content systems have: a head with meta elements, navigation, a foot.

Belongs here: that. Does not belong here: the part in the middle, which each content system writes its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from tests.fixture_site.documents import Document
from tests.fixture_site.server import Asked, Reply

#: A link of a list: address as the list has it, title, date.
Link = tuple[str, str, str]


def meta(document: Document) -> str:
    """The meta elements of an article, the way the document has them."""
    title, day, issuer = document.title.replace("\n", ""), document.day, document.agency
    if not document.named_in_text:
        issuer = "本站"
    if document.meta == "missing":
        return ""
    if document.meta == "lower":
        return (
            f'<meta name="articletitle" content="{title}"/><meta name="pubdate" content="{day}-10:11:00"/>'
            f'<meta name="contentsource" content="{issuer}"/>'
        )
    if document.meta == "contradicting":
        frozen = "1970-01-01 08:00" if "t19700101" in document.target else "2019-12-03 00:00"
        return (
            f'<meta name="ArticleTitle" content="{title}&nbsp;-政府门户网站"/>'
            f'<meta name="PubDate" content="{frozen}"/><meta name="ContentSource" content=""/>'
            '<meta name="ArticleTitle" content="政府信息公开"/>'
        )
    return (
        f'<meta name="ArticleTitle" content="{title}"/><meta name="PubDate" content="{day} 09:12"/>'
        f'<meta name="ContentSource" content="{issuer}"/><meta name="Description" content=""/>'
    )


def page(
    title: str, middle: str, *, head: str = "", charset: str = "utf-8", crumb: Sequence[str] = ()
) -> str:
    """A whole page round `middle`."""
    path = " &gt; ".join(f'<a href="/">{name}</a>' for name in ("首页", "政务公开", *crumb))
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta http-equiv="Content-Type" content="text/html; '
        f'charset={charset}"/><title>{escape(title)}</title>{head}</head>\n<body>\n'
        '<div class="header"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/hd/">互动交流</a></div>\n'
        f'<div class="crumb">当前位置：{path}</div>\n{middle}\n'
        '<div class="footer"><p>主办单位：人民政府办公室　网站标识码：3500000012</p>'
        '<p><a href="/wzdt/">网站地图</a> <a href="/lxwm/">联系我们</a></p></div></body></html>\n'
    )


def hits(template: str, asked: Asked) -> str:
    """A line of labels with its counter of visits, which counts up at every visit of any night."""
    return template.replace("{visits}", str(1000 * asked.night + asked.hit))


def clock(asked: Asked) -> str:
    """The server's time, as many pages print it at the top."""
    when = datetime.fromtimestamp(asked.now, UTC)
    return f'<div class="time">现在是{when:%Y年%m月%d日 %H:%M:%S}.{when.microsecond:06d}</div>'


def list_items(links: Iterable[Link]) -> str:
    """Items of a list as most systems write them."""
    return "\n".join(
        f'<li><a href="{escape(url)}" target="_blank" title="{escape(title)}">{escape(title)}</a><span>{day}</span></li>'
        for url, title, day in links
    )


def heading(document: Document, tag: str = "h1") -> str:
    """The title, with its line breaks."""
    return f"<{tag}>{escape(document.heading)}</{tag}>".replace("\n", "<br/>")


def in_charset(reply: Reply, charset: str) -> Reply:
    """The reply in another charset, which its header does not name."""
    reply.body = reply.body.decode().encode(charset)
    reply.content_type = re.sub(r";.*", "", reply.content_type or "")
    return reply
