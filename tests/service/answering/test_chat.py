"""The client of language models, against a real server that speaks the protocol, or fails to."""

from __future__ import annotations

import json
import socket
import threading
import time

import chat_server
import pytest
from chat_server import ChatServer

from service.settings import LanguageModelSettings
from service.wording.chat import ChatError, ChatModel

SAID = "Ça va, « oui » – l’été 2021 €."
MESSAGES = [{"role": "system", "content": "be brief"}, {"role": "user", "content": json.dumps({"a": 1})}]


def ask(way, *, seconds=60.0, said=SAID, **settings):
    with ChatServer(lambda system, data: said, way) as server:
        reply = ChatModel(LanguageModelSettings(server.url, seconds=seconds, **settings)).reply(MESSAGES)
        return reply, server.requests


@pytest.mark.parametrize(
    "way",
    [
        chat_server.streamed,
        chat_server.streamed_without_reason,
        chat_server.whole,
        chat_server.sends(chat_server.delta(SAID, "stop").replace(b"data: ", b"data:"), "text/event-stream"),
        chat_server.sends(
            (chat_server.delta(SAID) + b"event: x\nid: 3\ndata: [DONE]\n\n").replace(b"\n", b"\r\n"),
            "text/event-stream",
        ),
        chat_server.sends(chat_server.delta(SAID) + chat_server.delta(None, "stop"), "text/event-stream"),
    ],
)
def test_a_whole_reply(way):
    began = time.monotonic()
    assert ask(way)[0] == SAID
    assert time.monotonic() - began < chat_server.STAYS_OPEN / 2


def test_what_is_sent():
    _, requests = ask(chat_server.streamed, model="small", key="sk-1")
    [(path, headers, body)] = requests
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer sk-1"
    assert body == {"model": "small", "messages": MESSAGES, "stream": True, "temperature": 0}


def test_without_key_and_model_neither_is_sent():
    _, [(_, headers, body)] = ask(chat_server.whole)
    assert "Authorization" not in headers
    assert "model" not in body


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        *((chat_server.status(code), f"status {code}") for code in (400, 401, 404, 429, 500, 503, 204)),
        (chat_server.status(302, Location="http://127.0.0.1:9/"), "status 302"),
        (chat_server.cut, "cut off"),
        (chat_server.cut_in_one_piece, "broke off"),
        (chat_server.too_long_for_the_model, "broke its reply off"),
        (chat_server.endless, "does not end"),
        (chat_server.endless_line, "does not end"),
        (chat_server.sends(b"x" * 1_100_000), "does not end"),
        (chat_server.sends(b""), "not JSON"),
        (chat_server.sends(b"<html>busy</html>", "text/html"), "not JSON"),
        (chat_server.sends(b"[" * 100_000), "not JSON|not of the protocol"),
        (chat_server.sends(b"\xff\xfe{}"), "not JSON|not of the protocol"),
        (chat_server.sends(b"[]"), "not of the protocol"),
        (chat_server.sends(b"{}"), "not of the protocol"),
        (chat_server.sends(b'{"choices": []}'), "not of the protocol"),
        (chat_server.sends(b'{"choices": [3]}'), "not of the protocol"),
        (chat_server.sends(b'{"choices": [{"message": "hello"}]}'), "not of the protocol"),
        (chat_server.sends(b'{"choices": [{"message": {"content": null}}]}'), "not of the protocol"),
        (chat_server.sends(b'{"error": {"message": "no"}}'), "reports an error"),
        (chat_server.sends(b'data: {"error": {"message": "no"}}\n\n', "text/event-stream"), "reports an error"),
        (chat_server.sends(b"data: {half\n\n", "text/event-stream"), "not JSON"),
        (chat_server.sends(chat_server.delta(["a"]), "text/event-stream"), "not of the protocol"),
        (chat_server.sends(b"", "text/event-stream"), "cut off"),
    ],
)
def test_anything_else_is_an_error_with_its_reason(way, reason):
    with pytest.raises(ChatError, match=reason) as failed:
        ask(way, key="sk-secret")
    assert "sk-secret" not in str(failed.value)
    assert "127.0.0.1" not in str(failed.value)


@pytest.mark.parametrize("way", [chat_server.silent, chat_server.trickling])
def test_the_time_is_for_the_whole_reply(way):
    began = time.monotonic()
    with pytest.raises(ChatError, match=r"within 0.4 s"):
        ask(way, seconds=0.4)
    assert time.monotonic() - began < chat_server.STAYS_OPEN / 2


def test_nobody_listens():
    with socket.socket() as taken:  # by nobody else meanwhile
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ChatError, match="cannot be reached"):
            ChatModel(LanguageModelSettings(url)).reply(MESSAGES)


def test_one_who_takes_the_call_and_hangs_up():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up():
            listening.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        with pytest.raises(ChatError, match="broke off"):
            ChatModel(LanguageModelSettings(url, seconds=60)).reply(MESSAGES)


def test_a_compressed_reply_is_not_opened():
    def bomb(handler, said):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()

    with pytest.raises(ChatError, match="compressed"):
        ask(bomb)
