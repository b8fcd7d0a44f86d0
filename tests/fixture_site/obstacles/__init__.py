"""The host of obstacles: one route for each way in which servers go wrong.

Belongs here: the host. Each module below holds the routes of one kind; what is expected of a crawler stands in
`tests.fixture_site.expected`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fixture_site import documents
from tests.fixture_site.hosts.page import page
from tests.fixture_site.obstacles import bytewise, challenges, charsets, files, heads, redirects, traps
from tests.fixture_site.obstacles.routes import Routes
from tests.fixture_site.replies import not_found
from tests.fixture_site.server import Answer, Asked, Reply

ROUTES: Routes = {
    **charsets.ROUTES,
    **challenges.ROUTES,
    **bytewise.ROUTES,
    **heads.ROUTES,
    **redirects.ROUTES,
    **files.ROUTES,
    **traps.ROUTES,
}


@dataclass(frozen=True)
class Obstacles:
    name: str = documents.OBSTACLE

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Reply(b"User-agent: *\nAllow: /\n", content_type="text/plain")
        if asked.path == "/":
            return Reply(page("人民政府门户网站", "<p>欢迎访问本网站首页。</p>").encode())
        path = asked.path.partition(";")[0]
        for route, answer in ROUTES.items():
            if path == route or (route.endswith("/") and path.startswith(route)):
                return answer(asked)
        return not_found()


HOSTS = (Obstacles(),)
