"""Addresses: which ones mean the same document, which are below a publisher, what a file is called.

Belongs here: text of an address alone. Does not belong here: asking for it (`fetcher`, whose `Hosts` guards
every hop), what a document says of itself (`titles`, `pages`), the rules themselves
(`catalog/crawl/addresses.yml`).
"""

from __future__ import annotations

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

from ingestion.catalog.publishers import Publisher, is_government_host
from ingestion.crawl.address_rules import address_rules

#: Longest name of a file, in bytes of UTF-8.
MAX_NAME_BYTES = 150

_SCHEMES = ("", "http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r";jsessionid(?:=[^/;?#]*)?", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: What quote() leaves as it is: every character with a meaning in an address, and % itself.
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_QUERY_SAFE = "%/:@!$'()*,;?~"
_NOT_IN_NETLOC = re.compile(r"[\s\\\x00-\x1f\x7f]")
_EDGES = "".join(map(chr, range(0x21)))

_SLASHES = re.compile(r"[/\\]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_EXTENDED = re.compile(r"filename\*\s*=\s*([\w!#$%&+^`{}~-]*)'[^']*'([^;]*)", re.IGNORECASE)
_PLAIN = re.compile(r'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def canonical(url: str, publisher: Publisher) -> str:
    """The key of an address: two addresses of one document under one publisher have the same.

    It reads //host[:port]/path[?query]: without scheme, default port, session, view of another device and
    fragment; an alias becomes the base's host; the query is sorted, escapes are written in one way; the
    path keeps its case. What is no address of the web comes back as it is, without blanks around it.
    Never raises; the key of a key is the key.
    """
    text = url.strip(_EDGES)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES or not parts.hostname or _NOT_IN_NETLOC.search(parts.netloc):
        return text
    return (
        f"//{_host(parts, port, publisher)}{_path(parts.path)}{_query(parts.query)}{_route(parts.fragment)}"
    )


def is_within(url: str, publisher: Publisher, *, file: bool = False) -> bool:
    """Whether an address is one that the publisher's record allows to ask for, by its text alone.

    http or https, a registered host whose last two labels are gov.cn, no user name, a registered port.
    file: the publisher's hosts for attachments will do too.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.scheme.lower() not in _DEFAULT_PORTS or "@" in parts.netloc or _NOT_IN_NETLOC.search(url):
        return False
    if port not in (None, 80, 443, *publisher.ports):
        return False
    if host in publisher.hosts:
        return is_government_host(host)
    return file and host in publisher.attachment_hosts


def is_file(url: str) -> bool:
    """Whether an address names a document or an archive by its ending: in the path or as a parameter."""
    return bool(_ending(url, address_rules().file.file_endings))


def is_picture(url: str) -> bool:
    """Whether an address names a picture by its ending."""
    return bool(_ending(url, address_rules().file.picture_endings))


def safe_name(url: str, content_disposition: str | None = None, anchor: str | None = None) -> str:
    """What to call a file, from what a server and a page say of it; for show, never a path.

    Asked in this order: Content-Disposition, a name in the query (showname), the link's text, the address.
    One line in NFC without folders, control and bidi characters, at most 150 bytes with its ending kept;
    "document" where nobody says a name.
    """
    for said in (_disposition(content_disposition or ""), _query_name(url), _anchor_name(anchor, url)):
        name = _cleaned(said)
        if name:
            return name
    return _cleaned(_last_segment(url)) or "document"


# --- the key --------------------------------------------------------------------------------------


def _host(parts: SplitResult, port: int | None, publisher: Publisher) -> str:
    host = (parts.hostname or "").rstrip(".")
    if host in publisher.hosts:
        host = publisher.host
    if ":" in host:
        host = f"[{host}]"
    return host if port is None or port == _DEFAULT_PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def _path(path: str) -> str:
    path = _repeated(_SESSION, "", _escaped(path, _PATH_SAFE))
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    path = "/" + "/".join(kept)
    for pattern, replacement in address_rules().twins:
        path = _repeated(pattern, replacement, path)
    return path


def _repeated(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """Replaced until nothing is left to replace: the key of a key must be the key."""
    for _ in range(len(text)):
        again = pattern.sub(replacement, text)
        if again == text:
            break
        text = again
    return text


def _query(query: str) -> str:
    pairs = []
    for pair in query.split("&"):
        pair = _escaped(pair.replace("+", "%20"), _QUERY_SAFE + "=")
        if pair and pair.partition("=")[0].lower() not in address_rules().dropped:
            pairs.append(pair)
    return "?" + "&".join(sorted(pairs)) if pairs else ""


def _route(fragment: str) -> str:
    """A page that a script builds out of its fragment (#/detail/12) is another document for each."""
    return "#" + _escaped(fragment, _PATH_SAFE + "?") if address_rules().route.search(fragment) else ""


def _escaped(text: str, safe: str) -> str:
    """Escapes in capitals, none where none is needed, one where it is; bytes of any charset stay bytes."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(_ESCAPE.sub(_escape, text), safe=safe, errors="replace")


def _escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"


# --- names of files -------------------------------------------------------------------------------


def _parameters(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    pairs = (pair.partition("=") for pair in query.split("&"))
    return {name.lower(): _unescaped(value.replace("+", " ")) for name, _, value in reversed(list(pairs))}


def _last_segment(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return _unescaped(_SESSION.sub("", path).rstrip("/").rpartition("/")[2])


def _ending(url: str, endings: tuple[str, ...]) -> str:
    names = (_last_segment(url), *_parameters(url).values())
    found = (name.rpartition(".")[2].lower() for name in names if "." in name)
    return next((ending for ending in found if ending in endings), "")


def _unescaped(text: str) -> str:
    """Escapes of UTF-8, or of GB18030 where they are not UTF-8."""
    if "%" not in text:
        return text
    data = unquote_to_bytes(text)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _disposition(header: str) -> str:
    extended = _EXTENDED.search(header)
    if extended:
        try:
            return unquote(extended[2].strip().strip('"'), extended[1] or "utf-8", "replace")
        except LookupError:
            return _unescaped(extended[2].strip())
    plain = _PLAIN.search(header)
    if plain is None:
        return ""
    # Browsers unescape \" only; C:\x\y.doc keeps its folders, which are cut off later.
    said = plain[1].replace('\\"', '"') if plain[1] is not None else plain[2].strip()
    if "=?" in said:
        try:
            said = str(make_header(decode_header(said)))
        except (HeaderParseError, LookupError, ValueError):
            return ""
    return _unescaped(said)


def _query_name(url: str) -> str:
    rules = address_rules()
    parameters = _parameters(url)
    for parameter in rules.file.name_parameters:
        said = parameters.get(parameter, "")
        if rules.file_name.search(said) and not rules.id_name.search(said):
            return said
    return ""


def _anchor_name(anchor: str | None, url: str) -> str:
    """The link's text; with the address's ending where it has none of its own."""
    said = _SPACE.sub(" ", anchor or "").strip()
    rules = address_rules()
    if not said or rules.file_name.search(said):
        return said
    ending = _ending(url, (*rules.file.file_endings, *rules.file.picture_endings))
    # A slash in a link's text is no folder: 附件1/2
    return _SLASHES.sub("_", said) + (f".{ending}" if ending else "")


def _cleaned(said: str) -> str:
    name = unicodedata.normalize("NFC", said)
    # Cc controls, Cf bidi and zero-width, Cs halves of characters, Zl and Zp line ends
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = _SLASHES.split(name)[-1]
    name = _SPACE.sub(" ", _NOT_IN_NAMES.sub("_", name)).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    found = address_rules().file_name.search(name)
    ending = found[0] if found else ""
    room = MAX_NAME_BYTES - len(ending.encode())
    return name[: len(name) - len(ending)].encode()[:room].decode("utf-8", "ignore").rstrip(" .") + ending
