"""Redirects: to where nobody may go, without end, and by other means than a status.

Belongs here: routes /x.
"""

from __future__ import annotations

from tests.fixture_site.documents import MIRRORS, OBSTACLE
from tests.fixture_site.hosts.page import page
from tests.fixture_site.obstacles.routes import SENTENCE, Routes, ordinary
from tests.fixture_site.replies import moved, not_found
from tests.fixture_site.server import Asked, Reply

#: Redirects that must not be followed: path -> Location.
FORBIDDEN = {
    "/x/private": "http://169.254.169.254/latest/meta-data/",
    "/x/v6": "http://[::ffff:127.0.0.1]/",
    "/x/dec": "http://2130706433/",
    "/x/file": "file:///etc/passwd",
    "/x/port": f"http://{OBSTACLE}:22/",
    "/x/user": f"http://user@{OBSTACLE}/c/meta-gb2312",
    "/x/mirror": f"http://{MIRRORS[0]}/zwgk/zfxxgknb/",
}
#: Where /x/meta and /x/js send a reader.
LANDED = "/x/landed"


def _long(asked: Asked) -> Reply:
    hop = int(asked.path.rpartition("/")[2]) if asked.path != "/x/long" else 0
    return moved(f"/x/long/{hop + 1}") if hop < 6 else ordinary()


def _script(asked: Asked) -> Reply:
    middle = f'<p>{SENTENCE}</p><script>setTimeout(function(){{location.href="{LANDED}";}}, 500);</script>'
    return Reply(page("页面跳转", middle).encode())


def _refresh(asked: Asked) -> Reply:
    head = f'<meta http-equiv="refresh" content="0;URL=\'{LANDED}\'"/>'
    return Reply(page("页面跳转", f"<p>{SENTENCE}</p>", head=head).encode())


def _cased(asked: Asked) -> Reply:
    if asked.path == "/x/case":
        return moved("/X/Case")
    return ordinary() if asked.path == "/X/Case" else not_found()


ROUTES: Routes = {
    **{path: (lambda asked: moved(FORBIDDEN[asked.path])) for path in FORBIDDEN},
    "/x/loop": lambda asked: moved("/x/loop-back"),
    "/x/loop-back": lambda asked: moved("/x/loop"),
    "/x/long": _long,
    "/x/long/": _long,
    "/x/case": _cased,
    "/X/Case": _cased,
    "/x/httpsdown": lambda asked: moved(f"https://{OBSTACLE}/x/httpsdown2"),
    "/x/meta": _refresh,
    "/x/js": _script,
    LANDED: lambda asked: ordinary(),
}
