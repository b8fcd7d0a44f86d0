"""What a page says about itself: <title> and <meta>, as against what its text says."""

from __future__ import annotations

from typing import Any

from ingestion.extract.model import Document

#: Names of <meta> as the CMS families write them, whatever the case on the page.
_META_NAMES = {
    name.lower(): name
    for name in [
        "ArticleTitle",
        "PubDate",
        "ContentSource",
        "SiteName",
        "SiteDomain",
        "SiteIDCode",
        "ColumnName",
        "ColumnType",
        "Author",
        "Keywords",
        "Description",
        "Url",
        "PublishDate",
        "MakeTime",
    ]
}
_MAX_META = 200
_MAX_META_CHARS = 2000


def read_head(root: Any, document: Document) -> None:
    """<title> and <meta name content> of the page."""
    for title in root.iter("title"):
        text = " ".join("".join(title.itertext()).split())
        if text:
            document.title = text[:_MAX_META_CHARS]
            break
    for meta in root.iter("meta"):
        name, content = meta.get("name") or meta.get("property"), meta.get("content")
        if name and content and content.strip() and len(document.meta) < _MAX_META:
            name = _META_NAMES.get(name.strip().lower(), name.strip())
            document.meta.setdefault(name[:100], content.strip()[:_MAX_META_CHARS])
    if document.title is None:
        document.title = document.meta.get("ArticleTitle")
