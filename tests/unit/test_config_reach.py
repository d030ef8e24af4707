"""The public address, proxies and HTTPS in the settings: what is taken and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmap.config import load, worker_count
from gridmap.errors import BadSettings
from gridmap.reach import TlsFiles, is_loopback, networks, public_url

NO_FILE = Path("/nowhere/gridmap.toml")


@pytest.mark.parametrize(
    ("text", "name", "port", "shown"),
    [
        ("https://grid.example.cn", "grid.example.cn", 443, "https://grid.example.cn"),
        ("https://grid.example.cn/", "grid.example.cn", 443, "https://grid.example.cn"),
        ("https://Grid.Example.cn:8443", "grid.example.cn", 8443, "https://grid.example.cn:8443"),
        ("https://10.1.2.3:443/", "10.1.2.3", 443, "https://10.1.2.3"),
        ("https://[fd00::0:5]:8443", "[fd00::5]", 8443, "https://[fd00::5]:8443"),
        ("https://网格.example", "xn--0xvs72c.example", 443, "https://xn--0xvs72c.example"),
    ],
)
def test_a_public_address_is_a_name_and_a_port(text: str, name: str, port: int, shown: str) -> None:
    found = public_url(text)
    assert (found.name, found.port, str(found)) == (name, port, shown)


@pytest.mark.parametrize(
    "text",
    ["grid.example.cn", "http://grid.example.cn", "https://", "https:///x", "https://grid.example.cn/map",
     "https://me@grid.example.cn", "https://grid.example.cn?x=1", "https://grid.example.cn:99999", "https://a b",
     "https://-a.example", "https://[fd00::zz]", "https://grid.example.cn/#top", "https://a..b"],
)  # fmt: skip
def test_anything_else_is_no_public_address(text: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load({"GRIDMAP_PUBLIC_URL": text}, toml=NO_FILE)
    assert text in refused.value.message
    assert "https://name" in refused.value.hint


def test_a_certificate_and_its_key_come_together() -> None:
    files = {"GRIDMAP_TLS_CERT": "/etc/a.pem", "GRIDMAP_TLS_KEY": "/etc/a.key"}
    assert load(files, toml=NO_FILE).tls == TlsFiles(Path("/etc/a.pem"), Path("/etc/a.key"))
    assert load({}, toml=NO_FILE).tls is None
    for alone, other in [("GRIDMAP_TLS_CERT", "GRIDMAP_TLS_KEY"), ("GRIDMAP_TLS_KEY", "GRIDMAP_TLS_CERT")]:
        with pytest.raises(BadSettings, match=f"{other} is not"):
            load({alone: files[alone]}, toml=NO_FILE)


def test_proxies_are_addresses_and_networks() -> None:
    assert [str(found) for found in networks("10.1.0.0/24, 192.168.0.5,fd00::1")] == [
        "10.1.0.0/24", "192.168.0.5/32", "fd00::1/128"
    ]  # fmt: skip
    assert load({}, toml=NO_FILE).proxies == ()
    for wrong in ("proxy.example", "10.1.0.5/24", "10.1.0.0/40"):
        with pytest.raises(BadSettings, match="GRIDMAP_PROXIES"):
            load({"GRIDMAP_PROXIES": wrong}, toml=NO_FILE)


def test_workers_are_one_to_sixteen() -> None:
    assert load({}, toml=NO_FILE).workers is None
    assert load({"GRIDMAP_WORKERS": "16"}, toml=NO_FILE).workers == 16
    for wrong in ("0", "17", "-1", "two", "1.5"):
        with pytest.raises(BadSettings, match="GRIDMAP_WORKERS"):
            load({"GRIDMAP_WORKERS": wrong}, toml=NO_FILE)


def test_a_file_has_one_process_and_a_server_several() -> None:
    assert worker_count("sqlite:////a.db", None) == 1
    assert worker_count("sqlite:////a.db", 1) == 1
    with pytest.raises(BadSettings, match="2 workers"):
        worker_count("sqlite:////a.db", 2)
    assert worker_count("postgresql+psycopg://server/a", None) == 2
    assert worker_count("postgresql+psycopg://server/a", 3) == 3


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost.", True), ("127.1.2.3", True),
     ("0.0.0.0", False), ("", False), ("::", False), ("localhost.example", False), ("192.168.1.2", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
