"""Small reports as web pages, for tests of what stands beside a page: whole ones, or without their tables.

A page is made of a form's labels in the catalog and of the numbers a test asks for; everything else is 0.
"""

from __future__ import annotations

from ingestion.catalog import load_catalog
from tests.unit.recognise.test_html_forms import page as whole_page

FORM = load_catalog().forms["form_2021"]
TITLE = "甲县乙局2022年政府信息公开工作年度报告"


def numbers(**changes: str) -> dict[str, str]:
    """The text of every cell of the form: "0", but for `t3__granted__total="4"` and the like."""
    return dict.fromkeys(FORM.cells, "0") | {key.replace("__", "."): text for key, text in changes.items()}


def report(**changes: str) -> str:
    """A whole report of 2022 by 甲县乙局 as one page."""
    return whole_page(FORM, numbers(**changes))


def tables(**changes: str) -> str:
    """The tables of that report and nothing that says whose they are."""
    text = report(**changes)
    return "<html><body>" + "".join(f"<table>{part}</table>" for part in _inside(text)) + "</body></html>"


def _inside(text: str) -> list[str]:
    return [part.split("</table>")[0] for part in text.split("<table>")[1:]]


def bare_page(*content: str, title: str = TITLE, head: str = "") -> str:
    """A report's page with its title and prose and, where its tables should be, `content`."""
    return (
        f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>一、总体情况</p>"
        "<p>统计期限自2022年1月1日至2022年12月31日止。</p><p>二、主动公开政府信息情况</p>"
        f"{''.join(content)}<p>五、存在的主要问题及改进情况</p><p>无。</p></body></html>"
    )
