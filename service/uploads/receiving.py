"""Receiving files over HTTP: straight to the disk, measured while they come, told by content once they are whole."""

from __future__ import annotations

import hashlib
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import python_multipart
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from indexer import jurisdictions
from indexer.errors import UnreadableDocumentError
from indexer.files import bring_to_disk, for_want_of_room
from indexer.readers.sniff import SUFFIXES, check, sniff
from service.messages import RefusedError
from service.problems import ProblemError
from service.uploads import staging
from service.uploads.jobs import UploadFields
from service.uploads.names import safe_name

MEGABYTE = 1_000_000
_FILES = "files"
_MOST_FIELD_BYTES = 16_384  # of all fields that are no files
_MOST_FIELDS = 32
_ENVELOPE = 1_000_000  # bytes of a body besides its files
_whole_in_memory = threading.Lock()  # files are looked at one at a time


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file received whole, on the disk: its safe name, and the digest of its bytes as the index has it."""

    name: str
    place: int
    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Received:
    """What one upload brought."""

    files: tuple[ReceivedFile, ...]
    fields: UploadFields
    replace: bool


class _Form(BaseModel):
    """The form's fields besides the files."""

    model_config = ConfigDict(extra="forbid")

    replace: bool = False


@dataclass(slots=True)
class _Part:
    name: str = ""
    file_name: str | None = None
    value: bytearray = field(default_factory=bytearray)
    size: int = 0


async def receive(
    request: Request, data: Path, job_id: str, *, most_bytes: int, most_files: int, from_page: bool = False
) -> Received:
    """Receive the files of an upload into the folder of the job.

    `from_page` says that a page's form sent it: its fields that nobody filled in come as empty ones, and state nothing.
    Raises ProblemError for what is too large, too many, no form, or not of the content that its suffix says, and
    RequestValidationError for fields that cannot be used; nothing is left behind then.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most_bytes * most_files + _ENVELOPE:
        raise ProblemError("too_large", 413, megabytes=most_bytes // MEGABYTE)
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise ProblemError("no_form", 415)
    folder = staging.incoming(data) / job_id
    try:
        form = _Receiver(folder, boundary, most_bytes=most_bytes, most_files=most_files, from_page=from_page)
        try:
            async for chunk in request.stream():
                await run_in_threadpool(form.feed, chunk)
            return await run_in_threadpool(form.finish)
        finally:
            form.close()
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, Exception) and for_want_of_room(error):
            raise ProblemError("no_room", 507) from error
        raise


class _Receiver:
    """The form of one upload while it comes: files go to `folder`, numbered, fields are kept."""

    def __init__(self, folder: Path, boundary: bytes, *, most_bytes: int, most_files: int, from_page: bool) -> None:
        self._folder, self._most_bytes, self._most_files = folder, most_bytes, most_files
        self._from_page = from_page
        self._fields: dict[str, str] = {}
        self._files: list[ReceivedFile] = []
        self._received = self._parts = 0
        self._whole = False
        self._header, self._value = bytearray(), bytearray()
        self._part = _Part()
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        try:
            self._parser = python_multipart.MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                    "on_end": self._ends,
                },
            )
        except FormParserError as error:
            raise ProblemError("no_form", 415) from error
        folder.mkdir(parents=True, exist_ok=True)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise ProblemError("broken_form", 400) from error

    def finish(self) -> Received:
        """What was received, once the body has ended; on the disk."""
        if not self._whole:
            raise ProblemError("broken_form", 400)
        if not self._files:
            raise RequestValidationError([{"type": "missing", "loc": ("body", _FILES), "msg": "", "input": None}])
        replace = {name: value for name, value in self._fields.items() if name == "replace"}
        stated = {name: value for name, value in self._fields.items() if name != "replace"}
        try:
            form, fields = _Form.model_validate(replace), UploadFields.model_validate(stated)
        except ValidationError as error:
            raise RequestValidationError(
                [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
            ) from error
        if stated and len(self._files) > 1:
            raise ProblemError("fields_of_one", 422)
        check_jurisdiction(fields.jurisdiction)
        for file in self._files:
            _check_content(file)
        bring_to_disk(self._folder)
        bring_to_disk(self._folder.parent)
        return Received(tuple(self._files), fields, form.replace)

    def close(self) -> None:
        """Let the file go that is being written."""
        if self._file is not None:
            self._file.close()

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > self._most_files + _MOST_FIELDS:
            raise ProblemError("too_many", 413, files=self._most_files)
        self._part = _Part()

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._part.name = options.get(b"name", b"").decode(errors="replace")
            if b"filename" in options:
                self._part.file_name = options[b"filename"].decode(errors="replace")
        self._header, self._value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        if self._part.name != _FILES or not self._part.file_name:
            return
        if len(self._files) >= self._most_files:
            raise ProblemError("too_many", 413, files=self._most_files)
        self._digest = hashlib.sha256()
        self._file = (self._folder / str(len(self._files))).open("wb")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._received += end - start
            if self._received > _MOST_FIELD_BYTES:
                raise ProblemError("too_large", 413, megabytes=self._most_bytes // MEGABYTE)
            self._part.value += data[start:end]
            return
        self._part.size += end - start
        if self._part.size > self._most_bytes:
            raise ProblemError("too_large", 413, megabytes=self._most_bytes // MEGABYTE)
        content = data[start:end]
        self._digest.update(content)
        self._file.write(content)

    def _part_ends(self) -> None:
        if self._file is None:
            if self._part.name == _FILES and self._part.file_name == "" and not self._part.value:
                return  # a form field for files that nobody filled in
            value = self._part.value.decode(errors="replace")
            if value.strip() or not self._from_page:
                self._fields[self._part.name] = value
            return
        self._file.close()
        path, self._file = Path(self._file.name), None
        bring_to_disk(path)
        name = safe_name(self._part.file_name or "")
        self._files.append(ReceivedFile(name, len(self._files), path, self._digest.hexdigest()))

    def _ends(self) -> None:
        self._whole = True


def check_jurisdiction(code: str | None) -> None:
    """Raises RefusedError for a code that no jurisdiction has."""
    known = [one.code for one in jurisdictions.all_jurisdictions()]
    if code is not None and code not in known:
        raise RefusedError("refused.filter", name="jurisdiction", value=code, known=", ".join(known))


def _check_content(file: ReceivedFile) -> None:
    """Raises ProblemError where the content is not what the name's suffix says, or nothing that can be read."""
    suffix = Path(file.name).suffix.lower()
    with _whole_in_memory:
        content = file.path.read_bytes()
        try:
            check(Path(file.name), content)
        except UnreadableDocumentError as error:
            found = sniff(content)
            if found == "empty":
                raise ProblemError("empty_file", 422, name=file.name) from error
            if suffix not in SUFFIXES:
                raise ProblemError("file_type", 415, name=file.name, known=", ".join(sorted(SUFFIXES))) from error
            if found == "ole-encrypted":
                raise ProblemError("protected_file", 415, name=file.name) from error
            raise ProblemError("file_content", 415, name=file.name, suffix=suffix) from error
