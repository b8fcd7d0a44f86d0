"""Short names of agencies, as people type them."""

import pytest

from orchestration.agencies import NoSuchAgency, match_agency

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
