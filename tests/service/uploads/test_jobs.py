"""Jobs over HTTP, their events from any worker, and what is left of them when processes are killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from indexer import decided_file, store
from indexer.overrides import load
from indexer.stores import FolderStore
from indexer.wanted import uploads_folder
from service.state import State
from service.uploads import accepting, builder, installing, staging
from service.uploads.jobs import FileState, Jobs, JobState, UploadFields, new_id
from service.uploads.receiving import Received, ReceivedFile
from service.uploads.supervisor import Supervisor


def events(client, job_id, last=None):
    """The events of a job until its stream ends: name, number, data."""
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    found, event = [], {}
    with client.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if not line:
                if "event" in event:
                    found.append((event["event"], int(event["id"]), json.loads(event["data"])))
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value
    return found


def test_events_tell_what_happens_from_another_server_and_go_on_where_they_broke_off(folder, serve, text, word):
    first, second = serve(folder)(), serve(folder)()
    files = [("files", ("a.txt", text("A pier was mended."))), ("files", ("b.docx", word("A quay was mended."))),
             ("files", ("c.docx", word("x")[:900]))]  # fmt: skip
    job_id = first.post("/v1/documents", files=files).json()["job_id"]
    told = events(second, job_id)
    assert [number for _, number, _ in told] == list(range(1, len(told) + 1))
    assert told[0][0] == "start" and told[-1][0] == "end"
    assert {"read", "embed"} <= {data["stage"] for name, _, data in told if name == "progress"}
    assert all(data["done"] <= data["total"] for name, _, data in told if name == "progress")
    outcomes = {data["name"]: data["state"] for name, _, data in told if name == "file"}
    assert outcomes == {"a.txt": "indexed", "b.docx": "indexed", "c.docx": "unreadable"}
    assert told[-1][2] == first.get(f"/v1/jobs/{job_id}").json() and told[-1][2]["state"] == "done"
    assert events(first, job_id) == told  # a job that has ended tells all of it, and ends
    assert events(first, job_id, last=3) == told[3:]
    assert events(first, job_id, last=told[-1][1]) == []
    assert events(first, job_id, last="nonsense") == told


def test_jobs_are_listed_a_page_at_a_time(secretariat, text, ended):
    for number in range(3):
        files = [("files", (f"{number}.txt", text(f"Pier {number} was mended.")))]
        last = secretariat.post("/v1/documents", files=files)
    ended(secretariat, last)
    first = secretariat.get("/v1/jobs", params={"limit": 2}).json()
    rest = secretariat.get("/v1/jobs", params={"limit": 2, "offset": 2}).json()
    assert first["total"] == rest["total"] == 3
    assert [job["files"][0]["name"] for job in first["jobs"] + rest["jobs"]] == ["2.txt", "1.txt", "0.txt"]
    assert secretariat.get("/v1/jobs", params={"limit": 0}).status_code == 422
    for path in ("/v1/jobs/job-none", "/v1/jobs/job-none/events"):
        assert secretariat.get(path).status_code == 404


# What is left when a process dies

STRIDE = int(os.environ.get("COUNCIL_TEST_STRIDE", "4"))  # 1 dies at every step, which takes minutes


class DiedError(BaseException):
    """Stands for SIGKILL at a step: nothing after it is done."""


@pytest.fixture
def desk(folder):
    data = folder.with_name("index-data")
    data.mkdir()
    return staging.Holdings(
        data, Jobs(State(data)), lambda: store.read_manifest(folder, store.current_generation(folder))
    )


@pytest.fixture
def put(desk):
    """Takes files up in a job, as a request does, and gives the job."""

    def up(files, *, replace=False, **fields):
        job_id = new_id()
        received = []
        for place, (name, content) in enumerate(files.items()):
            path = staging.staged(desk.data, job_id, place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            received.append(ReceivedFile(name, place, path, installing._digest(path)))
        return accepting.accept(desk, job_id, "k1", Received(tuple(received), UploadFields(**fields), replace))

    return up


def work_off(folder, desk, embedder):
    while taken := desk.jobs.unfinished():
        builder._Round(FolderStore(folder, desk.data), desk.data, desk.jobs, embedder, taken).run()


def steps(monkeypatch, die_at):
    """Count what touches the disk, and die before the step numbered `die_at`."""
    count = [0]

    def counted(function):
        def step(*arguments, **options):
            count[0] += 1
            if count[0] == die_at:
                raise DiedError
            return function(*arguments, **options)

        return step

    for owner, name in (
        (Jobs, "save"),
        (Jobs, "tell"),
        (decided_file, "write"),
        (os, "link"),
        (Path, "replace"),
        (Path, "unlink"),
        (shutil, "rmtree"),
        (store, "switch"),
    ):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return count


def test_a_builder_that_dies_at_any_step_loses_and_invents_nothing(
    folder, desk, put, embedder, text, word, tmp_path, monkeypatch
):
    put({"old.txt": text("The old pier was mended."), "torn.docx": word("The torn quay was mended.")}, title=None)
    put({"gone.txt": text("The gone pier was mended.")})
    work_off(folder, desk, embedder)
    from service.uploads.deciding import withdraw

    gone = next(s.document_id for n, s in desk.manifest().sources.items() if n.endswith("gone.txt"))
    assert withdraw(desk, gone, "k1")
    put({"gone.txt": text("The gone pier was built again.")})
    put({"new.txt": text("The new pier was mended."), "bad.docx": word("The bad")[:700]})
    put({"old.txt": text("The old pier was replaced.")}, replace=True, distribution="secretariat")
    put({"torn.docx": word("The torn quay was replaced.")[:800]}, replace=True, title="Torn")
    start = tmp_path / "start"
    shutil.copytree(folder, start / "index")
    shutil.copytree(desk.data, start / "index-data")
    outcomes = set()
    die_at, total = 1 - STRIDE, 0
    while not total:
        die_at += STRIDE
        shutil.rmtree(folder)
        shutil.rmtree(desk.data)
        shutil.copytree(start / "index", folder)
        shutil.copytree(start / "index-data", desk.data)
        fresh = staging.Holdings(desk.data, Jobs(State(desk.data)), desk.manifest)
        with monkeypatch.context() as patched:
            count = steps(patched, die_at)
            try:
                work_off(folder, fresh, embedder)
                total = count[0]
            except DiedError:
                pass
        visible = {record.source: record.text for record in store.open_index(folder).documents()}
        assert "harbour.txt" in visible and "gone pier was mended" not in str(
            [text for source, text in visible.items() if not load(desk.data).of(gone).withdrawn and "gone" in source]
        ), die_at
        work_off(folder, fresh, embedder)
        staging.clear_abandoned(desk.data, fresh.jobs)  # as the next builder does at its start
        records = store.open_index(folder).documents()
        found = {
            "texts": sorted((r.source, r.text, str(r.distribution), r.title) for r in records),
            "files": sorted(path.name for path in uploads_folder(desk.data).iterdir()),
            "incoming": sorted(path.name for path in staging.incoming(desk.data).iterdir()),
            "states": sorted((f.name, f.state) for job in fresh.jobs.latest(99, 0)[0] for f in job.content.files),
            "decided": load(desk.data).documents,
        }
        outcomes.add(str(found))
        assert len(outcomes) == 1, (die_at, outcomes)
    assert total > 20
    assert found["files"] == ["gone.txt", "new.txt", "old.txt", "torn.docx"] and found["incoming"] == []
    texts = {source: (text, audience) for source, text, audience, _ in found["texts"]}
    assert "replaced" in texts["uploaded/old.txt"][0] and texts["uploaded/old.txt"][1] == "secretariat"
    assert "torn quay was mended" in texts["uploaded/torn.docx"][0]
    assert "built again" in texts["uploaded/gone.txt"][0]


def test_the_later_of_two_replacements_wins(folder, desk, put, embedder, text):
    put({"a.txt": text("The first.")})
    put({"a.txt": text("The second.")}, replace=True)
    put({"a.txt": text("The third.")}, replace=True)
    work_off(folder, desk, embedder)
    states = [job.content.files[0].state for job in desk.jobs.latest(9, 0)[0]]
    assert states == [FileState.INDEXED, FileState.REPLACED, FileState.REPLACED]
    assert "third" in (uploads_folder(desk.data) / "a.txt").read_text()


def test_received_files_of_nobody_are_cleared_away_in_time(desk, put, text):
    kept = put({"a.txt": text("The first.")})
    lost, fresh = staging.staged(desk.data, "job-lost", 0), staging.staged(desk.data, "job-fresh", 0)
    for path in (lost, fresh):
        path.parent.mkdir()
        path.write_bytes(b"x")
    for path in (lost, lost.parent):
        os.utime(path, (1, 1))
    os.utime(staging.incoming(desk.data) / kept.id, (1, 1))
    staging.clear_abandoned(desk.data, desk.jobs)
    assert {path.name for path in staging.incoming(desk.data).iterdir()} == {kept.id, "job-fresh"}


def test_a_disk_that_takes_no_more_is_told_and_tried_again(folder, desk, put, embedder, text, monkeypatch):
    put({"a.txt": text("The first.")})
    with monkeypatch.context() as patched:
        patched.setattr(store, "switch", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(Exception, match="No space"):
            work_off(folder, desk, embedder)
        builder._tell_trouble(desk.jobs, desk.jobs.unfinished())
    (job,) = desk.jobs.unfinished()
    assert job.state is JobState.QUEUED and job.content.trouble
    work_off(folder, desk, embedder)
    done = desk.jobs.get(job.id)
    assert done.state is JobState.DONE and not done.content.trouble
    assert done.content.files[0].state is FileState.INDEXED


def builders(data):
    """The processes that build for a data folder."""
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0") if path.name.isdigit() else []
            if "service.uploads.builder" in " ".join(words) and str(data) in words:
                found.append(int(path.name))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_builder_that_is_killed_is_followed_by_another(folder, serve, text, ended, seed):
    chance = random.Random(seed)
    client, data = serve(folder)(), folder.with_name("index-data")
    responses = [
        client.post("/v1/documents", files=[("files", (f"{n}.txt", text(f"Pier {n} was mended.")))]) for n in range(3)
    ]
    until = time.monotonic() + 20
    while not (pids := builders(data)) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(pids) == 1
    time.sleep(chance.random())
    with contextlib.suppress(ProcessLookupError):
        os.kill(pids[0], signal.SIGKILL)
    for response in responses:
        assert ended(client, response)["files"][0]["state"] == "indexed"
    assert len(client.get("/v1/documents").json()["documents"]) == 5


def test_what_a_killed_server_acknowledged_is_indexed_by_the_next(folder, put, desk, text, serve):
    job = put({"a.txt": text("The first pier was mended.")})  # as a server leaves it that dies after its 202
    client = serve(folder)()
    until = time.monotonic() + 30
    while client.get(f"/v1/jobs/{job.id}").json()["state"] != "done":
        assert time.monotonic() < until
        time.sleep(0.05)
    assert len(client.get("/v1/documents").json()["documents"]) == 3


def test_two_supervisors_start_one_builder_and_stop_ends_it(folder, desk, put, text):
    put({f"{n}.txt": text(f"Pier {n} was mended.") for n in range(3)})
    supervisors = [Supervisor(folder, desk.data, None) for _ in range(2)]
    for supervisor in supervisors:
        supervisor.wake()
    most, until = 0, time.monotonic() + 30
    while desk.jobs.any_unfinished():
        assert time.monotonic() < until
        most = max(most, builder.busy(desk.data))
        time.sleep(0.02)
    assert most == 1
    for supervisor in supervisors:
        supervisor.stop()
    assert not builders(desk.data) and not builder.busy(desk.data)
    supervisors[0].wake()
    assert not builders(desk.data)
