"""Which addresses mean the same document, which belong to a publisher, what files are called."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.crawl.addresses import MAX_NAME_BYTES, canonical, is_within, safe_name
from tests.unit.crawl.publishers import publisher

SITE = publisher("https://www.gl.gov.cn", "gl.gov.cn", "www.gulou-old.gov.cn")
PAGE = "https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html"


@pytest.mark.parametrize(
    "twin",
    [
        "http://gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html",
        "https://www.gulou-old.gov.cn/zfxxgknb/202301/t20230118_11520599.html",
        "HTTPS://WWW.GL.GOV.CN:443/zfxxgknb/202301/t20230118_11520599.html",
        "http://www.gl.gov.cn:80/zfxxgknb/202301/t20230118_11520599.html",
        "https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599_wap.html",
        "https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html?isMobile=false",
        "https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html;jsessionid=AAA0C1",
        "https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html#top",
        "https://www.gl.gov.cn/zfxxgknb/x/../202301/./t20230118_11520599.html",
        "https://www.gl.gov.cn/zfxxgknb/%32%30%32301/t20230118_11520599.html",
        "  https://www.gl.gov.cn/zfxxgknb/202301/t20230118_11520599.html\n",
    ],
)
def test_twins_have_one_key(twin: str) -> None:
    assert canonical(twin, SITE) == canonical(PAGE, SITE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # parameters in another order: xxgkAnnualReport.jsp of 瑞安 and 丽水
        ("/module/xxgk/x.jsp?area=001&fbtime=2023", "/module/xxgk/x.jsp?fbtime=2023&area=001"),
        ("/2023n/content/mpost_9469010.html", "/2023n/content/post_9469010.html"),
        ("/jd/gkmlpt/mindex/", "/jd/gkmlpt/index/"),
        ("/a?q=%e6%94%bf+x", "/a?q=政%20x"),
        ("/a;jsessionid=1?b=2", "/a;jsessionid=9?b=2"),
        ("", "/"),
    ],
)
def test_views_of_one_document_have_one_key(one: str, other: str) -> None:
    assert canonical(f"http://gl.gov.cn{one}", SITE) == canonical(f"https://www.gl.gov.cn{other}", SITE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/zfxxgknb/2021N/", "/zfxxgknb/2021n/"),
        ("/XZJDBMDW/a.html", "/xzjdbmdw/a.html"),
        ("/public/column/1?action=detail&title=2022", "/public/column/1?action=detail&title=2023"),
        ("/a.html?Id=1", "/a.html?id=1"),
        ("/#/detail/12", "/#/detail/13"),  # a page that a script builds is another one for each route
        ("/a%2Fb.html", "/a/b.html"),
        ("/a.html", "/a.htm"),
    ],
)
def test_other_documents_have_other_keys(one: str, other: str) -> None:
    assert canonical(f"https://www.gl.gov.cn{one}", SITE) != canonical(f"https://www.gl.gov.cn{other}", SITE)


def test_a_port_of_its_own_is_part_of_the_key() -> None:
    site = publisher("http://www.xyq.gov.cn:10079")
    assert canonical("http://www.xyq.gov.cn:10079/a", site) != canonical("http://www.xyq.gov.cn/a", site)


def test_a_host_that_is_no_alias_keeps_its_name() -> None:
    assert canonical("https://www.gl.gov.cn.evil.com/a", SITE) == "//www.gl.gov.cn.evil.com/a"


addresses = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="ab/.%;?&=#:@[]\\ 2eE5_waphtmljsessionid\t年", max_size=60).map(
        "http://gl.gov.cn".__add__
    ),
    st.text(alphabet="a/.%?#:@[]\\0-9", max_size=30).map("//".__add__),
)


@given(addresses)
def test_the_key_of_a_key_is_the_key(url: str) -> None:
    key = canonical(url, SITE)
    assert canonical(key, SITE) == key


@given(addresses)
def test_no_address_is_too_odd_to_be_refused(url: str) -> None:
    within = is_within(url, SITE)
    assert not within or url.strip().lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.gl.gov.cn.evil.com/a",
        "https://www-gl-gov-cn.njmu.s5.bt8.net/a",
        "https://evil.com/http://www.gl.gov.cn/a",
        "https://www.gl.gov.cn@evil.com/a",
        "https://user@www.gl.gov.cn/a",
        "https://www.gl.gov.cn\\@evil.com/a",
        "https://evilgl.gov.cn/a",  # below gov.cn, but not registered
        "https://gov.cn/a",
        "https://www．gl．gov．cn/a",
        "https://www.gl.gov.cn:22/a",
        "https://www.gl.gov.cn:99999/a",
        "ftp://www.gl.gov.cn/a",
        "file:///etc/passwd",
        "//www.gl.gov.cn/a",
        "javascript:void(0)",
        "",
    ],
)
def test_look_alikes_are_not_within(url: str) -> None:
    assert not is_within(url, SITE)


def test_hosts_for_attachments_give_files_only() -> None:
    site = publisher("https://www.gl.gov.cn", attachment_hosts=("oss.example.cloud.zj.gov.cn",))
    url = "https://oss.example.cloud.zj.gov.cn/jcms_files/a.pdf"
    assert is_within(url, site, file=True)
    assert not is_within(url, site)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="../../etc/cron.d/x"', "x"),
        (r'attachment; filename="C:\x\y.doc"', "y.doc"),
        ("attachment; filename=年度报告.doc", "年度报告.doc"),
        ("attachment; filename=x.doc; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.doc", "年报.doc"),
        ("attachment; filename=%C4%EA%B1%A8.doc", "年报.doc"),  # escaped GBK
        ("attachment; filename==?UTF-8?B?5bm05oqlLmRvYw==?=", "年报.doc"),
        ('attachment; filename="年\x00报\u202efdp.doc"', "年报fdp.doc"),
        ('attachment; filename="CON.doc"', "_CON.doc"),
        ('attachment; filename="a<b>:c?.doc"', "a_b__c_.doc"),
        ('attachment; filename=".."', "real.pdf"),  # nothing is left: the address names it
        ("inline", "real.pdf"),
        ("filename*=no-such-charset''a.doc", "a.doc"),
    ],
)
def test_names_of_headers_are_shown_safely(header: str, name: str) -> None:
    assert safe_name("http://www.gl.gov.cn/f/real.pdf", header) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("http://h/f", f"attachment; filename={'年' * 300}.docx")
    assert name.endswith("年.docx")
    assert len(name.encode()) <= MAX_NAME_BYTES


@pytest.mark.parametrize(
    "query",
    [
        "classid=0&filename=0a1b2c3d4e5f60718293a4b5c6d7e8f9.pdf&showname=2023%E5%B9%B4%E6%8A%A5.pdf",
        "showname=2023%E5%B9%B4%E6%8A%A5.pdf&filename=0a1b2c3d4e5f60718293a4b5c6d7e8f9.pdf&classid=0",
    ],
)
def test_the_real_name_stands_in_showname(query: str) -> None:
    assert safe_name(f"http://h/module/download/downfile.jsp?{query}", None, "点击下载") == "2023年报.pdf"


def test_a_link_names_a_file_whose_address_does_not() -> None:
    url = "http://h/P020240118512345678901.pdf"
    assert safe_name(url, None, " 附件1：2023年\n年报 ") == "附件1：2023年 年报.pdf"
    assert safe_name(url, None, "") == "P020240118512345678901.pdf"
    assert safe_name("http://h/", None, None) == "document"


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=100))
def test_no_name_leaves_its_folder(header: str, anchor: str, url: str) -> None:
    name = safe_name(url, f"attachment; filename={header}", anchor)
    assert name
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert not set(name) & set('/\\<>:"|?*\0\n')
    assert name not in (".", "..")
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name)
    assert name == unicodedata.normalize("NFC", name)
