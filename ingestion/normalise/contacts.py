"""Personal data of contact lines (names, telephones, e-mail) is taken out of free text, here only.

Belongs here: which columns are free text, and what in them is a contact. Does not belong here: printed cells
(their `raw` stays as printed), the archive, which keeps every document as it came.

A report ends with its contact line, or says it in the middle of a sentence that states a number. Numbers of
offices go as well: no table needs them, and nobody can tell which of them ring on a person's desk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

LEFT_OUT = "〔略〕"

#: Columns that quote a document in words of its own choosing, by table.
FREE_TEXT: Mapping[str, tuple[str, ...]] = {
    "documents": ("name", "title_hint", "reason"),
    "filings": ("title", "found"),
    "cells": ("note",),
    "indicators": ("label",),
    "narrative_facts": ("raw", "sentence"),
    "issues": ("place", "detail"),
    "agency_resolutions": ("why", "names_seen", "candidates", "of_place"),
    "corrections": ("reason", "why", "about", "evidence_locator"),
}

_CONTACT = re.compile(
    r"""
      (?P<phone>(?:电话|手机|传真|热线|座机|联系方式|微信|QQ)(?:号码|号)?
      \s*[:：为是]?\s*[（(]?)
      [+＋]?\d[\d\s()（）—–－-]{5,}\d
    | (?P<name>(?:联系人|联络员|负责人|审核人|填报人|填表人|经办人|撰稿人?|签发人?|责任编辑)
      (?:姓名)?\s*[:：]\s*)
      [\u4e00-\u9fff](?:\s?(?!电话|手机|传真|邮箱|联系|职务)[\u4e00-\u9fff·]){1,3}
    | [A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+
    | (?<![0-9A-Za-z.])0\d{2,3}\s?[-—–－)）]\s?\d{7,8}(?!\d)
    | (?<![0-9A-Za-z.])1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?![0-9A-Za-z.])
    """,
    re.VERBOSE,
)


def without_contacts(text: str) -> str:
    """The text with names, numbers and addresses of contact lines replaced by 〔略〕; labels stay."""
    return _CONTACT.sub(lambda found: (found["phone"] or found["name"] or "") + LEFT_OUT, text)


def leave_contacts_out(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with `without_contacts` over its free text; nulls stay, nothing else is touched."""
    texts = {
        column: [without_contacts(text) if isinstance(text, str) else text for text in frame[column]]
        for column in FREE_TEXT.get(table, ())
    }
    return frame.assign(
        **{column: pd.Series(kept, index=frame.index, dtype=object) for column, kept in texts.items()}
    )
