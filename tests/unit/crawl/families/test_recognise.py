"""Families by the page first and by the address else."""

from __future__ import annotations

import pytest

from ingestion.catalog.publishers import FAMILIES as CODES
from ingestion.crawl.families import FAMILIES, recognise

HOST = "http://www.lianhu-fx.gov.cn"


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/col/col82540/index.html", "jpage"),
        ("/art/2023/1/4/art_1229709821_67985.html", "jpage"),
        ("/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&area=11", "jcms_xxgk"),
        ("/col/col1229743683/art/2026/art_3abf60cff917420d9c6c57b2d448f086.html", "jpaas"),
        ("/gmbs/gkmlpt/content/8/8526/post_8526627.html", "gkmlpt"),
        ("/xxgk/2023n/content/post_9469010.html", "nfcms"),
        ("/bdxz/content/mpost_9469010.html", "nfcms"),
        ("/klmys/c100186/202609/aa4579c66c524f3d8e816a3bcfed5a3b.shtml", "kaipuyun"),
        ("/hebdlq/c111239/202301/c01_868731.shtml", "kaipuyun"),
        ("/public/column/161057226?type=3&action=detail&nav=3&title=2023", "longxun"),
        ("/OpennessAnnualReport/show/5469.html", "longxun"),
        ("/info/1055/2345.htm", "vsb"),
        ("/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1154", "vsb"),
        ("/zfxxgk/zfxxgknb/n2022n/xz/zgz.htm", "vsb"),
        ("/zwgk/202201/t20220124_4297424.htm", "trs"),
        ("/zwgk/t17981192.shtml", "trs"),
        ("/zwgk/202301/t20230118_11520599_wap.html", "trs"),
        ("/nw12344/20240329/d7775c906c0b402a93cbebf4e979c002.html", "static"),
        ("/info/egovinfo/1001/xxgk2/xxgkinfo/gflz-55_/2023-0118001.htm", "static"),
        ("/xwzx/ztzl/zfxxgknb/2023/gzj/dzjd/1.html", "static"),
    ],
)
def test_by_address(path: str, family: str) -> None:
    assert recognise(HOST + path) == family


@pytest.mark.parametrize(
    ("html", "family"),
    [
        ("<datastore></datastore> /module/xxgk/tree.jsp dataproxy.jsp", "jpage"),
        ("/module/xxgk/tree.jsp?area=1", "jcms_xxgk"),
        ("""<script queryData="{'webId':'1'}" url="/api-gateway/jpaas-publish-server/x">""", "jpaas"),
        ("window._CONFIG = {SID:'1',TREE:[]}", "gkmlpt"),
        ("var NFCMS_SITE_ID = 1", "nfcms"),
        (f"/common/search/{'0a' * 16}?_isJson=true", "kaipuyun"),
        ("<a href='?isNianbao=1'>", "longxun"),
        ("<div class='pb_sys_common'>", "vsb"),
        ("<script>createPageHTML(1,0,'index','html')</script>", "trs"),
    ],
)
def test_the_page_goes_before_its_address(html: str, family: str) -> None:
    assert recognise(HOST + "/zwgk/202201/t20220124_4297424.htm", html) == family


def test_a_page_that_shows_nothing_leaves_the_address() -> None:
    assert recognise(HOST + "/info/1055/2345.htm", "<html></html>") == "vsb"
    assert recognise(HOST + "/x", "<html></html>") == "static"


def test_every_family_of_the_catalog_has_a_walk() -> None:
    assert set(FAMILIES) == set(CODES)
    assert all(family.code == code for code, family in FAMILIES.items())
