"""What a file really is, told from its first bytes; those that are not what they are named are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from indexer.errors import UnreadableDocumentError

Content = Literal["pdf", "docx", "zip", "ole", "ole-encrypted", "html", "image", "text", "binary", "empty"]

SUFFIXES: dict[str, Content] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
}

_NAMES: dict[Content, str] = {
    "pdf": "a PDF file",
    "docx": "a Word document",
    "zip": "a ZIP archive or another Office file",
    "ole": "an old Office document (.doc or the like)",
    "html": "an HTML page",
    "image": "a picture",
    "text": "plain text",
    "binary": "binary, of no known format",
}
_MENDS: dict[Content, str] = {
    "pdf": "rename it to .pdf",
    "docx": "rename it to .docx",
    "zip": "export it as .pdf or .docx",
    "ole": "open it in an office program and save it as .docx",
    "html": "rename it to .html",
    "image": "turn it into text by OCR, and save that as .pdf or .txt",
    "text": "rename it to .txt",
    "binary": "export it as .pdf, .docx, .html or .txt",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_HEAD = 4096
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|h[1-6]|p|div|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(rb"<(?:/?(?:p|div|h[1-6]|table|ul|ol|li|br|span|a|section|article|main)\b)[^>]*>", re.IGNORECASE)


def check(path: Path, data: bytes) -> Content:
    """The kind of content, one that a reader exists for and that the suffix promises.

    Raises UnreadableDocumentError for an empty, wrongly named, protected or unsupported file.
    """
    suffix = path.suffix.lower()
    expected = SUFFIXES.get(suffix)
    found = sniff(data)
    if found == "empty":
        raise UnreadableDocumentError(
            path, "is empty", "replace it with the file that has the content, or leave it out"
        )
    if expected is None:
        named = f"has the suffix {suffix}, which is not supported" if suffix else "has no suffix"
        mend = _MENDS[found] if found in ("pdf", "docx", "html") else _MENDS["binary"]
        raise UnreadableDocumentError(path, named, f"supported are .pdf, .docx, .html, .htm, .txt and .text: {mend}")
    if found == "ole-encrypted":
        raise UnreadableDocumentError(path, "is protected by a password", "save a copy without password and index that")
    if found == expected or _acceptable(expected, found, data):
        return expected
    raise UnreadableDocumentError(path, f"is named {suffix} but its content is {_NAMES[found]}", _MENDS[found])


def sniff(data: bytes) -> Content:
    """The kind of content that the bytes are."""
    if not data.strip(b" \t\r\n\f\v\0\xef\xbb\xbf\xfe\xff"):
        return "empty"
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_content(data)
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        return "ole-encrypted" if encrypted else "ole"
    if head.startswith(_IMAGES):
        return "image"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
        return "html" if _HTML.match(wide.encode("utf-8", errors="replace")) else "text"
    if b"\0" in head:
        return "binary"
    return "html" if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def _zip_content(data: bytes) -> Content:
    # The archive's directory may be damaged; the names of its members also stand in clear beside them.
    if b"word/" in data or (b"[Content_Types].xml" in data[:_HEAD] and not (b"xl/" in data or b"ppt/" in data)):
        return "docx"
    return "zip"


def _acceptable(expected: Content, found: Content, data: bytes) -> bool:
    """Whether content that was not told for certain may be what the suffix says."""
    if expected == "html" and found == "text":
        return _TAG.search(data) is not None
    # A text reader says itself what is wrong with binary content; a note may quote the head of a page.
    return expected == "text" and found == "binary"
