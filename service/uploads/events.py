"""What happens to a job, as server-sent events that any worker can give and that go on where they broke off."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import anyio
from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from indexer.documents import Language
from service.messages import message
from service.uploads.jobs import Event, Job, Jobs, JobState
from service.uploads.views import file_view, job_view

_LOOK = 0.25  # seconds between two looks
_LONGEST = 300.0  # seconds of one stream; the client then comes again and goes on where it was
_RETRY = 1_000  # milliseconds after which it comes again


async def follow(jobs: Jobs, job_id: str, after: int, language: Language) -> AsyncIterator[ServerSentEvent]:
    """The job's events from the one after `after` on, until it ends.

    `progress` has `stage`, `done`, `total`; `file` a document and what became of it; `trouble` why the job has to wait;
    `end` the whole job.
    """
    until = time.monotonic() + _LONGEST
    job: Job | None = None
    yield ServerSentEvent(comment=job_id, retry=_RETRY)
    while time.monotonic() < until:
        ended = job is not None and job.state is JobState.DONE
        events = await run_in_threadpool(jobs.events, job_id, after)
        job = await run_in_threadpool(jobs.get, job_id)  # after its events: it stands at least as far as they tell
        if job is None:
            return
        for event in events:
            after = event.number
            yield _told(event, job, language)
            if event.event == "end":
                return
        if not events:
            if ended:
                return
            await anyio.sleep(_LOOK)


def _told(event: Event, job: Job, language: Language) -> ServerSentEvent:
    if event.event == "progress":
        data: object = event.content
    elif event.event == "start":
        data = {"job_id": job.id}
    elif event.event == "trouble":
        data = {"problem": message("holdings.trouble", language)}
    elif event.event == "file":
        data = file_view(job.content.files[event.content["file"]], language)
    else:
        data = job_view(job, language)
    return ServerSentEvent(event=event.event, id=str(event.number), data=data)
