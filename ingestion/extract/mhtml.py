"""Pages saved with all that belongs to them in one file (.mht, and what Word and WPS save under .doc).

Belongs here: finding the page among the parts. Does not belong here: reading it (`html`), and its pictures.
"""

from __future__ import annotations

from email import message_from_bytes
from email.errors import MessageError

from ingestion.extract.model import UnreadableInput

#: Parts of one file; a page has some dozens of pictures.
_MAX_PARTS = 5000


def page_of(data: bytes) -> bytes:
    """The bytes of the first HTML part, its transfer encoding undone.

    Raises `UnreadableInput`: `damaged_container` where there is none, `quarantined_...` for a file that only
    means harm.
    """
    try:
        message = message_from_bytes(data)
        for number, part in enumerate(message.walk()):
            if number > _MAX_PARTS:
                raise UnreadableInput("quarantined_members", f"the file has more than {_MAX_PARTS:,} parts")
            if part.get_content_type() == "text/html" and not part.is_multipart():
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes) and payload.strip():
                    return payload
    except RecursionError as error:
        raise UnreadableInput("quarantined_depth", "the parts of the file are nested too deeply") from error
    except (MessageError, ValueError, LookupError) as error:
        raise UnreadableInput("damaged_container", f"the parts of the file are damaged: {error}") from error
    raise UnreadableInput("damaged_container", "the file holds no web page among its parts")
