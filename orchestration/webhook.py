"""The word that goes out when a run fails: to the log always, to a webhook where one is configured."""

from __future__ import annotations

import json
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Mapping

VARIABLE = "GONGKAI_WEBHOOK"
TIMEOUT_SECONDS = 10.0


def tell(message: Mapping[str, str], log: logging.Logger, url: str | None = None) -> bool:
    """Log `message` as an error and POST it as JSON; whether the webhook took it (False when there is none).

    Never raises: failing to tell of a failure must not become another failure. `url` defaults to the
    environment variable GONGKAI_WEBHOOK.
    """
    log.error("; ".join(f"{key}: {value}" for key, value in message.items()))
    url = url or os.environ.get(VARIABLE)
    if not url:
        return False
    if not url.startswith(("http://", "https://")):
        log.error(f"{VARIABLE} is not an http address, nothing was posted")
        return False
    request = urllib.request.Request(
        url,
        data=json.dumps(message, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return 200 <= int(answer.status) < 300
    except (OSError, ValueError, urllib.error.URLError) as error:
        log.error(f"the webhook did not take the message: {error}")
        return False
