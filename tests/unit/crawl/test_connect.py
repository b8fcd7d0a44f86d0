"""The door to the network: only vetted addresses, always verified, every byte copied."""

from __future__ import annotations

import ast
import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ingestion.crawl
from ingestion.crawl.connect import (
    MappedNetwork,
    NoAddress,
    NotGlobal,
    PublicNetwork,
    is_global,
    tls_context,
    vetted_addresses,
)
from ingestion.crawl.fetcher import Fetcher
from ingestion.crawl.hosts import BadAddress, Hosts, parse_url, resolve
from ingestion.crawl.model import Answer, Kind, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.policy import FetchPolicy
from tests.unit.crawl.servers import FAST, HOST, Recorded, TinyServer, a_fetcher, a_publisher

INSIDE = """127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0
0.1.2.3 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1
fd12::1 ff02::1 fec0::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1:: 2001:db8::1
2130706433 0x7f.1 localhost""".split()


@pytest.mark.parametrize("ip", INSIDE)
def test_no_address_inside_is_global(ip: str) -> None:
    assert not is_global(ip)


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "202.108.22.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_outside_are(ip: str) -> None:
    assert is_global(ip)


def network(*addresses: str) -> PublicNetwork:
    async def resolver(host: str, port: int) -> list[str]:
        return list(addresses)

    return PublicNetwork(resolver)


def test_one_address_inside_refuses_them_all() -> None:
    assert asyncio.run(vetted_addresses(network("8.8.8.8"), HOST, 80)) == [("8.8.8.8", 80)]
    for found in (("8.8.8.8", "10.0.0.1"), ("2400:3200::1", "::1"), ("127.0.0.1",)):
        with pytest.raises(NotGlobal):
            asyncio.run(vetted_addresses(network(*found), HOST, 80))
    with pytest.raises(NoAddress):
        asyncio.run(vetted_addresses(network(), HOST, 80))


def test_what_is_not_in_the_map_cannot_be_reached() -> None:
    mapped = MappedNetwork({(HOST, 80): ("127.0.0.1", 1)})
    with pytest.raises(NoAddress):
        asyncio.run(mapped.addresses(HOST, 443))
    assert mapped.unmapped == [(HOST, 443)]


def asked_of(*addresses: str) -> tuple[Answer, Recorded, Fetcher]:
    async def run() -> tuple[Answer, Recorded, Fetcher]:
        recorder = Recorded()
        fetcher = Fetcher([a_publisher()], network(*addresses), FAST, recorder)
        answer = await fetcher.ask(Request(f"http://{HOST}/"), a_publisher())
        return answer, recorder, fetcher

    return asyncio.run(run())


def test_a_registered_name_that_points_inside_is_refused_without_contact() -> None:
    answer, recorder, fetcher = asked_of("8.8.8.8", "169.254.169.254")
    assert answer.outcome is Outcome.REFUSED_GUARD
    assert "169.254.169.254" in (answer.reason or "")
    assert (answer.attempts, recorder, fetcher.contacted) == (0, [], {})


def test_a_name_without_address_is_called_so() -> None:
    answer, _, fetcher = asked_of()
    assert answer.outcome is Outcome.DNS
    assert fetcher.contacted == {}


def test_a_name_is_looked_up_once() -> None:
    """A second look-up could give another answer than the one that was vetted."""
    looked_up: list[str] = []

    async def run() -> None:
        async with TinyServer() as server:
            mapped = server.network(HOST)

            class Counting:
                checked = False

                async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
                    looked_up.append(host)
                    return await mapped.addresses(host, port)

            fetcher = Fetcher([a_publisher()], Counting(), FAST, Recorded())
            for path in "abc":
                assert (await fetcher.ask(Request(f"http://{HOST}/{path}"), a_publisher())).ok

    asyncio.run(run())
    assert looked_up == [HOST]


def test_a_second_address_is_tried_where_the_first_does_not_connect() -> None:
    async def run() -> Answer:
        async with TinyServer() as server, TinyServer() as closed:
            dead = closed.port
            closed._server.close()
            await closed._server.wait_closed()

            class Two:
                checked = False

                async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
                    return [("127.0.0.1", dead), ("127.0.0.1", server.port)]

            fetcher = Fetcher([a_publisher()], Two(), FAST, Recorded())
            return await fetcher.ask(Request(f"http://{HOST}/"), a_publisher())

    assert asyncio.run(run()).ok


def test_nobody_asks_the_internet_without_a_name() -> None:
    with pytest.raises(ValueError, match="GONGKAI_CONTACT"):
        Fetcher([], PublicNetwork(), FetchPolicy(contact=""), Recorded())


# --- TLS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["strict", "legacy"])
def test_certificates_are_verified_in_every_mode(mode: str) -> None:
    context = tls_context(mode)  # type: ignore[arg-type]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_legacy_allows_old_servers_and_strict_does_not() -> None:
    legacy_connect = 0x4
    assert tls_context("legacy").options & legacy_connect
    assert not tls_context("strict").options & legacy_connect
    names = [{cipher["name"] for cipher in tls_context(mode).get_ciphers()} for mode in ("legacy", "strict")]
    assert names[0] >= names[1]


def test_nothing_in_the_crawler_turns_verification_off() -> None:
    forbidden = {"CERT_NONE", "_create_unverified_context", "CERT_OPTIONAL"}
    for file in Path(ingestion.crawl.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr in forbidden), file
            if isinstance(node, ast.keyword) and node.arg in ("verify", "check_hostname"):
                assert not (isinstance(node.value, ast.Constant) and node.value.value is False), file


@pytest.mark.parametrize("mode", ["strict", "legacy"])
def test_a_certificate_that_nobody_signed_is_refused(mode: str, tmp_path: Path) -> None:
    context = self_signed(tmp_path)

    async def run() -> tuple[Answer, TinyServer]:
        publisher = a_publisher(tls=mode)
        async with TinyServer(ssl=context) as server:
            fetcher = a_fetcher(server, publisher)
            return await fetcher.ask(Request(f"https://{HOST}/"), publisher), server

    answer, server = asyncio.run(run())
    assert answer.outcome is Outcome.TLS
    assert "certificate" in (answer.reason or "").lower()
    assert server.log == []


def test_a_certificate_that_is_trusted_is_spoken_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = self_signed(tmp_path)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr("ingestion.crawl.fetcher.tls_context", lambda mode: trusting)
    recorder = Recorded()

    async def run() -> Answer:
        async with TinyServer(ssl=context) as server:
            fetcher = a_fetcher(server, a_publisher(), recorder=recorder)
            return await fetcher.ask(Request(f"https://{HOST}/"), a_publisher())

    assert asyncio.run(run()).ok
    # what is archived is HTTP, not its encryption
    assert recorder[-1].request_bytes.startswith(b"GET / HTTP/1.1\r\nHost: " + HOST.encode())
    assert recorder[-1].response_bytes.startswith(b"HTTP/1.1 200 X\r\n")


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for the host, made now."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


# --- the registry ----------------------------------------------------------------------------------------------

SITE = a_publisher(
    aliases=({"host": "lan-fx.gov.cn"}, {"host": "old.lan-fx.gov.cn", "valid_to": "2024-06-30"}),
    attachment_hosts=("oss.lan-fx.gov.cn", "cdn.example.com"),
    ports=(8080,),
)
OTHER = a_publisher("www.other-fx.gov.cn")


def refusal(url: str, kind: Kind = "page", year: int = 2026) -> str | None:
    hosts = Hosts([SITE, OTHER], lambda: datetime(year, 1, 1, tzinfo=UTC).date())
    try:
        return hosts.refusal(parse_url(url), kind, SITE)
    except BadAddress as error:
        return str(error)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"https://{HOST}/zwgk/XZJD/2021N/t.html?a=1",
        f"http://{HOST.upper()}:8080/x",
        "http://lan-fx.gov.cn/",
    ],
)
def test_registered_addresses_may_be_asked(url: str) -> None:
    assert refusal(url) is None


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}.mirror-fx.com/",
        f"http://{HOST}.evil.com/{HOST}/",
        f"http://evil.com/{HOST}",
        "http://xgov.cn/",
        "http://gov.cn/",
        f"http://sub.{HOST}/",
        "http://www.other-fx.gov.cn/",  # registered, but another publisher's
        f"http://{HOST}:22/",
        f"http://user@{HOST}/",
        f"http://user:pw@{HOST}/",
        f"http://{HOST}@evil.com/",
        f"http://evil.com\\@{HOST}/",
        f"http://{HOST}\\.evil.com/",
        f"http://{HOST}\n.evil.com/",
        f"http://{HOST}%00.evil.com/",
        f"http://{HOST}./",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1/",
        f"http://{HOST}:99999/",
        f"http://{HOST}:x/",
        f"ftp://{HOST}/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/zwgk/",
        "",
        f"http://{HOST}/{'a' * 5000}",
        "http://cdn.example.com/a.pdf",  # named in the record, but not below gov.cn
    ],
)
def test_all_other_addresses_are_refused(url: str) -> None:
    assert refusal(url) is not None
    assert refusal(url, "file") is not None


def test_attachment_hosts_give_attachments_only() -> None:
    url = "http://oss.lan-fx.gov.cn/a.pdf"
    assert refusal(url, "file") is None
    assert refusal(url, "page") == "oss.lan-fx.gov.cn may be asked for attachments only"
    assert refusal(url, "list") is not None


def test_an_alias_holds_on_its_days() -> None:
    url = "http://old.lan-fx.gov.cn/"
    assert refusal(url, year=2024) is None
    assert refusal(url, year=2025) == "old.lan-fx.gov.cn is not an alias of lan_fx today"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("/a/../admin/x", "/admin/x"),
        ("/a/%2e%2E/admin/x", "/admin/x"),
        ("/../../admin/.", "/admin/"),
        ("/./a//b/../c/", "/a//c/"),
        ("/ZWGK/2021N/", "/ZWGK/2021N/"),
        ("/年报/a b.pdf?名=%E4%BD%A0#top", "/%E5%B9%B4%E6%8A%A5/a%20b.pdf?%E5%90%8D=%E4%BD%A0"),
        ("", "/"),
        ("?a=/../b", "/?a=/../b"),
    ],
)
def test_an_address_is_sent_without_dots_and_escaped(url: str, sent: str) -> None:
    assert parse_url(f"http://{HOST}{url}").target == sent


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("../b.html", "http://h.gov.cn/x/b.html"),
        ("//evil.com/", "http://evil.com/"),
        ("?p=2", "http://h.gov.cn/x/y/?p=2"),
        ("http://[", "http://["),
    ],
)
def test_a_location_is_seen_from_the_page(location: str, url: str) -> None:
    assert resolve("http://h.gov.cn/x/y/", location) == url
