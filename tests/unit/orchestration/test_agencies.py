"""Short names of agencies, as people type them."""

import pytest

from orchestration.agencies import NoSuchAgency, match_agency, match_body

KNOWN = [
    "福州市长乐区人民政府营前街道办事处",
    "福州市长乐区人民政府航城街道办事处",
    "福州市水务局",
    "福州市",
]


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("营前街道", KNOWN[0]),
        ("长乐营前", KNOWN[0]),
        ("福州市 水务局", KNOWN[2]),
        ("福州市", KNOWN[3]),  # the whole name of one, part of all: the whole name wins
    ],
)
def test_finds_the_only_one_meant(name: str, full: str) -> None:
    assert match_agency(name, KNOWN) == full


def test_says_which_ones_when_several_are_meant() -> None:
    with pytest.raises(NoSuchAgency, match="several") as refused:
        match_agency("长乐区", KNOWN)
    assert refused.value.candidates == sorted(KNOWN[:2])


@pytest.mark.parametrize("name", ["海淀区", "", "  "])
def test_says_what_there_is_when_none_is_meant(name: str) -> None:
    with pytest.raises(NoSuchAgency, match="no agency") as refused:
        match_agency(name, KNOWN)
    assert refused.value.candidates == sorted(KNOWN)


def test_two_names_of_one_body_are_not_several_bodies() -> None:
    bodies = {"ag_1": ("水部街道办事处", "福州市鼓楼区水部街道", "ag_1"), "ag_2": ("东街街道办事处", "ag_2")}
    assert match_body("水部街道", bodies) == "ag_1"
    assert match_body("ag_2", bodies) == "ag_2"
    with pytest.raises(NoSuchAgency, match="several") as refused:
        match_body("街道办事处", bodies)
    assert refused.value.candidates == ["东街街道办事处", "水部街道办事处"]
