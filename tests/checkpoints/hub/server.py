"""An HTTP server on loopback that behaves like the Hugging Face Hub, and misbehaves on demand.

It lists files as the Hub does, keeps large ones behind a redirect to another host name, knows ranges and ETags. A fault
is used up by the request it spoils.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "5" * 40


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next answer for a file.

    Args:
        kind: `cut` after `at` bytes, `flip` the byte at `at`, `longer` or `shorter` than it says, `stall` after `at`
            bytes, `status` with code `at`, `no_range` answers from the beginning, `changed` knows no such range,
            `circle` of redirects.
        at: See kind.
        path: Of the file that it spoils; empty is any large one.
    """

    kind: str
    at: int = 0
    path: str = ""


@dataclass
class FakeHub:
    """What the server has, and what it saw.

    Args:
        files: Contents by repository and name.
        faults: What goes wrong, in order.
        alone: Contents that are published on their own, by name.
        hashes: SHA-256 by name, of contents too large to hash each time.
        sent: Bytes of contents sent, by name.
        asked: Paths asked for, with the range.
    """

    files: dict[str, dict[str, bytes]]
    faults: list[Fault] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    bytes_per_s: float | None = None
    gated: set[str] = field(default_factory=set)
    alone: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    hashes: dict[str, str] = field(default_factory=dict)

    def is_large(self, path: str) -> bool:
        """Tell whether a file is kept outside of git."""
        return path.endswith((".safetensors", ".bin", ".th"))

    def oid(self, path: str, content: bytes) -> str:
        """Return what the Hub calls a content."""
        if self.is_large(path):
            return self.hashes.get(path) or hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content[:], usedforsecurity=False).hexdigest()

    def sibling(self, path: str, content: bytes) -> dict[str, Any]:
        """Return a file's entry in the Hub's list."""
        entry: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": "0" * 40}
        if not self.is_large(path):
            entry["blobId"] = self.oid(path, content)
        if self.is_large(path):
            entry["lfs"] = {"sha256": self.oid(path, content), "size": len(content), "pointerSize": 135}
        return entry

    def fault_for(self, path: str) -> Fault | None:
        """Take the next fault that is for this file."""
        for fault in self.faults:
            if fault.path == path or (not fault.path and self.is_large(path)):
                self.faults.remove(fault)
                return fault
        return None


@contextmanager
def serving(hub: FakeHub, port: int = 0) -> Iterator[FakeHub]:
    """Serve as long as the context lasts; `hub.address` says where. Port 0 is any that is free."""

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as the Hub does."""
        path, range_ = self.path.split("?")[0], self.headers.get("Range")
        self.hub.asked.append((path, range_, self.headers.get("Authorization")))
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(\w+)", path):
            self._list(found[1])
        elif found := re.fullmatch(rf"/([^/]+/[^/]+)/resolve/{COMMIT}/(.+)", path):
            self._resolve(found[1], found[2])
        elif found := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            self._send(found[2], self.hub.files[found[1]][found[2]])
        elif (name := path.removeprefix("/alone/")) in self.hub.alone:
            self._send(name, self.hub.alone[name])
        else:
            self._status(404)

    def do_HEAD(self) -> None:
        """Say how long a file is that is published on its own."""
        self.hub.asked.append((self.path, None, self.headers.get("Authorization")))
        content = self.hub.alone.get(self.path.removeprefix("/alone/"))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()

    def _list(self, repository: str) -> None:
        fault = next((each for each in self.hub.faults if each.path == "list"), None)
        if fault is not None:
            self.hub.faults.remove(fault)
            self._status(fault.at)
        elif repository in self.hub.gated and "Authorization" not in self.headers:
            self._status(401)
        elif repository in self.hub.gated:
            self._status(403)
        elif repository not in self.hub.files:
            self._status(404)
        else:
            files = self.hub.files[repository]
            answer = {"id": repository, "sha": COMMIT, "siblings": [self.hub.sibling(*item) for item in files.items()]}
            self._status(200, json.dumps(answer).encode())

    def _resolve(self, repository: str, name: str) -> None:
        content = self.hub.files.get(repository, {}).get(name)
        if content is None:
            self._status(404)
        elif not self.hub.is_large(name):
            self._send(name, content)
        else:
            is_circle = any(fault.kind == "circle" for fault in self.hub.faults)
            host = self.hub.address.replace("127.0.0.1", "localhost")
            self.send_response(302)
            self.send_header("Location", self.path if is_circle else f"{host}/cdn/{repository}/{name}")
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("X-Linked-Etag", f'"{self.hub.oid(name, content)}"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send(self, name: str, content: bytes) -> None:
        fault = self.hub.fault_for(name) or Fault("none")
        if fault.kind == "status":
            self._status(fault.at)
            return
        if fault.kind == "flip":
            content = content[: fault.at] + bytes([content[fault.at] ^ 1]) + content[fault.at + 1 :]
        if fault.kind == "longer":
            content += b"more"
        if fault.kind == "shorter":
            content = content[:-4]
        begin = self._begin(content, fault)
        if begin is None:
            return
        self._body(name, memoryview(content)[begin:], fault)

    def _begin(self, content: bytes, fault: Fault) -> int | None:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = 0 if asked is None or fault.kind == "no_range" else int(asked[1])
        if fault.kind == "changed" or begin >= max(len(content), 1):
            self._status(416)
            return None
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", f'"{len(content)}"')
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        return begin

    def _body(self, name: str, content: memoryview, fault: Fault) -> None:
        end = fault.at if fault.kind in ("cut", "stall") else len(content)
        step = 1 << 14
        for start in range(0, min(end, len(content)), step):
            piece = content[start : min(start + step, end)]
            try:
                self.wfile.write(piece)
            except OSError:  # whoever asked is gone
                self.close_connection = True
                return
            self.hub.sent[name] = self.hub.sent.get(name, 0) + len(piece)
            if self.hub.bytes_per_s:
                self.hub.released.wait(len(piece) / self.hub.bytes_per_s)
        if fault.kind == "stall":
            self.wfile.flush()
            self.hub.released.wait(60)
        if fault.kind in ("cut", "stall"):
            self.close_connection = True

    def _status(self, code: int, body: bytes = b"") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        if code == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
