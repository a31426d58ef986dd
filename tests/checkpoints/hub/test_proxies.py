"""Downloads through a proxy, as companies have them: a real one, which the environment names."""

import http.client
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from musicgen_studio.checkpoints.hub.download import download
from musicgen_studio.errors import UserProblem
from tests.checkpoints.hub.conftest import REPOSITORY
from tests.checkpoints.hub.server import FakeHub
from tests.checkpoints.hub.test_download import assert_whole

NOWHERE = "http://127.0.0.1:9"  # the port to which nobody listens


class Proxy(ThreadingHTTPServer):
    """Passes plain requests on, and opens no tunnels; notes what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.tunnels: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        there = urlsplit(self.path)
        assert there.hostname is not None
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "proxy-connection"}
        connection.request("GET", there._replace(scheme="", netloc="").geturl(), headers=headers)
        answer = connection.getresponse()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while block := answer.read(65_536):
            self.wfile.write(block)
        connection.close()
        self.close_connection = True

    def do_CONNECT(self) -> None:
        self.server.tunnels.append(self.path)
        self.send_error(403, "no tunnels here")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy on this computer, of which the environment says nothing yet."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Proxy() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_everything_comes_through_the_proxy(
    hub: FakeHub, proxy: Proxy, hub_cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, proxy.address)
    assert_whole(hub, download(REPOSITORY, hub_cache, threading.Event()))
    paths = {urlsplit(url).path for url in proxy.asked}
    assert {path for path, *_ in hub.asked} <= paths  # nothing went beside it
    assert any(path.endswith("/model.safetensors") for path in paths)


def test_what_needs_no_proxy_goes_straight(
    hub: FakeHub, hub_cache: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1,localhost")
    assert_whole(hub, download(REPOSITORY, hub_cache, threading.Event()))
    assert proxy.asked == []


def test_a_proxy_that_is_not_there_is_said(
    hub: FakeHub, hub_cache: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    with pytest.raises(UserProblem):
        download(REPOSITORY, hub_cache, threading.Event())
    assert hub.asked == []
    assert proxy.asked == []


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("address", ["socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080", "http://127.0.0.1:port"])
def test_a_proxy_of_another_kind_is_said(
    hub: FakeHub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Desktops set it for every terminal."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(UserProblem, match="The proxy cannot be used"):
        download(REPOSITORY, hub_cache, threading.Event())
    assert hub.asked == []


def test_encrypted_connections_ask_the_proxy_for_a_tunnel(
    hub: FakeHub, hub_cache: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.address.replace("http://", "https://"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    with pytest.raises(UserProblem):
        download(REPOSITORY, hub_cache, threading.Event())
    assert proxy.tunnels
    assert set(proxy.tunnels) == {urlsplit(hub.address).netloc}
    assert hub.asked == []
