"""Files that cannot be read: each names the file, the reason and the mend."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from indexer.errors import UnreadableDocumentError
from indexer.readers import read

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pdf_bytes(*lines: str) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=letter, invariant=True)
    for i, line in enumerate(lines):
        page.drawString(72, 700 - 14 * i, line)
    page.showPage()
    page.save()
    return buffer.getvalue()


def docx_bytes(text: str = "The harbour office opens at nine.") -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def zip_bytes(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def encrypted(data: bytes, user: str, owner: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def refusal(path: Path, content: bytes) -> UnreadableDocumentError:
    path.write_bytes(content)
    with pytest.raises(UnreadableDocumentError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in caught.value.reason
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "reason", "mend"),
    [
        ("a.pdf", docx_bytes(), "is named .pdf but its content is a Word document", "rename it to .docx"),
        ("a.pdf", b"Only a note.", "is named .pdf but its content is plain text", "rename it to .txt"),
        (
            "a.pdf",
            b"<html><body>x</body></html>",
            "is named .pdf but its content is an HTML page",
            "rename it to .html",
        ),
        ("a.docx", pdf_bytes("x"), "is named .docx but its content is a PDF file", "rename it to .pdf"),
        ("a.docx", _OLE + bytes(600), "is named .docx but its content is an old Office document", "save it as .docx"),
        ("a.txt", pdf_bytes("x"), "is named .txt but its content is a PDF file", "rename it to .pdf"),
        ("a.txt", bytes(range(256)) * 4, "is named .txt but its content is binary", "save it as plain text"),
        ("a.html", b"No tags here.", "is named .html but its content is plain text", "rename it to .txt"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n" + bytes(50), "is named .pdf but its content is a picture", "OCR"),
        ("a.docx", zip_bytes(xl__workbook_xml=b"<x/>"), "is named .docx but its content is a ZIP archive", "export it"),
        ("a.xlsx", zip_bytes(xl__workbook_xml=b"<x/>"), "has the suffix .xlsx, which is not supported", ".docx"),
        ("noted", b"Some text.", "has no suffix", "supported are .pdf, .docx"),
        ("a.docx", _OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "is protected by a password", "without"),
        ("a.txt", b"", "is empty", "replace it"),
        ("a.txt", b" \n\t \r\n", "is empty", "replace it"),
        ("a.pdf", b"", "is empty", "replace it"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "holds no text", "saved in full"),
        ("a.docx", docx_bytes("")[:400], "is damaged", "fetch it anew"),
        ("a.docx", zip_bytes(word__other_xml=b"<x/>"), "holds no word/document.xml", "save it again"),
        ("a.docx", docx_bytes(""), "holds no text", "add its content"),
        ("a.pdf", b"%PDF-1.7\nnothing follows", "is damaged", "fetch it anew"),
    ],
)
def test_refused_with_reason_and_mend(tmp_path: Path, name: str, content: bytes, reason: str, mend: str) -> None:
    error = refusal(tmp_path / name, content)
    assert reason in error.reason
    assert mend in error.mend


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocumentError, match="does not exist"):
        read(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UnreadableDocumentError, match="is a folder"):
        read(tmp_path / "folder.txt")


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("Nobody may read this.")

    def refuse(self: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnreadableDocumentError, match="may not be read"):
        read(path)


def test_pdf_that_needs_a_password(tmp_path: Path) -> None:
    error = refusal(tmp_path / "closed.pdf", encrypted(pdf_bytes("Secret."), "opens", "owns"))
    assert "is protected by a password" in error.reason
    assert "without password" in error.mend


def test_pdf_with_an_owner_password_only_is_read(tmp_path: Path) -> None:
    path = tmp_path / "open.pdf"
    path.write_bytes(encrypted(pdf_bytes("Anyone may read this line."), "", "owns"))
    assert "Anyone may read this line." in read(path).text


def test_truncated_pdf(tmp_path: Path) -> None:
    error = refusal(tmp_path / "cut.pdf", pdf_bytes("A line that is cut.")[:300])
    assert "damaged" in error.reason


def _picture_page(page: canvas.Canvas) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    page.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 72, 300, 400, 400)
    page.showPage()


def test_pdf_with_some_pages_of_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    _picture_page(page)
    page.drawString(72, 700, "The second page has words.")
    page.showPage()
    page.save()
    document = read(path)
    assert document.text == "The second page has words."
    assert [(p.number, p.start, p.end) for p in document.pages] == [(1, 0, 0), (2, 0, len(document.text))]
    assert document.blocks[0].page == 2


def test_docx_that_unpacks_to_too_much(tmp_path: Path) -> None:
    bomb = zip_bytes(word__document_xml=b" " * 40_000_000)
    error = refusal(tmp_path / "bomb.docx", bomb)
    assert "unpacks to 40 MB" in error.reason


def test_deeply_nested_html(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<div>" * 5_000 + "deep down" + "</div>" * 5_000)
    try:
        assert "deep down" in read(path).text
    except UnreadableDocumentError as error:
        assert "nested" in error.reason or "no text" in error.reason


def test_deeply_nested_docx(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(1, 2).cell(0, 0)
    for _ in range(70):
        cell = cell.add_table(1, 1).cell(0, 0)
    path = tmp_path / "deep.docx"
    document.save(str(path))
    assert "nested too deeply" in refusal(path, path.read_bytes()).reason


def test_a_library_that_fails_in_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(docx, "Document", fail)
    error = refusal(tmp_path / "odd.docx", zip_bytes(word__document_xml=b"<x/>"))
    assert "ZeroDivisionError" in error.reason


def test_memory_errors_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    path = tmp_path / "huge.docx"
    path.write_bytes(docx_bytes())
    monkeypatch.setattr(docx, "Document", fail)
    with pytest.raises(MemoryError):
        read(path)
