"""The word that goes out when a run fails."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from orchestration import webhook

LOG = logging.getLogger("test.webhook")
MESSAGE = {"event": "run_failed", "run_id": "r1", "error": "没有磁盘"}


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, str]], list[int]]]:
    """Address of a webhook on loopback, what it got, and the status it answers with."""
    got: list[dict[str, str]] = []
    status = [200]

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    http = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}/hook", got, status
    http.shutdown()
    http.server_close()


def test_posts_json_and_logs(
    server: tuple[str, list[dict[str, str]], list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    address, got, _ = server
    assert webhook.tell(MESSAGE, LOG, address)
    assert got == [MESSAGE]
    assert "没有磁盘" in caplog.text


def test_is_found_in_the_environment(
    server: tuple[str, list[dict[str, str]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(webhook.VARIABLE, server[0])
    assert webhook.tell(MESSAGE, LOG)
    monkeypatch.delenv(webhook.VARIABLE)
    assert not webhook.tell(MESSAGE, LOG)
    assert len(server[1]) == 1


def test_a_webhook_that_fails_is_logged_and_no_more(
    server: tuple[str, list[dict[str, str]], list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    server[2][0] = 500
    assert not webhook.tell(MESSAGE, LOG, server[0])
    assert not webhook.tell(MESSAGE, LOG, "http://127.0.0.1:9/nobody")
    assert not webhook.tell(MESSAGE, LOG, "file:///etc/passwd")
    assert caplog.text.count("did not take the message") == 2
