"""A server that speaks the protocol of OpenAI-compatible language models, in the ways that the tests need."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Model = Callable[[str, dict], str]  # from the prompt and the data of a request to what the model says
Way = Callable[["Handler", str], None]  # how the server sends what the model says
STAYS_OPEN = 30.0  # seconds that a server which has said all it will keeps a connection


def event(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(content, finished=None):
    return event({"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finished}]})


def pieces(said):
    return [said[start : start + 7] for start in range(0, len(said), 7)]


def streamed(handler, said):
    handler.begin("text/event-stream; charset=utf-8")
    handler.wfile.write(b": comment\r\n\r\n" + event({"choices": [{"delta": {"role": "assistant"}}]}))
    body = b"".join(delta(piece) for piece in pieces(said)) + delta("", "stop")
    # In bits that fall anywhere, also inside a character.
    for start in range(0, len(body), 50):
        handler.wfile.write(body[start : start + 50])
        handler.wfile.flush()
    handler.wfile.write(event({"choices": [], "usage": {"total_tokens": 9}}) + b"data: [DONE]\n\n")


def streamed_without_reason(handler, said):
    handler.begin("text/event-stream")
    handler.wfile.write(b"".join(delta(piece) for piece in pieces(said)) + b"data: [DONE]\n\n")
    handler.wfile.flush()
    handler.server.stopped.wait(STAYS_OPEN)  # the connection stays open after the end


def whole(handler, said):
    handler.begin("application/json")
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    handler.wfile.write(json.dumps({"object": "chat.completion", "choices": [choice]}).encode())


def sends(body, kind="application/json"):
    def way(handler, said):
        handler.begin(kind)
        handler.wfile.write(body)

    return way


def status(code, **headers):
    def way(handler, said):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b'{"error": {"message": "key sk-secret is not known"}}')

    return way


def cut(handler, said):
    handler.begin("text/event-stream")
    handler.wfile.write(b"".join(delta(piece) for piece in pieces(said)[:-2]))


def cut_in_one_piece(handler, said):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"message": {"content": "')


def too_long_for_the_model(handler, said):
    handler.begin("text/event-stream")
    handler.wfile.write(delta(said) + delta("", "length") + b"data: [DONE]\n\n")


def silent(handler, said):
    handler.server.stopped.wait(STAYS_OPEN)


def trickling(handler, said):
    handler.begin("text/event-stream")
    while not handler.server.stopped.wait(0.05):
        handler.wfile.write(b": still here\n\n")


def endless(handler, said):
    handler.begin("text/event-stream")
    while not handler.server.stopped.is_set():
        handler.wfile.write(delta("and so on " * 50))


def endless_line(handler, said):
    handler.begin("text/event-stream")
    while not handler.server.stopped.is_set():
        handler.wfile.write(b"x" * 4096)


class Handler(BaseHTTPRequestHandler):
    def begin(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        system, user = (message["content"] for message in body["messages"])
        with contextlib.suppress(OSError):  # the client has gone
            self.server.way(self, self.server.model(system, json.loads(user)))

    def log_message(self, *arguments):
        pass


class ChatServer(ThreadingHTTPServer):
    """Serves `model` in the way given, on a port of its own; `requests` are the path, headers and body of each."""

    daemon_threads = True

    def __init__(self, model: Model, way: Way = streamed) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.model, self.way = model, way
        self.requests = []
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass
