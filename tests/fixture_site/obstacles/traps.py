"""Lists without end, addresses without number, titles that are commands.

Belongs here: routes /t. Lists are as the generic static family has them.
"""

from __future__ import annotations

from html import escape

from tests.fixture_site.hosts.page import Link, list_items, page
from tests.fixture_site.obstacles.routes import Routes, ordinary
from tests.fixture_site.server import Asked, Reply

#: A list whose pages all hold the same items, with a link to the next one for ever, beside a calendar.
ENDLESS = "/t/p/1"
#: A list with one report, linked under another session at every hit.
SESSIONS = "/t/s"
#: A list with one report whose title is a command to browsers and spreadsheets.
COMMANDS = "/t/q"
COMMAND = "=cmd()|'/c calc'!A1<script>alert(1)</script>2023年政府信息公开工作年度报告"
_SAME: list[Link] = [
    ("/t/p/item-1.html", "政府信息公开指南", "2023-01-04"),
    ("/t/p/item-2.html", "2023年政务公开工作要点", "2023-04-01"),
]


def _list(links: list[Link], more: str = "") -> Reply:
    return Reply(page("政府信息公开年报", f'<ul class="list">{list_items(links)}</ul>{more}').encode())


def _endless(asked: Asked) -> Reply:
    name = asked.path.rpartition("/")[2]
    if not name.isdigit():
        return ordinary()
    days = "".join(f'<td><a href="/t/rl?y=2024&amp;m={month}">{month}月</a></td>' for month in range(1, 13))
    pager = f'<div class="page"><a href="/t/p/{int(name) + 1}">下一页</a></div>'
    return _list(_SAME, f'{pager}<table class="calendar"><tr>{days}</tr></table>')


def _sessions(asked: Asked) -> Reply:
    session = f"{asked.hit:08X}"
    report = (f"/t/x;jsessionid={session}", "会话县人民政府2023年政府信息公开工作年度报告", "2024-01-04")
    return _list([report, (f"{report[0]}F", report[1], report[2])])


def _commands(asked: Asked) -> Reply:
    return _list([("/t/xss", COMMAND, "2024-01-04")])


def _command(asked: Asked) -> Reply:
    head = f'<meta name="ArticleTitle" content="{escape(COMMAND)}"/>'
    return Reply(
        page(COMMAND, f"<h1>{escape(COMMAND)}</h1><p>统计期限自2023年1月1日起。</p>", head=head).encode()
    )


ROUTES: Routes = {
    "/t/p/": _endless,
    "/t/rl": lambda asked: ordinary(f'<a href="/t/rl?y=2024&amp;m={asked.hit + 12}">下一月</a>'),
    SESSIONS: _sessions,
    "/t/x": lambda asked: ordinary(),
    COMMANDS: _commands,
    "/t/xss": _command,
}
