"""Traces as a collector gets them: a real OTLP/HTTP receiver, its protobuf decoded."""

from __future__ import annotations

import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from watched import Watched, known_as

from indexer.errors import SettingError
from service.api import create_app
from service.server_settings import Settings
from service.traces import Tracing

QUESTION = "Which zeppelin moors at the harbour berths of Lunenburg?"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Receives traces until the block ends; `spans` are theirs, `paths` those that were posted to."""

    def __init__(self):
        self.bodies, self.paths = [], []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.bodies.append(body)
                collector.paths.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *of):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def resources(self):
        return [found for body in self.bodies for found in ExportTraceServiceRequest.FromString(body).resource_spans]

    def spans(self):
        return [span for resource in self.resources() for scope in resource.scope_spans for span in scope.spans]


def attributes(of):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in of.attributes}


def traced(folder, data, work, **settings):
    """What a collector has got of the requests that `work` makes, when the server has ended."""
    with Collector() as collector:
        with Watched(folder, data, otel_endpoint=collector.endpoint, **settings) as client:
            work(client)
        return collector


def test_a_request_is_a_trace_of_its_stages_under_the_callers_span(harbour, tmp_path):
    def work(client):
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", **known_as("member", "k7")}
        assert client.post("/v1/answer", json={"question": QUESTION}, headers=headers).status_code == 200

    collector = traced(harbour, tmp_path / "data", work)
    assert set(collector.paths) == {"/v1/traces"}
    (service,) = {attributes(found.resource)["service.name"] for found in collector.resources()}
    assert service == "council-search"
    spans = collector.spans()
    (request,) = [span for span in spans if span.kind == span.SPAN_KIND_SERVER]
    assert request.name == "POST /v1/answer"
    assert {span.trace_id.hex() for span in spans} == {TRACE} and request.parent_span_id.hex() == PARENT
    told = attributes(request)
    assert (told["http.route"], told["http.request.method"], told["http.response.status_code"]) == (
        "/v1/answer", "POST", 200,
    )  # fmt: skip
    assert (told["council.role"], told["council.caller"]) == ("member", "k7")
    assert told["council.request_id"] and isinstance(told["council.abstained"], bool)
    by_name = {span.name: span for span in spans}
    assert set(by_name) >= {"understand", "embed", "retrieve", "lexical", "dense", "rank", "draft", "check", "compose"}
    for stage in ("understand", "embed", "draft", "check", "compose"):
        assert by_name[stage].parent_span_id == request.span_id, stage
    stages = {span.span_id: span for span in spans}
    for span in spans:
        if span.name in {"lexical", "dense", "rank"}:
            assert stages[span.parent_span_id].name == "retrieve"
        if span is not request:
            assert request.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
            assert span.end_time_unix_nano <= request.end_time_unix_nano
    assert not any(b"zeppelin" in body for body in collector.bodies)


def test_without_a_callers_span_each_request_is_a_trace_of_its_own(harbour, tmp_path):
    def work(client):
        for _ in range(2):
            client.get("/v1/search", params={"q": QUESTION})
        client.get(f"/{QUESTION}", headers={"traceparent": "no such thing"})

    collector = traced(harbour, tmp_path / "data", work)
    requests = [span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER]
    assert sorted(span.name for span in requests) == ["GET /v1/search", "GET /v1/search", "GET unmatched"]
    assert len({span.trace_id for span in requests}) == 3 and not any(span.parent_span_id for span in requests)
    assert not any(b"zeppelin" in body for body in collector.bodies)


def test_a_question_is_told_where_questions_may_be_written(harbour, tmp_path):
    def work(client):
        client.post("/v1/answer", json={"question": QUESTION})

    collector = traced(harbour, tmp_path / "data", work, log_questions=True)
    (request,) = [span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER]
    assert attributes(request)["council.question"] == QUESTION


def test_a_failure_is_an_error_without_its_words(harbour, tmp_path, monkeypatch):
    def fail(engine, query):
        raise ValueError(query.text)

    monkeypatch.setattr("service.engine.Engine.search", fail)
    collector = traced(harbour, tmp_path / "data", lambda client: client.get("/v1/search", params={"q": QUESTION}))
    (request,) = [span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER]
    assert request.status.code == request.status.STATUS_CODE_ERROR
    assert attributes(request)["http.response.status_code"] == 500
    assert not any(b"zeppelin" in body for body in collector.bodies)


def test_a_collector_that_is_not_there_holds_nobody_up(harbour, tmp_path, caplog):
    with Collector() as gone:
        endpoint = gone.endpoint
    monkey = pytest.MonkeyPatch()
    monkey.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1")
    try:
        with Watched(harbour, tmp_path / "data", otel_endpoint=endpoint) as client:
            assert client.get("/v1/search", params={"q": QUESTION}).status_code == 200
    finally:
        monkey.undo()
    assert "zeppelin" not in caplog.text


def test_the_path_of_a_collector_may_be_named(harbour, tmp_path):
    with Collector() as collector:
        tracing = Tracing(collector.endpoint + "/otlp/v1/traces")
        tracing.request("GET", {}).finish("GET /", 200, {})
        tracing.close()
    assert collector.paths == ["/otlp/v1/traces"]


@pytest.mark.parametrize("endpoint", ["collector:4318", "ftp://x.example", "http://", "/v1/traces"])
def test_an_endpoint_that_is_no_address_is_refused_with_the_mend(harbour, tmp_path, endpoint):
    with pytest.raises(SettingError, match=r"http://127\.0\.0\.1:4318"):
        create_app(harbour, settings=Settings(data=tmp_path, otel_endpoint=endpoint))


def test_packages_that_are_missing_are_named_with_the_command(harbour, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingError, match=r"pip install 'council-search\[traces\]'"):
        create_app(harbour, settings=Settings(data=tmp_path, otel_endpoint="http://127.0.0.1:4318"))
