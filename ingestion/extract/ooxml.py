"""The ZIP container of Word files and workbooks: members under limits, parts as XML, their relations.

Belongs here: sizes and counts that are checked before anything is unpacked, the hardened parser, relations.
Does not belong here: what the XML means (`word`, `workbook`).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from typing import Any
from urllib.parse import unquote

from lxml import etree

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import refusal

#: Members of one file. Real reports have some dozens, one with a hundred pictures some hundreds.
MAX_MEMBERS = 10_000
#: Bytes of one part of XML, unpacked, and of all that are read. Measured: a document.xml of 1.6 GB takes
#: 3 GiB of memory; a report of 100 pages has 5 MB.
MAX_PART = 32 * 1024 * 1024
MAX_PARTS = 64 * 1024 * 1024
#: Times that a part may shrink in the ZIP. Tables of empty cells shrink 60 times, a bomb a thousand.
MAX_RATIO = 400
#: ... which only counts from this size on.
_RATIO_FROM = 4 * 1024 * 1024
#: Bytes of one picture, as stored.
MAX_PICTURE = 32 * 1024 * 1024
#: Tags of one part ("<" signs): each element takes some hundred bytes.
MAX_PART_TAGS = 1_500_000

_DOCUMENT_RELATION = "/officeDocument"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)/")


class Package:
    """The members of a file; a part is parsed when it is asked for. Raises `UnreadableInput`."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            raise UnreadableInput("damaged_container", f"the ZIP container is damaged: {error}") from error
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise refusal("quarantined_members", "the file has {} members", len(members), MAX_MEMBERS)
        # writers differ in case and in a leading slash
        self._members = {_key(member.filename): member for member in members}
        self._unpacked = 0
        self._relations: dict[str, dict[str, tuple[str, str | None]]] = {}

    def document_name(self, usual: str) -> str:
        """Name of the part that is the document; `usual` where the file does not say."""
        for kind, target in self.relations("").values():
            if kind.endswith(_DOCUMENT_RELATION) and target and _key(target) in self._members:
                return target
        return usual

    def relations(self, part: str) -> dict[str, tuple[str, str | None]]:
        """Id -> (type, member) of what a part refers to; None for what lies outside of the file."""
        if part in self._relations:
            return self._relations[part]
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str | None]] = {}
        self._relations[part] = found
        for entry in root if root is not None else ():
            key, kind, target = entry.get("Id"), entry.get("Type"), entry.get("Target")
            if key is None or kind is None or target is None:
                continue
            outside = (entry.get("TargetMode") or "").lower() == "external"
            found[key] = (kind, None if outside else _member(folder, target))
        return found

    def related(self, part: str, kind: str) -> str | None:
        """The member that `part` refers to under the relation that ends with /kind."""
        ending = f"/{kind}"
        for name, member in self.relations(part).values():
            if member and name.endswith(ending):
                return member
        return None

    def bytes_of(self, part: str) -> bytes | None:
        """A part of XML, unpacked; None if it is not there. Its size is checked before it is unpacked."""
        member = self._members.get(_key(part))
        if member is None:
            return None
        size = member.file_size
        if size > MAX_PART:
            raise refusal("quarantined_bytes", f"{part} has {{}} bytes", size, MAX_PART)
        if size > _RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):
            ratio = size // max(1, member.compress_size)
            raise refusal("quarantined_ratio", f"{part} is compressed {{}} times", ratio, MAX_RATIO)
        self._unpacked += size
        if self._unpacked > MAX_PARTS:
            raise refusal("quarantined_bytes", "the parts have {} bytes", self._unpacked, MAX_PARTS)
        return self._read(member)

    def picture(self, name: str) -> bytes | None:
        """The bytes of a picture; None if it is not there or larger than any picture of a report."""
        member = self._members.get(_key(name))
        if member is None or member.file_size > MAX_PICTURE:
            return None
        return self._read(member)

    def xml(self, part: str) -> Any:
        """Root element of a part, in the transitional namespaces; None if the part is not there."""
        data = self.bytes_of(part)
        return None if data is None else parse(data, part)

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        if member.flag_bits & 1:
            raise UnreadableInput("password_protected", "the file is protected by a password")
        try:
            # reads no more than the size that was checked
            return self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableInput("damaged_container", f"{member.filename} is damaged: {error}") from error


def parse(data: bytes, part: str) -> Any:
    """The root element of XML from a stranger: no entities, no network, no depth beyond the parser's.

    Raises `UnreadableInput`. Names of the strict variant of the format become those of the usual one.
    """
    tags = data.count(b"<")
    if tags > MAX_PART_TAGS:
        raise refusal("quarantined_tags", f"{part} has {{}} tags", tags, MAX_PART_TAGS)
    if b"http://purl.oclc.org/ooxml/" in data:
        data = _STRICT.sub(_transitional, data)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        said = str(error)
        if "depth" in said.lower():
            raise UnreadableInput("quarantined_depth", f"{part} is nested too deeply: {said}") from error
        if "entity" in said.lower() and b"<!ENTITY" in data:
            raise UnreadableInput("quarantined_entities", f"{part} defines entities: {said}") from error
        raise UnreadableInput("damaged_container", f"{part} is no well-formed XML: {said}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableInput("quarantined_entities", f"{part} has a document type of its own")
    return root


def _transitional(found: re.Match[bytes]) -> bytes:
    return b"http://schemas.openxmlformats.org/" + found[1] + b"/2006/"


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _member(folder: str, target: str) -> str:
    target = unquote(target).replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))
