"""Reading in a process of its own: what it gives is what a reader gives, and no file harms another."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
import unruly_readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from indexer import embedding, readers
from indexer.build import build
from indexer.documents import Document
from indexer.errors import CouncilError, SettingError, UnreadableDocumentError
from indexer.reading import MEGABYTES, SECONDS, DocumentReader, Limits

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"

Order = Callable[..., Path]


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Writes a file that tells the unruly reader what to do."""

    def write(*words: object) -> Path:
        path = tmp_path / f"{words[0]}.txt"
        path.write_text(" ".join(map(str, words)) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    with DocumentReader(Limits(seconds=60)) as opened:
        yield opened


def unruly(seconds: float = 60.0) -> DocumentReader:
    return DocumentReader(Limits(seconds=seconds), unruly_readers.read)


def process_of(document: Document) -> int:
    return int(document.source)


def is_gone(process: int) -> bool:
    """Whether there is no such process; one that has ended and waits for its parent counts as gone."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return os.getpid() != int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        time.sleep(0.02)
    return False


# What comes back


def test_the_corpus_is_read_as_in_this_process_in_any_order(reader: DocumentReader) -> None:
    files = sorted(path for path in (CORPUS / "documents").rglob("*") if path.suffix in readers.SUPPORTED_SUFFIXES)
    assert len(files) > 5
    there = [reader.read(path, path.name) for path in files]
    assert there == [readers.read(path) for path in files]
    assert [reader.read(path, "other") for path in reversed(files[:2])] == [
        readers.read(path, "other") for path in reversed(files[:2])
    ]


def test_refusals_are_those_of_the_reader(
    reader: DocumentReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.txt").touch()
    monkeypatch.chdir(tmp_path)
    for path in (Path("empty.txt"), tmp_path / "none.pdf", tmp_path):
        with pytest.raises(UnreadableDocumentError) as here:
            readers.read(path)
        with pytest.raises(UnreadableDocumentError) as there:
            reader.read(path, "name")
        assert (str(there.value), there.value.path) == (str(here.value), path)


def test_one_process_reads_many_files_and_is_gone_at_the_end(order: Order) -> None:
    path = order("PROCESS")
    with unruly() as reader:
        numbers = {process_of(reader.read(path, "")) for _ in range(5)}
        assert len(numbers) == 1
        assert numbers != {os.getpid()}
    assert is_gone(numbers.pop())


def test_what_a_library_prints_is_no_reply(order: Order, capfd: pytest.CaptureFixture[str]) -> None:
    with unruly() as reader:
        assert reader.read(order("PRINT"), "a").text == "PRINT"
    assert capfd.readouterr() == ("", "")


def test_a_reader_that_fails_in_its_own_way(order: Order) -> None:
    with unruly() as reader, pytest.raises(UnreadableDocumentError, match="ZeroDivisionError: inside"):
        reader.read(order("RAISE"), "a")


# Files that go too far


@pytest.mark.parametrize("how", ["SLEEP", "SPIN"])
def test_a_file_that_takes_too_long_is_named_and_the_next_is_read(order: Order, how: str) -> None:
    path = order(how)
    with unruly(seconds=1) as reader:
        process = process_of(reader.read(order("PROCESS"), ""))
        began = time.monotonic()
        with pytest.raises(UnreadableDocumentError) as caught:
            reader.read(path, "a")
        assert 1 <= time.monotonic() - began < 10
        assert is_gone(process)
        assert process_of(reader.read(order("PROCESS"), "")) != process
    assert caught.value.path == path
    assert caught.value.reason == "could not be read within 1 seconds"
    assert SECONDS in caught.value.mend
    assert "split it" in caught.value.mend


def test_what_the_process_started_ends_with_it(order: Order, tmp_path: Path) -> None:
    told = tmp_path / "process"
    with unruly(seconds=3) as reader, pytest.raises(UnreadableDocumentError, match="within 3 seconds"):
        reader.read(order("START", told), "a")
    assert is_gone(int(told.read_text(encoding="utf-8")))


@pytest.mark.parametrize("how", ["ALLOCATE", "SWALLOW"])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_file_that_takes_too_much_memory(order: Order, how: str, fresh: bool) -> None:
    with unruly() as reader:
        if not fresh:
            reader.read(order("PROCESS"), "")
        with pytest.raises(UnreadableDocumentError) as caught:
            reader.read(order(how), "a")
        assert reader.read(order("READ"), "a").text == "READ"
    assert caught.value.reason == "needs more than 600 MB of memory to be read"
    assert MEGABYTES in caught.value.mend


def test_more_memory_for_those_who_set_it(order: Order) -> None:
    with DocumentReader(Limits(megabytes=4_000), unruly_readers.read) as reader:
        assert reader.read(order("ALLOCATE"), "a").text == "ALLOCATE"


@pytest.mark.parametrize(("how", "named"), [("KILL", "SIGKILL"), ("CRASH", "SIGSEGV"), ("EXIT", "exit status 3")])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_file_that_ends_the_process(order: Order, how: str, named: str, fresh: bool) -> None:
    path = order(how)
    with unruly() as reader:
        if not fresh:
            reader.read(order("PROCESS"), "")
        with pytest.raises(UnreadableDocumentError) as caught:
            reader.read(path, "a")
        assert reader.read(order("READ"), "a").text == "READ"
    assert caught.value.path == path
    assert f"({named})" in caught.value.reason
    assert MEGABYTES in caught.value.mend


def test_a_file_is_not_blamed_for_those_before_it(order: Order) -> None:
    path = order("WEAR")
    with unruly() as reader:
        assert [reader.read(path, "a").text for _ in range(3)] == ["WEAR"] * 3


def test_the_other_files_are_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "bomb.pdf").write_bytes(pdf_of_stream(deflated(b" " * 1_000_000, 1_200)))
    for name in ("a", "z"):
        (folder / f"{name}.txt").write_text("The counter opens at nine and closes at four.", encoding="utf-8")
    report = build([folder], tmp_path / "index", embedding.load())
    assert (report.documents, report.read) == (2, 2)
    assert [failure.path.name for failure in report.failures] == ["bomb.pdf"]
    assert MEGABYTES in report.failures[0].message
    monkeypatch.setenv(SECONDS, "0.001")
    with pytest.raises(CouncilError, match=r"within 0\.001 seconds"):
        build([folder], tmp_path / "other", embedding.load())


# Settings


@pytest.mark.parametrize("name", [SECONDS, MEGABYTES])
@pytest.mark.parametrize("value", ["soon", "0", "-5", "nan", "inf", "1e400", "0x10"])
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name):
        DocumentReader()


def test_settings_hold_and_empty_ones_are_none() -> None:
    assert Limits.from_settings({SECONDS: "2.5", MEGABYTES: "300"}) == Limits(2.5, 300)
    assert Limits.from_settings({SECONDS: "", MEGABYTES: ""}) == Limits() == Limits(120.0, 600)


def test_the_command_says_which_setting_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The counter opens at nine.", encoding="utf-8")
    done = council(tmp_path, "a.txt", environment={MEGABYTES: "12"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"council: {MEGABYTES} is 12; ")


# Callers of all kinds


def council(
    folder: Path,
    *sources: str,
    environment: dict[str, str],
    program: tuple[str, ...] = (sys.executable, "-m", "service"),
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*program, "index", *sources, "--index", str(folder / "index")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_installed_script_in_a_folder_whose_files_bear_the_names_of_modules(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("council")
    if not script.exists():
        pytest.skip("the project is not installed beside this Python")
    for name in ("pickle", "indexer", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    (tmp_path / "a.txt").write_text("The counter opens at nine.", encoding="utf-8")
    done = council(tmp_path, "a.txt", environment={"PYTHONPATH": ""}, program=(str(script),))
    assert (done.returncode, done.stderr) == (0, "")


def test_from_a_thread_that_ends_before_the_next_begins(order: Order) -> None:
    path, read = order("PROCESS"), list[int]()
    with unruly() as reader:
        for _ in range(2):
            thread = threading.Thread(target=lambda: read.append(process_of(reader.read(path, ""))))
            thread.start()
            thread.join()
    assert len(read) == 2
    assert len(set(read)) == 1


def test_readers_side_by_side(order: Order) -> None:
    path = order("PROCESS")
    with unruly() as one, unruly() as other:
        processes = {process_of(reader.read(path, "")) for reader in (one, other, one, other)}
        assert len(processes) == 2
    assert all(is_gone(process) for process in processes)


_INTERRUPTED = """\
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import unruly_readers
from indexer.reading import DocumentReader, Limits
with DocumentReader(Limits(seconds=float(sys.argv[3])), unruly_readers.read) as reader:
    reader.read(Path(sys.argv[1]), "a")
"""


@pytest.mark.parametrize(("how", "limit"), [(signal.SIGINT, 500), (signal.SIGKILL, 2)])
def test_no_process_outlives_its_parent(order: Order, tmp_path: Path, how: signal.Signals, limit: int) -> None:
    """Ctrl-C ends all at once; where the parent was killed, the process ends soon after the limit."""
    told = tmp_path / "process"
    path = order("START", told)
    parent = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, str(path), str(Path(__file__).parent), str(limit)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while not (told.exists() and told.read_text(encoding="utf-8")) and time.monotonic() < until:
        time.sleep(0.02)
    grandchild = int(told.read_text(encoding="utf-8"))
    child = int(Path(f"/proc/{grandchild}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    try:
        parent.send_signal(how)
        _, said = parent.communicate(timeout=30)
        if how == signal.SIGINT:
            assert said.rstrip().endswith(b"KeyboardInterrupt")
            assert is_gone(grandchild)
        assert is_gone(child)
    finally:
        for process in (grandchild, child):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue


def test_an_idle_process_ends_when_nobody_closed_it(order: Order) -> None:
    reader = unruly()
    process = process_of(reader.read(order("PROCESS"), ""))
    program = (
        "import sys; sys.path.insert(0, sys.argv[2]); import os, unruly_readers; from pathlib import Path\n"
        "from indexer.reading import DocumentReader\n"
        "reader = DocumentReader(read=unruly_readers.read)\n"
        "print(reader.read(Path(sys.argv[1]), '').source, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(order("PROCESS")), str(Path(__file__).parent)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert is_gone(int(done.stdout))
    reader.__exit__(None, None, None)
    assert is_gone(process)


def test_a_process_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, order: Order) -> None:
    monkeypatch.setattr(sys, "path", [])
    with unruly() as reader, pytest.raises(CouncilError, match=r"does not start \(.*Error.*\)"):
        reader.read(order("READ"), "a")


# Bombs


def deflated(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def pdf_of_stream(stream: bytes, *, filters: bytes = b"/FlateDecode", pages: int = 1) -> bytes:
    """A PDF of one page with this content, which says that it has `pages` pages."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[3 0 R]>>" % pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d/Filter %s>>stream\n" % (len(stream), filters) + stream + b"\nendstream",
    ]
    written = b"%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(written)


_SHOWN = b"BT /F1 12 Tf 72 700 Td (The ferry leaves at noon.) Tj ET "


@pytest.mark.parametrize(
    "content",
    [
        pdf_of_stream(deflated(b" " * 1_000_000, 3_000)),
        pdf_of_stream(zlib.compress(deflated(b" " * 1_000_000, 3_000), 9), filters=b"[/FlateDecode/FlateDecode]"),
        pdf_of_stream(deflated(_SHOWN.replace(b"ET", b"(again) Tj " * 100_000 + b"ET"), 100)),
    ],
    ids=["spaces", "packed twice", "words"],
)
def test_pdf_whose_stream_inflates_to_gigabytes(reader: DocumentReader, tmp_path: Path, content: bytes) -> None:
    assert len(content) < 4_000_000
    path = tmp_path / "bomb.pdf"
    path.write_bytes(content)
    began = time.monotonic()
    with pytest.raises(UnreadableDocumentError, match="more than 600 MB of memory"):
        reader.read(path, "a")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("pages", [6_000, 2_000_000_000, -1])
def test_pdf_that_declares_pages_that_it_does_not_have(reader: DocumentReader, tmp_path: Path, pages: int) -> None:
    path = tmp_path / "many.pdf"
    path.write_bytes(pdf_of_stream(zlib.compress(_SHOWN), pages=pages))
    began = time.monotonic()
    try:
        assert reader.read(path, "a").text == "The ferry leaves at noon."
    except UnreadableDocumentError as error:
        assert "damaged" in error.reason or f"has {pages} pages" in error.reason
    assert time.monotonic() - began < 10


_BODY = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_END = b"</w:body></w:document>"


def docx_of(*pieces: bytes, times: int) -> bytes:
    """A Word document whose body is the pieces, so many times over."""
    buffer = io.BytesIO(docx_bytes("x"))
    written = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
        with new.open("word/document.xml", "w", force_zip64=True) as body:
            body.write(_BODY)
            for _ in range(times):
                for piece in pieces:
                    body.write(piece)
            body.write(_END)
    return written.getvalue()


def test_docx_that_inflates_to_gigabytes(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(docx_of(b"<w:p/>" * 160_000, times=1_100))
    began = time.monotonic()
    with pytest.raises(UnreadableDocumentError, match=r"unpacks to 1056 MB"):
        reader.read(path, "a")
    assert time.monotonic() - began < 10


def test_docx_that_inflates_to_less_but_needs_gigabytes_when_read(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "many.docx"
    kept = b"".join(b"<w:p><w:r><w:t>%x</w:t></w:r></w:p>" % (n * 2654435761 % 2**32) for n in range(25_000))
    path.write_bytes(docx_of(kept, times=200))
    began = time.monotonic()
    with pytest.raises(UnreadableDocumentError, match="more than 600 MB of memory"):
        reader.read(path, "a")
    assert time.monotonic() - began < 30


def test_docx_whose_directory_says_less_than_it_holds(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "liar.docx"
    content = docx_of(b"<w:p/>" * 160_000, times=700)
    true, said = (n.to_bytes(4, "little") for n in (len(_BODY + _END) + 700 * 160_000 * 6, 5_000))
    path.write_bytes(content.replace(true, said))
    with pytest.raises(UnreadableDocumentError):
        reader.read(path, "a")


# Fuzz


def pdf_bytes() -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=letter, invariant=True)
    for number in range(3):
        page.drawString(72, 700, f"Quai {number} : le traversier part à midi.")
        page.grid([72, 200, 400], [600, 620, 640])
        page.drawString(80, 605, "Fee")
        page.drawString(210, 605, "Twelve dollars")
        page.showPage()
    page.save()
    return buffer.getvalue()


def docx_bytes(text: str = "Le comptoir ouvre à neuf heures.") -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_heading("Hours", 1)
    document.add_paragraph(text)
    document.add_table(2, 2).cell(0, 1).text = "Nine"
    document.save(buffer)
    return buffer.getvalue()


_HTML = (
    "<!doctype html><html><head><title>Quai</title></head><body><h1>Hours</h1><ul><li>À midi &eacute;</ul>"
    "<table><tr><td rowspan=2>a<td colspan='3'>b</table></body></html>"
).encode()
_TEXT = "HOURS\n\n• Nine to four.\n• À midi.\n\n1. First\n2. Second  column\f\nPage 2".encode()
_SAMPLES = {
    ".pdf": pdf_bytes(),
    ".docx": docx_bytes(),
    ".html": _HTML,
    ".htm": _HTML,
    ".txt": _TEXT,
    ".text": _TEXT.decode().encode("utf-16"),
}
_CHANGE = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 40),
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"9999999999", b"-1", b"<<", b">>", b"[[[[", b"\0" * 9, b"</", b"<w:tbl>", b"endobj", b"PK"]),
    ),
)


def mutated(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, new in changes:
        at = int(share * len(content))
        content = content[:at] + new + content[at + length :]
    return content


def test_every_suffix_is_fuzzed() -> None:
    assert set(_SAMPLES) == readers.SUPPORTED_SUFFIXES


@pytest.mark.parametrize("suffix", sorted(_SAMPLES))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(changes=st.lists(_CHANGE, max_size=6), cut=st.floats(0, 1), junk=st.none() | st.binary(max_size=300))
def test_fuzzed_bytes_give_a_document_or_the_one_error(
    reader: DocumentReader,
    tmp_path: Path,
    suffix: str,
    changes: list[tuple[float, int, bytes]],
    cut: float,
    junk: bytes | None,
) -> None:
    sample = _SAMPLES[suffix]
    content = mutated(sample[: int(len(sample) * max(cut, 0.3))], changes) if junk is None else junk
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes(content)
    try:
        assert isinstance(reader.read(path, path.name), Document)
    except UnreadableDocumentError as error:
        assert str(path) in str(error)
        assert error.reason
        assert error.mend
        assert "memory" not in error.reason
        assert "seconds" not in error.reason
