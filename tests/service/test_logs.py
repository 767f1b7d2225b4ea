"""The server's log: whole JSON lines, with what an operator needs and nothing that a caller or a document said."""

from __future__ import annotations

import contextvars
import json
import logging
import re
import sys
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watched import ServedProcess

from indexer.errors import CouncilError
from indexer.store import open_index
from service import logs, request_ids
from service.access import CallerRole
from service.identity import keys
from service.server_settings import Settings
from service.state import State

QUESTION = "Which zeppelin moors at the harbour berths of Lunenburg?"
WRONG_KEY, COOKIE = f"council_0123456789ab_{'SESAME-' * 6}x", "session=c00kieSESAME"
COMMENT = "The zeppelin hangar is missing"
CONTACTS = ("Odile", "Bernache", "odile.bernache@port.example", "Cormoran", "010-0142")
TEXTS = ("Nova Scotia launched an online booking service", "register of harbour pilots", "painted in April")
STAGES = {"understand", "embed", "retrieve", "lexical", "dense", "rank", "draft", "check", "compose"}


def call_everything(client, index, key):
    """Requests that carry a question, a key, a cookie and contacts in every place that a request has."""
    client.headers["Authorization"] = f"Bearer {key}"
    headers = {"Cookie": COOKIE, "User-Agent": QUESTION, "Referer": f"/?q={QUESTION}"}
    documents, passages = index.documents(), index.passages()
    search = {"q": QUESTION, "key": key}
    wrong = {"Authorization": f"Bearer {WRONG_KEY}"}
    statuses = [
        client.post("/v1/answer", json={"question": QUESTION}, headers=headers).status_code,
        client.post("/v1/answer", json={"question": "Who heads the harbour register?"}).status_code,
        client.post("/v1/answer", json={"question": QUESTION, "nonsense": key}, headers=headers).status_code,
        client.post("/v1/answer", content=QUESTION, headers=headers).status_code,
        client.get("/v1/search", params={"q": QUESTION}, headers=headers).status_code,
        client.get("/v1/search", params={"q": "Odile Bernache odile.bernache@port.example"}).status_code,
        client.get("/v1/search", params=search, headers=headers).status_code,
        client.get("/", params={"q": QUESTION}, headers=headers).status_code,
        client.get(f"/{QUESTION}", headers=headers).status_code,
        client.get(f"/v1/documents/{QUESTION}", headers=headers).status_code,
        client.get(f"/v1/passages/{key}/precedents", headers=headers).status_code,
        client.get("/v1/follow-ups", params={"owner": "Odile Bernache"}).status_code,
        client.post(
            "/v1/feedback", json={"question": QUESTION, "verdict": "not_helpful", "comment": COMMENT}, headers=headers
        ).status_code,
        *(client.get(f"/v1/documents/{document.id}", headers=headers).status_code for document in documents),
        *(client.get(f"/v1/passages/{passage.id}", headers=headers).status_code for passage in list(passages)[:5]),
        client.get("/v1/audit", headers=headers).status_code,
        client.get("/metrics", headers=headers).status_code,
        client.get("/v1/search", params={"q": QUESTION}, headers=wrong).status_code,
        client.get("/v1/audit", params={"caller": key}, headers={"Authorization": WRONG_KEY}).status_code,
    ]
    assert not [status for status in statuses if status >= 500]
    assert {200, 201, 401, 403, 404, 422} <= set(statuses)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_question_key_contact_or_text_is_in_any_line_at_debug(harbour, tmp_path, form):
    made, key = keys.make(State(tmp_path / "data"), CallerRole.SECRETARIAT, "the secretariat’s own")
    served = ServedProcess(
        harbour, tmp_path / "data", tmp_path / "log", COUNCIL_LOG_LEVEL="debug", COUNCIL_LOG_FORMAT=form
    )
    with served as client:
        call_everything(client, open_index(harbour), key)
    written = served.text()
    assert written.count("/v1/answer") >= 4 and "Traceback" not in written
    assert made.id in written
    asked = re.findall(r"\w{6,}", QUESTION.replace("harbour", ""))
    words = [*asked, *TEXTS, *CONTACTS, "zeppelin", "SESAME", WRONG_KEY, key, key.split("_", 2)[2], COMMENT]
    assert [word for word in words if word.casefold() in written.casefold()] == []
    assert "?" not in re.sub(r"^\S+ ", "", written), "a query string, or the end of a question"


def test_lines_are_json_objects_with_what_an_operator_needs(harbour, tmp_path):
    served = ServedProcess(harbour, tmp_path / "data", tmp_path / "log", COUNCIL_LOG_FORMAT="json")
    index = open_index(harbour)
    document = next(iter(index.documents()))
    with served as client:
        client.post("/v1/answer", json={"question": "Who will send the drawings of the quays to all members?"})
        client.post("/v1/answer", json={"question": "Who won the ice hockey final?"})
        client.get("/v1/search", params={"q": "quays", "limit": 2})
        client.get(f"/v1/documents/{document.id}")
        client.get(f"/v1/documents/{document.id}x")
        client.get("/no/such/place")
        client.get("/healthz")
    lines = served.lines()
    for line in lines:
        assert datetime.fromisoformat(line["time"]).tzinfo is not None
        assert line["level"] in {"info", "warning", "error"} and line["logger"] and line["message"]
    answered, abstained, searched, opened, unknown, nowhere = [
        line for line in lines if line["logger"] == "service.requests"
    ]
    assert len({line["request_id"] for line in (answered, abstained, searched, opened, unknown, nowhere)}) == 6
    assert (
        answered | {"method": "POST", "route": "/v1/answer", "status": 200, "role": "member", "caller": "local"}
        == answered
    )
    assert answered["abstained"] is False and answered["findings"] > 0 and answered["citations"] > 0
    assert set(answered["stages_ms"]) >= STAGES
    assert 0 < answered["stages_ms"]["retrieve"] < answered["duration_ms"]
    assert (abstained["abstained"], abstained["findings"]) == (True, 0)
    assert searched["passages"] == 2 and "kind" not in searched
    assert (opened["route"], opened["path"]) == ("/v1/documents/{document_id}", f"/v1/documents/{document.id}")
    assert (unknown["status"], unknown["route"]) == (404, "/v1/documents/{document_id}") and "path" not in unknown
    assert (nowhere["status"], nowhere["route"]) == (404, "unmatched")


def test_questions_are_written_where_the_setting_says_so(harbour, tmp_path):
    served = ServedProcess(
        harbour, tmp_path / "data", tmp_path / "log", COUNCIL_LOG_FORMAT="json", COUNCIL_LOG_QUESTIONS="true"
    )
    with served as client:
        client.post("/v1/answer", json={"question": QUESTION})
        client.post("/v1/answer", json={"question": QUESTION}, headers={"Authorization": f"Bearer {WRONG_KEY}"})
        client.get("/v1/search", params={"q": "quays"})
    lines = served.lines()
    assert [line["question"] for line in lines if "question" in line] == [QUESTION, "quays"]
    assert WRONG_KEY not in served.text()


# Lines by themselves


def record(message="told", fields=None, error=None):
    made = logging.LogRecord("service.x", logging.ERROR, __file__, 1, message, None, error)
    if fields is not None:
        made.fields = fields
    return made


def raised(make):
    try:
        make()
    except Exception:
        return sys.exc_info()


def failing_on(text):
    def fail():
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"cannot use {text}") from error

    return fail


@pytest.mark.parametrize("formatter", [logs.JsonFormatter, logs.TextFormatter])
def test_a_failure_tells_where_and_of_what_kind_but_not_the_callers_words(formatter):
    line = formatter(False).format(record(error=raised(failing_on(QUESTION))))
    assert "builtins.ValueError" in line and "builtins.KeyError" in line and "failing_on" not in QUESTION
    assert "test_logs.py" in line and "in fail" in line
    assert "zeppelin" not in line
    assert "zeppelin" in formatter(True).format(record(error=raised(failing_on(QUESTION))))


@pytest.mark.parametrize("error", [CouncilError("the disk is full; make room"), PermissionError(13, "denied", "/x/y")])
def test_failures_of_files_and_our_own_keep_their_words(error):
    def fail():
        raise error

    assert str(error) in json.loads(logs.JsonFormatter(False).format(record(error=raised(fail))))["exception"]


@given(st.text(), st.dictionaries(st.sampled_from(["path", "caller"]), st.text() | st.integers() | st.none()))
def test_every_record_is_one_line_that_says_it_again(message, fields):
    line = logs.JsonFormatter(False).format(record(message, fields))
    assert "\n" not in line
    found = json.loads(line)
    assert found["message"] == message and fields.items() <= found.items()
    text = logs.TextFormatter(False).format(record(message, fields))
    assert len(text.splitlines()) == 1


def test_a_line_within_a_request_has_its_id():
    def work():
        request_ids.begin("r-1")
        return json.loads(logs.JsonFormatter(False).format(record()))

    assert contextvars.copy_context().run(work)["request_id"] == "r-1"
    assert "request_id" not in json.loads(logs.JsonFormatter(False).format(record()))


def test_what_other_packages_log_below_a_warning_is_left_out(capsys):
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    levels = {name: logging.getLogger(name).level for name in logs.OWN}
    try:
        for _ in range(2):  # set up twice, it writes once
            logs.configure(Settings(log_level="debug"))
        logging.getLogger("httpcore.http11").debug("Authorization: Bearer %s", WRONG_KEY)
        logging.getLogger("httpx").info("GET https://x.example/?q=%s", QUESTION)
        logging.getLogger("some.package").warning("worn out")
        logging.getLogger("service.x").debug("seen")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)
    written = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 1)[1] for line in written] == ["WARNING some.package worn out", "DEBUG service.x seen"]
