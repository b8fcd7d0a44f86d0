"""What became of a fetch, and of a document: one list of outcomes, with one meaning each.

Belongs here: the words, their meaning, and which of them mean the same to a caller. Does not belong here:
deciding which one it is (`answers`, `fetcher`, `documents`).
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The comment of each member is its only meaning; the fetch log and all reports use these words."""

    # an answer that can be used
    OK = "ok"  # a list, an interface or a robots.txt answered
    NEW = "new"  # a document that was not known
    CHANGED = "changed"  # a known document whose content is another one now
    UNCHANGED_304 = "unchanged_304"  # the server says that it is unchanged
    UNCHANGED_DIGEST = "unchanged_digest"  # the bytes may differ, the content does not
    DUPLICATE = "duplicate"  # another address of a document that is known
    MOVED = "moved"  # the known document answers at another registered address now
    # its title left open what it is, or promised a report, and its text is none, or a list of reports
    NOT_A_REPORT = "not_a_report"
    # an answer that says that it is not there
    GONE_SUSPECT = "gone_suspect"  # a known document answers 404, 410 or a soft 404, not yet for three nights
    GONE = "gone"  # the same for three nights: tombstone; its archive stays
    NOT_FOUND = "not_found"  # 404 or 410 for an address without a known document
    SOFT404 = "soft404"  # status 200 (or a redirect home) with the text of an error page
    # the site does not let us
    BLOCKED_JSL = "blocked_jsl"  # script challenge with status 521
    BLOCKED_RS = "blocked_rs"  # script challenge with status 412 or 202
    BLOCKED_WAF = "blocked_waf"  # 401, 403, 405, 468 or a firewall's page
    # status 200, a short page of script without text, or one with nothing of the document that stood there
    BLOCKED_SUSPECT = "blocked_suspect"
    BLOCKED_CAPTCHA = "blocked_captcha"  # asks for a captcha
    BLOCKED_MAINTENANCE = "blocked_maintenance"  # says that the site is under maintenance
    SUSPECT_TAMPERED = (
        "suspect_tampered"  # the page shows signs of another hand: not taken over, for a person
    )
    ROBOTS = "robots"  # robots.txt forbids it, or could not be had; never asked for
    # not tonight
    DEFERRED = "deferred"  # the host asked us to come later, its circuit is open or its budget is used up
    # it went wrong
    EMPTY = "empty"  # status 200 without a byte
    TRUNCATED = "truncated"  # fewer bytes than announced
    TOO_BIG = "too_big"  # more bytes than we take, on the wire or decoded
    TIMEOUT = "timeout"  # not done within the deadline
    DECODE_ERROR = "decode_error"  # the content coding is not what the header says
    PROTOCOL_ERROR = "protocol_error"  # not HTTP
    CONNECTION_ERROR = "connection_error"  # refused or broken off
    DNS = "dns"  # the name has no address
    TLS = "tls"  # no trusted connection
    HTTP_ERROR = "http_error"  # another status above 399, after the retries
    REDIRECT_LOOP = "redirect_loop"  # a redirect to where we have been
    TOO_MANY_REDIRECTS = "too_many_redirects"  # more than five
    REFUSED_GUARD = "refused_guard"  # we do not ask: not registered, not global, not http, another port
    REFUSED_FILE = "refused_file"  # an attachment that is a bomb or no file at all


#: The content stands, whatever the bytes did.
UNCHANGED = frozenset({Outcome.UNCHANGED_304, Outcome.UNCHANGED_DIGEST})
BLOCKED = frozenset(
    {
        Outcome.BLOCKED_JSL,
        Outcome.BLOCKED_RS,
        Outcome.BLOCKED_WAF,
        Outcome.BLOCKED_SUSPECT,
        Outcome.BLOCKED_CAPTCHA,
        Outcome.BLOCKED_MAINTENANCE,
    }
)
#: May be another one when it is asked again.
PASSING = frozenset(
    {
        Outcome.DEFERRED,
        Outcome.BLOCKED_MAINTENANCE,
        Outcome.EMPTY,
        Outcome.TRUNCATED,
        Outcome.TIMEOUT,
        Outcome.PROTOCOL_ERROR,
        Outcome.CONNECTION_ERROR,
        Outcome.DNS,
        Outcome.HTTP_ERROR,
    }
)
#: The server said that there is nothing at this address.
ABSENT = frozenset({Outcome.NOT_FOUND, Outcome.SOFT404})
#: Nothing is known from this fetch: no state of a document follows from it.
UNKNOWN = (
    frozenset(Outcome)
    - UNCHANGED
    - ABSENT
    - {
        Outcome.OK,
        Outcome.NEW,
        Outcome.CHANGED,
        Outcome.DUPLICATE,
        Outcome.MOVED,
        Outcome.NOT_A_REPORT,
        Outcome.GONE_SUSPECT,
        Outcome.GONE,
    }
)
