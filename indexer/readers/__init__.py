"""Readers: a file becomes a Document. One module a format; heavy libraries are imported when needed."""

from __future__ import annotations

from pathlib import Path

from indexer.documents import Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.bounds import check_document
from indexer.readers.sniff import SUFFIXES, Content, check

__all__ = ["SUPPORTED_SUFFIXES", "read"]

SUPPORTED_SUFFIXES = frozenset(SUFFIXES)

_LONGEST_DETAIL = 160


def read(path: Path, source: str | None = None) -> Document:
    """The document in the file at `path`; `source` is the name to record, the file's own where None.

    Raises UnreadableDocumentError, and nothing else, where the file cannot be read as a document: missing,
    empty, damaged, protected, wrongly named, of an unsupported format, larger than a document may be, or without text.
    """
    name = source if source is not None else path.name
    data = _bytes(path)
    content = check(path, data)
    document = _parsed(path, data, name, content)
    check_document(path, document)
    return document


def _parsed(path: Path, data: bytes, name: str, content: Content) -> Document:
    try:
        if content == "pdf":
            from indexer.readers.pdf import read_pdf

            return read_pdf(path, data, name)
        if content == "docx":
            from indexer.readers.docx import read_docx

            return read_docx(path, data, name)
        if content == "html":
            from indexer.readers.html import read_html

            return read_html(path, data, name)
        from indexer.readers.text import read_text

        return read_text(path, data, name)
    except (UnreadableDocumentError, MemoryError):
        raise
    except RecursionError as error:
        raise UnreadableDocumentError(
            path,
            "is nested too deeply to be read",
            "save it again from its program, or export it as plain text",
        ) from error
    except Exception as error:
        # Parsing libraries fail on damaged files in ways of their own; none may stop the other files.
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise UnreadableDocumentError(
            path,
            f"is damaged ({said[:_LONGEST_DETAIL].rstrip(': ')})",
            "open it in its program and save it again, or fetch it anew",
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableDocumentError(path, "is a folder, not a file", "name the files in it")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableDocumentError(path, "does not exist", "check the name") from error
    except PermissionError as error:
        raise UnreadableDocumentError(path, "may not be read by this user", "give read permission") from error
    except (OSError, ValueError) as error:
        raise UnreadableDocumentError(path, f"cannot be opened ({error})", "check the file and its disk") from error
