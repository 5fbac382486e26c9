"""A server on this machine that speaks as much of the hub's protocol as downloads need."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_RESOLVE = re.compile(r"/(?P<repo>.+?)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
_RANGE = re.compile(r"bytes=(\d+)-")


@dataclass
class FakeHub:
    """What the server holds, whom it lets in, and what it was asked.

    Attributes
    ----------
    files
        Content by ``repository/path``; dataset repositories begin with ``datasets/``.
    gated
        Repositories that want a token.
    tokens, members
        Tokens it knows, and those whose owner accepted the conditions.
    announced
        Another ETag than the content's, by ``repository/path``.
    cut_after
        Bytes after which the next answer breaks off, once.
    elsewhere
        Another server that holds the bytes of large files, under the same keys; None sends them
        from here.
    requests, ranges, authorized
        ``METHOD path`` of every request, the Range of every GET that had one, and the path of every
        request that came with a token.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    announced: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    elsewhere: "FakeHub | None" = None
    requests: list[str] = field(default_factory=list)
    authorized: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve on a free port of the loopback interface while the block runs."""

    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def _answer(self) -> None:
        self.state.requests.append(f"{self.command} {self.path}")
        if "Authorization" in self.headers:
            self.state.authorized.append(self.path)
        wanted = _RESOLVE.fullmatch(self.path)
        if wanted is None:
            self._refuse(404, "RepoNotFound")
            return
        key = f"{wanted['repo']}/{wanted['path']}"
        refusal = self._refusal(wanted["repo"], wanted["revision"], key)
        if refusal is not None:
            self._refuse(*refusal)
        elif self.state.elsewhere is not None:
            self._redirect(key, f"{self.state.elsewhere.url}{self.path}")
        else:
            self._send(key)

    def _refusal(self, repo: str, revision: str, key: str) -> tuple[int, str] | None:
        if not any(name.startswith(f"{repo}/") for name in self.state.files):
            return 404, "RepoNotFound"
        if repo in self.state.gated:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if token not in self.state.tokens:
                return 401, "GatedRepo"
            if token not in self.state.members:
                return 403, "GatedRepo"
        if revision == "no-such-revision":
            return 404, "RevisionNotFound"
        return None if key in self.state.files else (404, "EntryNotFound")

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self, key: str, location: str) -> None:
        content = self.state.files[key]
        self.send_response(302)
        self.send_header("Location", location)
        self.send_header("X-Linked-ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Linked-Size", str(len(content)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, key: str) -> None:
        content = self.state.files[key]
        etag = self.state.announced.get(key, hashlib.sha256(content).hexdigest())
        start = self._start()
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            end = len(content) - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
        self.end_headers()
        if self.command == "GET":
            self._send_body(content[start:])

    def _start(self) -> int:
        asked = self.headers.get("Range")
        if self.command != "GET" or asked is None:
            return 0
        self.state.ranges.append(asked)
        found = _RANGE.match(asked)
        return int(found[1]) if found else 0

    def _send_body(self, body: bytes) -> None:
        cut, self.state.cut_after = self.state.cut_after, None
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.close_connection = True
