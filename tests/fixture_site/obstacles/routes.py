"""What a route is, and an ordinary page for those that need one.

Belongs here: shapes. Does not belong here: routes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fixture_site.hosts.page import page
from tests.fixture_site.server import Answer, Asked, Reply

#: Path -> answer; a path that ends in "/" stands for all below it.
Routes = Mapping[str, Callable[[Asked], Answer]]
#: A sentence that every page has which was answered in the end.
SENTENCE = "本页面是正常的页面，内容为政府信息公开工作情况的说明。"


def ordinary(note: str = "") -> Reply:
    """A page that nothing is wrong with."""
    return Reply(
        page("正常页面", f'<div class="TRS_Editor"><h1>正常页面</h1><p>{SENTENCE}</p>{note}</div>').encode()
    )
