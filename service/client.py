"""A client of the HTTP API, for programs in Python: `Client("http://127.0.0.1:8000", key="…")`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, TypeVar, Unpack
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from indexer.documents import Distribution, DocumentType, ItemStatus, Language, Role, Status
from service.client_views import AuditEntry, Decisions, FeedbackEntry, Health, Job, JobEvent, PassageCorrected, Session
from service.contract import Answer, FollowUp, FollowUpList, ItemKind, SearchResult
from service.problems import MEDIA_TYPE, Problem
from service.views import (
    DocumentList,
    DocumentSummary,
    DocumentView,
    JurisdictionList,
    JurisdictionView,
    PassageWithDocument,
)

_TRY_AGAIN = frozenset({429, 503})
_BETWEEN_LOOKS = 0.5  # seconds
_Model = TypeVar("_Model", bound=BaseModel)


class ApiError(Exception):
    """The service refused or failed; `problem` says why and what to do, `status` is that of HTTP."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        self.problem, self.status, self.retry_after = problem, problem.status, retry_after
        super().__init__(f"{problem.title}: {problem.detail} {problem.mend}")


class FilterArguments(TypedDict, total=False):
    """Hard conditions; values of one filter are alternatives. Dates are YYYY, YYYY-MM or YYYY-MM-DD."""

    jurisdiction: str | Sequence[str]
    type: DocumentType | str | Sequence[DocumentType | str]
    role: Role | str | Sequence[Role | str]
    status: Status | str | Sequence[Status | str]
    meeting: str | Sequence[str]
    date_from: str
    date_to: str
    doc_language: Language | Sequence[Language]


class DocumentFields(TypedDict, total=False):
    """What is stated of a document."""

    distribution: Distribution | str | None
    title: str | None
    type: DocumentType | str | None
    language: Language | None
    meeting_date: str | None
    jurisdiction: str | None


class DocumentDecision(DocumentFields, total=False):
    """What is to hold for a document; what is left out stays, None goes back to the document's own."""

    approved_by: str | None
    approved_on: str | None
    withdrawn: bool | None


class CorrectionFields(TypedDict, total=False):
    """What is to hold for a passage; what is left out stays, None goes back to the document's own.

    `jurisdictions` are all that it is about, whose it is first; `speaker` is "" where nobody speaks.
    """

    role: Role | str | None
    jurisdictions: Sequence[str] | None
    speaker: str | None


class Client:
    """One caller's connection to the service at `address`; usable as a context manager, from one thread at a time.

    `key` is the caller's, None for what is public; `language` is that of the texts of problems; `seconds` is how long
    an answer is waited for. A request refused with 429 or 503 and `Retry-After` is sent again, up to `retries` times,
    unless it asks for more than `longest_wait` seconds. Every method raises ApiError for what the service refuses, and
    httpx.TransportError where it cannot be reached.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str | None = None,
        language: Language = "en",
        seconds: float = 60.0,
        retries: int = 3,
        longest_wait: float = 30.0,
        trust_env: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._http = httpx.Client(
            base_url=address, headers=headers, timeout=seconds, trust_env=trust_env, transport=transport
        )
        self._retries, self._longest_wait = retries, longest_wait

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    # Questions

    def answer(
        self, question: str, *, language: Language | None = None, limit: int = 10, **filters: Unpack[FilterArguments]
    ) -> Answer:
        """The cited answer to a question, in `language` or else the question's."""
        body = {"question": question, "language": language, "limit": limit, "filters": _named(filters)}
        return self._get(Answer, "POST", "/v1/answer", json=body)

    def search(
        self, text: str, *, limit: int = 10, facets: bool = False, **filters: Unpack[FilterArguments]
    ) -> SearchResult:
        """The passages nearest to a text, best first; with `facets`, counts of those found by each filter's values."""
        params = {"q": text, "limit": limit, **({"facets": True} if facets else {}), **_named(filters)}
        return self._get(SearchResult, "GET", "/v1/search", params=params)

    def precedents(
        self, passage_id: str, *, language: Language | None = None, limit: int = 10, **filters: Unpack[FilterArguments]
    ) -> Answer:
        """Who can help with the needs that a passage states."""
        params = {"language": language, "limit": limit, **_named(filters)}
        return self._get(Answer, "GET", f"/v1/passages/{_id(passage_id)}/precedents", params=params)

    # Holdings

    def documents(self, page: int = 500) -> Iterator[DocumentSummary]:
        """All documents by meeting date, fetched `page` at a time."""
        offset, total = 0, 1
        while offset < total:
            got = self._get(DocumentList, "GET", "/v1/documents", params={"limit": page, "offset": offset})
            yield from got.documents
            offset, total = offset + page, got.total

    def document(self, document_id: str) -> DocumentView:
        """One document with its passages."""
        return self._get(DocumentView, "GET", f"/v1/documents/{_id(document_id)}")

    def passage(self, passage_id: str) -> PassageWithDocument:
        """One passage with its document."""
        return self._get(PassageWithDocument, "GET", f"/v1/passages/{_id(passage_id)}")

    def jurisdictions(self) -> list[JurisdictionView]:
        """All jurisdictions, with the number of passages about each."""
        return self._get(JurisdictionList, "GET", "/v1/jurisdictions").jurisdictions

    def follow_ups(
        self,
        *,
        meeting: str | Sequence[str] = (),
        owner: str | Sequence[str] = (),
        kind: ItemKind | Sequence[ItemKind] = (),
        status: ItemStatus | str | Sequence[ItemStatus | str] = (),
        doc_language: Language | Sequence[Language] = (),
        language: Language | None = None,
        page: int = 500,
    ) -> Iterator[FollowUp]:
        """The decisions and follow-ups that meet the filters, by meeting, fetched `page` at a time."""
        asked = {"meeting": meeting, "owner": owner, "kind": kind, "status": status, "doc_language": doc_language}
        offset, total = 0, 1
        while offset < total:
            params = {**asked, "language": language, "limit": page, "offset": offset}
            got = self._get(FollowUpList, "GET", "/v1/follow-ups", params=params)
            yield from got.follow_ups
            offset, total = offset + page, got.total

    # Documents that come and go

    def upload(
        self, files: Sequence[Path | tuple[str, bytes]], *, replace: bool = False, **fields: Unpack[DocumentFields]
    ) -> Job:
        """Upload documents, as paths or as names with their bytes; `fields` are for one file at a time."""
        parts = [("files", (f.name, f.read_bytes()) if isinstance(f, Path) else f) for f in files]
        stated = {name: str(value) for name, value in fields.items() if value is not None}
        data = {**stated, "replace": "true"} if replace else stated
        return self._get(Job, "POST", "/v1/documents", files=parts, data=data)

    def change_document(self, document_id: str, **decision: Unpack[DocumentDecision]) -> Job:
        """Change a document's audience, correct what is said of it, or bring it back."""
        return self._get(Job, "PATCH", f"/v1/documents/{_id(document_id)}", json=dict(decision))

    def correct_passage(
        self, passage_id: str, *, whole_section: bool = False, **correction: Unpack[CorrectionFields]
    ) -> Job:
        """Correct what a passage is for, whose it is and who speaks; or all of its section."""
        body = {**correction, **({"whole_section": True} if whole_section else {})}
        return self._get(Job, "PATCH", f"/v1/passages/{_id(passage_id)}", json=body)

    def corrections(self, document_id: str) -> list[PassageCorrected]:
        """What was corrected on the passages of a document."""
        got = self._send("GET", f"/v1/documents/{_id(document_id)}/corrections").json()
        return [PassageCorrected.model_validate(one) for one in got["corrections"]]

    def delete_document(self, document_id: str) -> str | None:
        """Take a document out of every answer at once; the id of the job that follows, where the service names it."""
        response = self._send("DELETE", f"/v1/documents/{_id(document_id)}")
        return response.headers.get("Location", "").rpartition("/")[2] or None

    def decisions(self, document_id: str) -> Decisions:
        """What was decided on a document."""
        return self._get(Decisions, "GET", f"/v1/documents/{_id(document_id)}/overrides")

    def all_decisions(self, page: int = 500) -> Iterator[Decisions]:
        """What was decided on documents, those withdrawn among them."""
        return self._pages(Decisions, "/v1/overrides", "overrides", page)

    def job(self, job_id: str) -> Job:
        """How a job stands."""
        return self._get(Job, "GET", f"/v1/jobs/{_id(job_id)}")

    def jobs(self, page: int = 100) -> Iterator[Job]:
        """The jobs, the latest first."""
        return self._pages(Job, "/v1/jobs", "jobs", page)

    def events(self, job_id: str) -> Iterator[JobEvent]:
        """What happens to a job until it ends; a stream that breaks off is taken up where it was, `retries` times."""
        last: str | None = None
        left = self._retries
        while True:
            try:
                for event in self._stream(f"/v1/jobs/{_id(job_id)}/events", last):
                    last, left = event.id or last, self._retries
                    yield event
                    if event.event == "end":
                        return
            except httpx.TransportError:
                if left <= 0:
                    raise
            if left <= 0:
                return
            left -= 1
            time.sleep(_BETWEEN_LOOKS)

    def wait(self, job_id: str, seconds: float = 300.0) -> Job:
        """The job once it has ended. Raises TimeoutError where it has not within `seconds`."""
        until = time.monotonic() + seconds
        while (job := self.job(job_id)).state != "done":
            if time.monotonic() > until:
                raise TimeoutError(f"the job {job_id} has not ended within {seconds:g} s; it goes on")
            time.sleep(_BETWEEN_LOOKS)
        return job

    # Callers, feedback, the audit log, health

    def session(self) -> Session:
        """Who the caller is to the service."""
        return self._get(Session, "GET", "/v1/session")

    def give_feedback(
        self,
        question: str,
        verdict: str,
        *,
        language: Language | None = None,
        passage_id: str | None = None,
        jurisdiction: str | None = None,
        comment: str | None = None,
        filters: FilterArguments | None = None,
    ) -> str:
        """Say whether an answer helped, or what is wrong with it; the id of the feedback.

        `verdict` is `helpful`, `not_helpful`, `wrong_citation` (of `passage_id`) or `missing_jurisdiction` (of
        `jurisdiction`); `filters` are those that the question was asked under.
        """
        body: dict[str, Any] = {"question": question, "verdict": verdict}
        named = _named(filters or {})
        optional = {"language": language, "jurisdiction": jurisdiction, "comment": comment, "filters": named}
        body |= {name: value for name, value in optional.items() if value}
        if passage_id is not None:
            body["citation"] = {"passage_id": passage_id}
        return str(self._send("POST", "/v1/feedback", json=body).json()["id"])

    def feedback(self, *, verdict: str | None = None, page: int = 500) -> Iterator[FeedbackEntry]:
        """The feedback that was given, newest first."""
        return self._pages(FeedbackEntry, "/v1/feedback", "feedback", page, verdict=verdict)

    def audit(
        self,
        *,
        caller: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        page: int = 1_000,
    ) -> Iterator[AuditEntry]:
        """The entries of the audit log that meet the filters, newest first."""
        params = {"caller": caller, "action": action, "subject": subject, "from": date_from, "to": date_to}
        before: int | None = None
        while True:
            got = self._send("GET", "/v1/audit", params={**params, "before": before, "limit": page}).json()
            yield from map(AuditEntry.model_validate, got["entries"])
            before = got["next"]
            if before is None:
                return

    def health(self) -> Health:
        """Whether the service can answer; `status` is `ready` then."""
        response = self._http.get("/readyz")
        try:
            return Health.model_validate_json(response.content)
        except ValidationError:
            raise _error(response) from None

    def _pages(self, model: type[_Model], path: str, name: str, page: int, **params: str | None) -> Iterator[_Model]:
        offset, total = 0, 1
        while offset < total:
            got = self._send("GET", path, params={**params, "limit": page, "offset": offset}).json()
            yield from map(model.model_validate, got[name])
            offset, total = offset + page, got["total"]

    def _get(self, model: type[_Model], method: str, path: str, **content: Any) -> _Model:
        return model.model_validate_json(self._send(method, path, **content).content)

    def _send(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, **content: Any
    ) -> httpx.Response:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._patiently(lambda: self._http.request(method, path, params=given, **content))

    def _patiently(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The response to a request, sent again while the service says when to come back."""
        left = self._retries
        while True:
            response = send()
            if response.is_success:
                return response
            error = _error(response)
            wait = error.retry_after
            if response.status_code not in _TRY_AGAIN or wait is None or wait > self._longest_wait or left <= 0:
                raise error
            left -= 1
            time.sleep(wait)

    def _stream(self, path: str, last: str | None) -> Iterator[JobEvent]:
        headers = {"Last-Event-ID": last} if last is not None else {}
        with self._http.stream("GET", path, headers=headers) as response:
            if not response.is_success:
                response.read()
                raise _error(response)
            yield from _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[JobEvent]:
    """Server-sent events from the lines of their stream; comments are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                data = json.loads(fields["data"])
                yield JobEvent(event=fields.get("event", "message"), id=fields.get("id"), data=data)
            fields = {}
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value


def _error(response: httpx.Response) -> ApiError:
    """The error that a response tells of; what is between the client and the service may send no problem."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = Problem(
            type="about:blank",
            title=response.reason_phrase or str(response.status_code),
            status=response.status_code,
            detail=f"The response is no {MEDIA_TYPE}.",
            instance=response.request.url.path,
            mend="See what stands between this client and the service.",
            request_id=response.headers.get("X-Request-ID"),
        )
    after = response.headers.get("Retry-After", "")
    return ApiError(problem, float(after) if after.isascii() and after.isdigit() else None)


def _named(filters: FilterArguments) -> dict[str, Any]:
    """Filters under the names that the API has for them."""
    names = {"date_from": "from", "date_to": "to"}
    return {names.get(name, name): value for name, value in filters.items() if value is not None}


def _id(value: str) -> str:
    """An id as a part of a path: nothing in it leads elsewhere."""
    return quote(value, safe="")
