"""Servers that do not give the page: error pages with status 200, challenges, overload.

Belongs here: routes /s, /w, /r. Does not belong here: what is wrong with the bytes (`bytewise`, `heads`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.fixture_site.hosts.page import page
from tests.fixture_site.obstacles.routes import Routes, ordinary
from tests.fixture_site.replies import http_date, moved, soft_404
from tests.fixture_site.server import Answer, Asked, Reply, Wire

_JSL = [("Set-Cookie", "__jsluid_s=5f2c7a1e9b; max-age=31536000; path=/; HttpOnly")]
_JSL_FIRST = (
    "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+'_clearance_s=1705'+'|-1|x;max-age=3600;path=/';"
    "location.href=location.pathname+location.search</script>"
)
_JSL_SECOND = (
    "<html><head><script>"
    + "var _0x1f=['a','b','c'];" * 40
    + ';go({"bts":["1705386312.1|0|x","y"],"chars":"abc",'
    '"ct":"5e1","ha":"sha1","is":true,"tn":"__jsl_clearance_s","vt":"3600","wt":"1500"})</script></head></html>'
)
_RS = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    '<meta id="9DhefwqGPrzGxEp9hPaoag" content="x!y" r="m"><script r="m">$_ts=window[\'$_ts\'];'
    'if(!$_ts)$_ts={};$_ts.nsd=31025;$_ts.cd="qxqEqr";</script></head><body></body></html>'
)
_RS_COOKIES = [
    ("Set-Cookie", "FSSBBIl1UgzbN7NO=5kf; path=/; HttpOnly"),
    ("Set-Cookie", "FSSBBIl1UgzbN7NP=x; path=/"),
]


def _maintenance(asked: Asked) -> Reply:
    return Reply(
        page("网站维护中", "<div><h2>网站维护中</h2><p>系统升级维护，请稍后访问。</p></div>").encode()
    )


def _script_only(asked: Asked) -> Reply:
    script = "var _$a='';" + "_$a+=String.fromCharCode(99);" * 38 + "document.cookie=_$a;location.reload();"
    return Reply(f"<html><head><script>{script}</script></head><body></body></html>".encode())


def _then(status: int, times: int, retry_after: str | None = None) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Reply:
        if asked.hit > times:
            return ordinary()
        headers = [("Retry-After", retry_after)] if retry_after is not None else []
        return Reply(b"busy", status, headers, "text/plain")

    return answer


def _two_seconds_ahead(asked: Asked) -> Reply:
    if asked.hit > 1:
        return ordinary()
    # whole seconds: a date two ahead is between one and two seconds away
    when = datetime.fromtimestamp(asked.now, UTC) + timedelta(seconds=2)
    return Reply(b"busy", 503, [("Retry-After", http_date(when))], "text/plain")


def _far(asked: Asked) -> Reply:
    return Reply(b"busy", 503, [("Retry-After", "Thu, 01 Jan 2099 00:00:00 GMT")], "text/plain")


def _far_in_seconds(asked: Asked) -> Reply:
    return Reply(b"busy", 503, [("Retry-After", "2099")], "text/plain")


async def _reset_mid_body(wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html><body>")
    wire.reset()


async def _reset_at_once(wire: Wire) -> None:
    wire.reset()


ROUTES: Routes = {
    "/s/soft404": lambda asked: soft_404(),
    "/s/home": lambda asked: moved("/"),
    "/s/maint": _maintenance,
    "/s/empty": lambda asked: Reply(b""),
    "/w/521": lambda asked: Reply(_JSL_FIRST.encode(), 521, _JSL),
    "/w/521b": lambda asked: Reply(_JSL_SECOND.encode(), 521, _JSL),
    "/w/412": lambda asked: Reply(_RS.encode(), 412, _RS_COOKIES),
    "/w/202": lambda asked: Reply(_RS.encode(), 202, _RS_COOKIES),
    "/w/200js": _script_only,
    "/r/429": _then(429, 1, "1"),
    "/r/503date": _two_seconds_ahead,
    "/r/503far": _far,
    "/r/503far-seconds": _far_in_seconds,
    "/r/500": _then(500, 2),
    "/r/reset": lambda asked: _reset_mid_body,
    "/r/refuse": lambda asked: _reset_at_once,
}
