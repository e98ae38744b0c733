"""The server of one page: on the loopback only, behind a random token, from memory.

It serves what it was given by name and knows no path of the disk. Events go to the page as server-sent events (WHATWG
HTML, section 9.2); parts of a sound are asked for by ranges of bytes (RFC 9110, section 14), so that the page can seek.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

from render.console.screen import tell
from render.listen.sound import Encoded, Sound

LOOPBACK = "127.0.0.1"
# Pause after which an event stream says that it lives, so that a page that is gone is noticed [s].
ALIVE_SECONDS = 10.0
# Longest body that a page sends [bytes].
MOST_BYTES = 4000
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# What any answer says: nothing is kept by the browser, no other page may show it, it loads nothing from elsewhere.
HEADERS = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self' data: 'unsafe-inline'; base-uri 'none'; form-action 'none'",
}


# What is served under a name: a page, or a sound.
Given: TypeAlias = str | Sound | Encoded
# What answers a page that asks, JSON for JSON.
Answer: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


class Server:
    """Serves a page, sounds and events, in threads of its own.

    Parameters
    ----------
    port
        Port on the loopback; 0 for any that is free.

    Attributes
    ----------
    address
        Where the page is, with the token.
    """

    def __init__(self, port: int = 0) -> None:
        self._token = secrets.token_urlsafe(16)
        self._given: Mapping[str, Given] = {}
        self._answers: dict[str, Answer] = {"place": self._place}
        self._pages: set[SimpleQueue[str | None]] = set()
        self._last: dict[str, str] = {}
        self._lock = threading.Lock()
        self._heard = (0.0, False)
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._http = _Http((LOOPBACK, port), Handler)
        self._http.daemon_threads = True
        self.port = int(self._http.server_address[1])
        self.address = f"http://{LOOPBACK}:{self.port}/{self._token}/"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def playhead_seconds(self) -> float:
        """Where the page stood when it last told [s]."""
        return self._heard[0]

    def give(self, given: Mapping[str, Given]) -> None:
        """Serve these pages and sounds, each by its name, and no others."""
        self._given = dict(given)

    def answer(self, answers: Mapping[str, Answer]) -> None:
        """Let these functions answer what a page asks by name; LookupError, TypeError and ValueError refuse it."""
        self._answers.update(answers)

    def answered(self, name: str, text: bytes) -> dict[str, Any] | None:
        """Answer what a page asks; None where nobody answers to that name.

        Raises LookupError, TypeError or ValueError for anything that no page asks.
        """
        act = self._answers.get(name)
        if act is None:
            return None
        told = json.loads(text)
        if not isinstance(told, dict):
            raise TypeError("no object")
        return act(told)

    def tell(self, kind: str, *, lasts: bool = True, **about: Any) -> None:
        """Send an event to all pages. One that opens later is told the last of each kind that lasts."""
        text = f"event: {kind}\ndata: {json.dumps(about, ensure_ascii=False)}\n\n"
        with self._lock:
            if lasts:
                self._last[kind] = text
            for page in self._pages:
                page.put(text)

    def close(self) -> None:
        """End all threads and free the port."""
        with self._lock:
            for page in self._pages:
                page.put(None)
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def is_ours(self, host: str | None) -> bool:
        """Whether a request was meant for this server, and not for a name that another site points here."""
        return host in (f"{LOOPBACK}:{self.port}", f"localhost:{self.port}")

    def named(self, path: str) -> str | None:
        """Return the name that a path asks for behind the token; None where the token is missing or wrong."""
        token, _, name = path.partition("?")[0].removeprefix("/").partition("/")
        return name if secrets.compare_digest(token.encode(), self._token.encode()) else None

    def get(self, name: str) -> Given | None:
        """Return what was given under a name."""
        return self._given.get(name)

    def _place(self, told: dict[str, Any]) -> dict[str, Any]:
        """Note where a page stands: ``{"seconds": 12.5}``."""
        if not isinstance(told.get("seconds"), int | float):
            raise ValueError("no place")
        self._heard = (max(float(told["seconds"]), 0.0), bool(told.get("plays")))
        return {}

    def events(self) -> Iterator[str]:
        """Yield events for a page until the server is closed."""
        page: SimpleQueue[str | None] = SimpleQueue()
        with self._lock:
            for last in self._last.values():
                page.put(last)
            self._pages.add(page)
        try:
            while True:
                text: str | None = ": \n\n"
                with suppress(Empty):
                    text = page.get(timeout=ALIVE_SECONDS)
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._pages.discard(page)


class _Http(ThreadingHTTPServer):
    """Says nothing of connections that a browser breaks off, as it does whenever it seeks."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over an error of the connection; any other is ours."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            tell(f"This is our fault: {type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    """One connection. What is not behind the token does not exist."""

    server_of: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "softmax-renderer", ""
    timeout = 60

    def do_GET(self) -> None:
        """Answer with a page, a sound, or events."""
        name = self._name()
        if name is None:
            return
        if name == "events":
            self._events()
            return
        found = self.server_of.get(name)
        if isinstance(found, str):
            self._answer(HTTPStatus.OK, found.encode(), "text/html; charset=utf-8")
        elif found is not None:
            self._sound(found)
        else:
            self._answer(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def do_POST(self) -> None:
        """Answer what a page asks: JSON for JSON."""
        name = self._name()
        if name is None:
            return
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        text = self.rfile.read(int(length))
        try:
            found = self.server_of.answered(name, text)
        except (LookupError, TypeError, ValueError):
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        if found is None:
            self._answer(HTTPStatus.NOT_FOUND)
        else:
            self._answer(HTTPStatus.OK, json.dumps(found, ensure_ascii=False).encode(), "application/json")

    def _name(self) -> str | None:
        """Return what is asked for; None if that has been refused."""
        name = self.server_of.named(self.path) if self.server_of.is_ours(self.headers.get("Host")) else None
        if name is None:
            self.close_connection = True
            self._answer(HTTPStatus.FORBIDDEN)
        return name

    def _answer(self, status: HTTPStatus, body: bytes = b"", kind: str = "text/plain") -> None:
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in {**HEADERS, **headers}.items():
            self.send_header(key, value)
        self.end_headers()

    def _sound(self, sound: Sound | Encoded) -> None:
        asked = RANGE.fullmatch(self.headers.get("Range", ""))
        size = sound.size
        start, stop = 0, size
        about = {"Content-Type": sound.kind, "Accept-Ranges": "bytes"}
        if asked and (asked[1] or asked[2]):
            start = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
            stop = min(int(asked[2]) + 1, size) if asked[1] and asked[2] else size
            if start >= stop:
                self._head(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                           {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
                return
            self._head(HTTPStatus.PARTIAL_CONTENT, {**about, "Content-Range": f"bytes {start}-{stop - 1}/{size}",
                                                    "Content-Length": str(stop - start)})
        else:
            self._head(HTTPStatus.OK, {**about, "Content-Length": str(size)})
        if self.command != "HEAD":
            self._send(sound.part(start, stop))

    def _events(self) -> None:
        self.close_connection = True
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Connection": "close"})
        self._send(text.encode() for text in self.server_of.events())

    def _send(self, blocks: Iterator[bytes]) -> None:
        try:
            for block in blocks:
                self.wfile.write(block)
        except OSError:  # the page has gone, or asks for another part of a sound before it has this one
            self.close_connection = True
        finally:
            getattr(blocks, "close", lambda: None)()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""
