"""Files that mean harm, made from nothing: bombs, loops, tricks and lies, in every format that is read.

`CASES` holds them by name. A case says what a reader may make of it: it is refused, or read, or either; never more.
"""

# ruff: noqa: E501 - a table of cases, each on its line

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import docx

SAID = "The ferry leaves at noon from the old quay."
SECRET = "root:"  # what an external entity would fetch
_GIGABYTE = 1 << 30
_PIECE = 1 << 24

Outcome = Literal["refused", "read", "either"]


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file: its name (as uploaded), its bytes, made when asked for, and what may come of it.

    `slow` ones take a reader seconds, or all the time that it is given.
    """

    name: str
    make: Callable[[], bytes]
    outcome: Outcome = "either"
    slow: bool = False


# Deflate


def inflating_to(size: int, piece: bytes = b"\0") -> bytes:
    """A raw deflate stream of about `size` bytes, `piece` over and over, made in no time.

    A block flushed in full stands alone, so one is repeated instead of compressed again.
    """
    whole = piece * (_PIECE // len(piece))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(whole) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * max(1, size // len(whole)) + packer.flush(zlib.Z_FINISH)


def zlib_inflating_to(size: int, piece: bytes = b"\0") -> bytes:
    """The same as a zlib stream, whose checksum is wrong; most readers meet it too late."""
    return b"\x78\x9c" + inflating_to(size, piece) + b"\0\0\0\0"


# ZIP


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a ZIP file with whatever it claims. `at` places its entry upon the member of that number."""

    name: str
    packed: bytes
    size: int
    crc: int = 0
    flags: int = 0
    at: int | None = None


def member(name: str, content: bytes) -> Member:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Member(name, packer.compress(content) + packer.flush(), len(content), zlib.crc32(content))


def zip_of(members: Iterable[Member]) -> bytes:
    """A ZIP file, with the 64-bit fields where a size needs them."""
    out, directory, places = io.BytesIO(), io.BytesIO(), list[int]()
    count = 0
    for one in members:
        name = one.name.encode()
        large = one.size >= 0xFFFFFFFF
        extra = struct.pack("<HHQQ", 1, 16, one.size, len(one.packed)) if large else b""
        sizes = (0xFFFFFFFF, 0xFFFFFFFF) if large else (len(one.packed), one.size)
        head = struct.pack("<HHHHHIII", 45, one.flags, 8, 0, 33, one.crc, *sizes)
        if one.at is None:
            places.append(out.tell())
            out.write(b"PK\3\4" + head + struct.pack("<HH", len(name), len(extra)) + name + extra + one.packed)
        place = places[-1 if one.at is None else one.at]
        tail = struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, place)
        directory.write(b"PK\1\2" + struct.pack("<H", 45) + head + tail + name + extra)
        count += 1
    start, listed = out.tell(), directory.getvalue()
    out.write(listed)
    if count >= 0xFFFF:
        at = out.tell()
        out.write(struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(listed), start))
        out.write(struct.pack("<4sIQI", b"PK\6\7", 0, at, 1))
    shown = min(count, 0xFFFF)
    out.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, shown, shown, len(listed), start, 0))
    return out.getvalue()


# DOCX

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = "word/document.xml"
_TYPES = "[Content_Types].xml"


def word(*paragraphs: str) -> bytes:
    """A good Word document."""
    buffer, document = io.BytesIO(), docx.Document()
    document.add_heading("Ferries", 1)
    for paragraph in paragraphs or (SAID,):
        document.add_paragraph(paragraph)
    document.add_table(2, 2).cell(0, 1).text = "Twelve dollars"
    document.save(buffer)
    return buffer.getvalue()


def body_of(inside: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<w:document {_W}><w:body>{inside}</w:body></w:document>'.encode()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_with(*extra: Member, without: Sequence[str] = (), **replaced: bytes) -> bytes:
    """A good Word document with members added, left out, and replaced (`body`, `types`, `styles`, `rels`)."""
    names = {
        "body": BODY,
        "types": _TYPES,
        "styles": "word/styles.xml",
        "rels": "word/_rels/document.xml.rels",
        "core": "docProps/core.xml",
    }
    contents = {names[short]: content for short, content in replaced.items()}
    with zipfile.ZipFile(io.BytesIO(word())) as good:
        kept = [
            member(name, contents.get(name, good.read(name)))
            for name in good.namelist()
            if name not in without and name not in {one.name for one in extra}
        ]
    return zip_of([*kept, *extra])


def _good_part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(word())) as good:
        return good.read(name)


def _laughing(depth: int, width: int, shown: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * width if n else "ha" * 50}">' for n in range(depth))
    return body_of(shown.format(last=f"&e{depth - 1};") + paragraph(SAID), f"<!DOCTYPE w [{entities}]>")


def _related(target: str, *, mode: str = "", kind: str = "image", count: int = 1) -> bytes:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    added = "".join(f'<Relationship Id="h{n}" Type="{base}/{kind}" Target="{target}"{mode}/>' for n in range(count))
    return _good_part("word/_rels/document.xml.rels").replace(b"</Relationships>", added.encode() + b"</Relationships>")


def _nested_zip(levels: int) -> bytes:
    inner = inflating_to(_GIGABYTE)
    packed = zip_of([Member("0.bin", inner, _GIGABYTE)])
    for level in range(levels):
        packed = zip_of([member(f"{n}-{level}.zip", packed) for n in range(4)])
    return packed


def _padded(size: int) -> Member:
    return Member("word/media/noise.bin", os.urandom(size), size * 2)


_DOCX: tuple[Case, ...] = (
    Case("zeros-10gb.docx", lambda: docx_with(Member(BODY, inflating_to(10 * _GIGABYTE), 10 * _GIGABYTE)), "refused"),
    Case("zeros-10gb-said-5kb.docx", lambda: docx_with(Member(BODY, inflating_to(10 * _GIGABYTE), 5_000)), "refused"),
    Case(
        "media-10gb-said-5kb.docx",
        lambda: docx_with(
            Member("word/media/a.png", inflating_to(10 * _GIGABYTE), 5_000),
            types=_good_part(_TYPES).replace(b"</Types>", b'<Default Extension="png" ContentType="image/png"/></Types>'),
            rels=_related("media/a.png"),
        ),
    ),
    Case("footnotes-10gb-said-5kb.docx", lambda: docx_with(Member("word/footnotes.xml", inflating_to(10 * _GIGABYTE), 5_000)),),
    Case(
        "tags-450mb-ratio-hidden.docx",
        lambda: docx_with(Member(BODY, inflating_to(450 << 20, b"<w:p/>"), 450 << 20), _padded(2 << 20)),
        "refused",
    ),
    Case("settings-400mb.docx", lambda: docx_with(
        Member("word/settings.xml", inflating_to(400 << 20, b" "), 400 << 20), _padded(2 << 20)), "refused"),
    Case("nested-zips.docx", lambda: docx_with(member("word/embeddings/a.zip", _nested_zip(4)))),
    Case("100000-members.docx", lambda: docx_with(*(member(f"word/x{n}.xml", b"x") for n in range(100_000))), "refused"),
    Case("300000-entries-over-one.docx", lambda: docx_with(
        *(Member(BODY, b"", 1 << 20, at=0) for _ in range(300_000))), "refused"),
    Case("overlapping.docx", lambda: docx_with(
        Member("word/a.bin", inflating_to(_PIECE), _PIECE), *(Member("word/a.bin", b"", _PIECE, at=-1) for _ in range(999))
    ), "refused"),
    Case("one-name-twice.docx", lambda: docx_with(member("word/x.xml", b"<a/>"), member("word/x.xml", b"<b/>"))),
    Case("locked.docx", lambda: docx_with(Member(BODY, b"x" * 99, 99, flags=1)), "refused"),
    Case("billion-laughs.docx", lambda: docx_with(body=_laughing(12, 10, "<w:p><w:r><w:t>{last}</w:t></w:r></w:p>"))),
    Case("billion-laughs-attribute.docx", lambda: docx_with(body=_laughing(12, 10, '<w:p w:a="{last}"/>'))),
    Case("quadratic-laughs.docx", lambda: docx_with(
        body=body_of("&a;" * 50_000 + paragraph(SAID), f'<!DOCTYPE w [<!ENTITY a "{"a" * 100_000}">]>'))),
    Case("quadratic-laughs-attribute.docx", lambda: docx_with(
        body=body_of(f'<w:p w:a="{"&a;" * 20_000}"/>' + paragraph(SAID), f'<!DOCTYPE w [<!ENTITY a "{"a" * 100_000}">]>'))),
    Case("laughs-in-types.docx", lambda: docx_with(
        types=b'<!DOCTYPE t [<!ENTITY a "x">]>' + _good_part(_TYPES).partition(b"?>")[2])),
    Case("entity-of-a-file.docx", lambda: docx_with(
        body=body_of(paragraph(SAID) + paragraph("&f;"), '<!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd">]>'))),
    Case("entity-of-a-device.docx", lambda: docx_with(
        body=body_of(paragraph(SAID) + paragraph("&f;"), '<!DOCTYPE w [<!ENTITY f SYSTEM "file:///dev/zero">]>'))),
    Case("dtd-of-a-host.docx", lambda: docx_with(
        body=body_of(paragraph(SAID), '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">'))),
    Case("parameter-entities.docx", lambda: docx_with(
        body=body_of(paragraph(SAID), '<!DOCTYPE w [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'))),
    Case("attribute-of-30mb.docx", lambda: docx_with(body=body_of(f'<w:p w:rsid="{"a" * (30 << 20)}"/>' + paragraph(SAID)))),
    Case("200000-attributes.docx", lambda: docx_with(
        body=body_of("<w:p " + " ".join(f'w:a{n}="1"' for n in range(200_000)) + "/>" + paragraph(SAID)))),
    Case("100000-deep.docx", lambda: docx_with(body=body_of("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)), "refused"),
    Case("255-tables-deep.docx", lambda: docx_with(
        body=body_of("<w:tbl><w:tr><w:tc>" * 80 + paragraph(SAID) + "</w:tc></w:tr></w:tbl>" * 80)), "refused"),
    Case("cells-in-a-row.docx", lambda: docx_with(
        body=body_of("<w:tbl><w:tr>" + f"<w:tc>{paragraph('x')}</w:tc>" * 60_000 + "</w:tr></w:tbl>"))),
    Case("cells-that-span-a-billion.docx", lambda: docx_with(body=body_of(
        "<w:tbl><w:tr>" + f'<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>{paragraph(SAID)}</w:tc>' * 9
        + '</w:tr><w:tr><w:trPr><w:gridBefore w:val="999999999"/></w:trPr>' + f"<w:tc>{paragraph(SAID)}</w:tc></w:tr></w:tbl>"))),
    Case("rows-in-rows.docx", lambda: docx_with(
        body=body_of("<w:tbl>" + "<w:tr>" * 200 + f"<w:tc>{paragraph(SAID)}</w:tc>" + "</w:tr>" * 200 + "</w:tbl>"))),
    Case("boxes-in-boxes.docx", lambda: docx_with(
        body=body_of("<w:p><w:r><w:txbxContent>" * 70 + paragraph(SAID) + "</w:txbxContent></w:r></w:p>" * 70))),
    Case("20000-styles.docx", lambda: docx_with(
        styles=f"<w:styles {_W}>".encode() + b"".join(
            b'<w:style w:type="paragraph" w:styleId="s%d"><w:name w:val="n%d"/><w:basedOn w:val="s%d"/></w:style>'
            % (n, n, (n + 1) % 20_000) for n in range(20_000)) + b"</w:styles>",
        body=body_of('<w:p><w:pPr><w:pStyle w:val="s19990"/></w:pPr><w:r><w:t>The ferry leaves.</w:t></w:r></w:p>' * 2_000))),
    Case("paths-up.docx", lambda: docx_with(member("../../../../tmp/up.xml", b"<a/>"), member("word/../../up.xml", b"<a/>")), "read"),
    Case("paths-absolute.docx", lambda: docx_with(member("/tmp/absolute.xml", b"<a/>"), member("C:\\a.xml", b"<a/>")), "read"),
    Case("related-to-a-file-above.docx", lambda: docx_with(rels=_related("../../../../../../etc/passwd"))),
    Case("related-to-a-file-outside.docx", lambda: docx_with(
        rels=_related("file:///etc/passwd", mode=' TargetMode="External"')), "read"),
    Case("related-to-itself.docx", lambda: docx_with(rels=_related("document.xml", kind="subDocument"))),
    Case("50000-relations.docx", lambda: docx_with(rels=_related("styles.xml", kind="styles", count=50_000))),
    Case("no-types.docx", lambda: docx_with(without=[_TYPES]), "refused"),
    Case("no-body.docx", lambda: docx_with(without=[BODY]), "refused"),
    Case("no-styles.docx", lambda: docx_with(without=["word/styles.xml"])),
    Case("no-relations.docx", lambda: docx_with(without=["_rels/.rels"]), "refused"),
    Case("body-of-another-type.docx", lambda: docx_with(types=_good_part(_TYPES).replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", b"image/png")), "refused"),
    Case("body-that-is-no-xml.docx", lambda: docx_with(body=b"\0\1\2 not XML"), "refused"),
    Case("body-in-utf-32.docx", lambda: docx_with(
        body=body_of(paragraph(SAID)).decode().replace('"1.0"', '"1.0" encoding="utf-32"', 1).encode("utf-32"))),
    Case("empty-body.docx", lambda: docx_with(body=b""), "refused"),
    Case("one-word-of-9mb.docx", lambda: docx_with(body=body_of(paragraph("a" * (9 << 20)))), "refused"),
)  # fmt: skip


# PDF

_FONT = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
_BOX = b"/MediaBox[0 0 612 792]"
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
SHOWN = b"BT /F1 12 Tf 72 700 Td (" + SAID.encode() + b") Tj ET "


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(content), entries) + content + b"\nendstream"


def page(contents: bytes = b"4 0 R", entries: bytes = b"", box: bytes = _BOX, resources: bytes = _FONT) -> bytes:
    return b"<</Type/Page/Parent 2 0 R" + box + b"/Contents " + contents + resources + entries + b">>"


def pdf_of(*objects: bytes, trailer: bytes = b"", shift: int = 0, size: int | None = None) -> bytes:
    """A PDF of these objects, from number 1 on; the catalogue is the first. `shift` makes the table of places wrong."""
    written, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), list[int]()
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start, count = len(written), len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n" % count
    written += b"".join(b"%010d 00000 n \n" % (place + shift) for place in places)
    written += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (count if size is None else size, trailer)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % (start + shift))


def good_pdf(pages: int = 1) -> bytes:
    """A good PDF of so many pages, each with one sentence."""
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(pages))
    parts: list[bytes] = []
    for number in range(pages):  # each says something else, or it would be taken for a running head
        said = b"0 -20 Td (On page %d the harbour master of quay %x writes a line.) Tj ET" % (
            number,
            number * 2654435761 % 2**32,
        )
        parts += [page(b"%d 0 R" % (4 + 2 * number)), stream(SHOWN.replace(b"ET ", said))]
    return pdf_of(_CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids), *parts)


def _one_page(contents: bytes = SHOWN, entries: bytes = b"", **of_page: bytes) -> bytes:
    return pdf_of(_CATALOG, _PAGES, page(**of_page), stream(contents, entries))


def _forms(levels: int, each: int) -> bytes:
    """Forms that draw the next form several times: the work doubles and doubles."""
    forms = [
        stream(
            b"/X Do " * each if level + 1 < levels else SHOWN,
            b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1<</Type/Font/Subtype/Type1"
            b"/BaseFont/Helvetica>>>>/XObject<</X %d 0 R>>>>" % (5 + level + 1 if level + 1 < levels else 5),
        )
        for level in range(levels)
    ]
    resources = b"/Resources<</XObject<</X 5 0 R>>>>"
    return pdf_of(_CATALOG, _PAGES, page(resources=resources), stream(b"/X Do " * each), *forms)


def _object_stream(holding: bytes) -> bytes:
    """A PDF whose object 5 is a stream of objects that stands in itself, or in the one that stands in it."""
    return pdf_of(
        _CATALOG,
        _PAGES,
        page(),
        stream(SHOWN),
        stream(b"5 0 6 9 " + holding, b"/Type/ObjStm/N 2/First 8/Extends 5 0 R"),
    )


def _cross_reference_stream(index: bytes, size: int) -> bytes:
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    entry = stream(
        zlib_inflating_to(64 << 20),
        b"/Type/XRef/Size %d/W[1 8 2]/Index[%s]/Root 1 0 R/Filter/FlateDecode" % (size, index),
    )
    return head + b"9 0 obj\n" + entry + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def _picture(width: int, height: int, packed: bytes) -> bytes:
    image = stream(
        packed,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
        % (width, height),
    )
    resources = b"/Resources<</XObject<</I 5 0 R>>>>"
    return pdf_of(_CATALOG, _PAGES, page(resources=resources), stream(b"612 0 0 792 0 0 cm /I Do"), image)


def _letters(count: int, move: bytes) -> bytes:
    return _one_page(
        zlib.compress(b"BT /F1 9 Tf 9 9 Td " + (move + b"(a) Tj ") * count + b"ET"), b"/Filter/FlateDecode"
    )


def _locked() -> bytes:
    import pypdf

    writer, buffer = pypdf.PdfWriter(clone_from=io.BytesIO(good_pdf())), io.BytesIO()
    writer.encrypt("quay", "harbour", algorithm="AES-256")
    writer.write(buffer)
    return buffer.getvalue()


_PDF: tuple[Case, ...] = (
    Case("page-tree-in-itself.pdf", lambda: pdf_of(_CATALOG, b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R 3 0 R]>>", page(), stream(SHOWN))),
    Case("page-tree-in-a-circle.pdf", lambda: pdf_of(
        _CATALOG, b"<</Type/Pages/Count 99/Kids[3 0 R]>>", b"<</Type/Pages/Count 99/Parent 2 0 R/Kids[4 0 R]>>",
        b"<</Type/Pages/Count 99/Parent 3 0 R/Kids[2 0 R]>>")),
    Case("page-tree-100000-deep.pdf", lambda: pdf_of(
        _CATALOG, *(b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 3) for n in range(100_000)), page(b"1 0 R"))),
    Case("parents-in-a-circle.pdf", lambda: pdf_of(_CATALOG, b"<</Type/Pages/Parent 2 0 R/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", stream(SHOWN))),
    Case("catalogue-that-is-itself.pdf", lambda: pdf_of(b"1 0 R", _PAGES, page(), stream(SHOWN))),
    Case("pages-that-repeat-one.pdf", lambda: pdf_of(
        _CATALOG, b"<</Type/Pages/Count 4000/Kids[" + b"3 0 R " * 4_000 + b"]>>", page(), stream(SHOWN))),
    Case("objects-in-themselves.pdf", lambda: _object_stream(b"<</A 5 0 R>> 5 0 R")),
    Case("length-that-is-itself.pdf", lambda: pdf_of(_CATALOG, _PAGES, page(), b"<</Length 4 0 R>>stream\n" + SHOWN + b"\nendstream")),
    Case("form-in-itself.pdf", lambda: pdf_of(
        _CATALOG, _PAGES, page(resources=b"/Resources<</XObject<</X 5 0 R>>>>"), stream(b"/X Do"),
        stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"))),
    Case("forms-that-double.pdf", lambda: _forms(24, 8)),
    Case("pattern-in-itself.pdf", lambda: pdf_of(
        _CATALOG, _PAGES, page(resources=b"/Resources<</Pattern<</P 5 0 R>>>>"), stream(b"/Pattern cs /P scn 0 0 600 700 re f"),
        stream(b"/Pattern cs /P scn 0 0 9 9 re f",
               b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 1/YStep 1/Resources<</Pattern<</P 5 0 R>>>>"))),
    Case("outline-in-itself.pdf", lambda: pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>", _PAGES, page(), stream(SHOWN),
        b"<</Type/Outlines/First 6 0 R/Last 6 0 R/Count 9>>",
        b"<</Title(a)/Parent 6 0 R/First 6 0 R/Next 6 0 R/Prev 6 0 R/Last 6 0 R>>"), "read"),
    Case("names-in-themselves.pdf", lambda: pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Names<</Dests 5 0 R>>/StructTreeRoot 6 0 R>>", _PAGES, page(), stream(SHOWN),
        b"<</Kids[5 0 R 5 0 R]>>", b"<</Type/StructTreeRoot/K[6 0 R 6 0 R]/ParentTree 6 0 R>>"), "read"),
    Case("10000-pages.pdf", lambda: good_pdf(10_000), "refused"),
    Case("2000-pages.pdf", lambda: good_pdf(2_000), "read"),
    Case("100000-notes.pdf", lambda: _one_page(
        entries=b"", resources=_FONT + b"/Annots[" + b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(x)>>" * 100_000 + b"]"), "read"),
    Case("huge-box.pdf", lambda: _one_page(box=b"/MediaBox[0 0 1000000000 1000000000]")),
    Case("huge-box-of-a-picture.pdf", lambda: _picture(9, 9, zlib.compress(b"\xff" * 81)).replace(b"[0 0 612 792]", b"[0 0 999999 99999]")),
    Case("box-turned-inside-out.pdf", lambda: _one_page(box=b"/MediaBox[612 792 0 0]/CropBox[9999 9999 9999 9999]")),
    Case("box-of-no-numbers.pdf", lambda: _one_page(box=b"/MediaBox[nan inf -1e999 (x)]/UserUnit 1e30/Rotate 99999999999")),
    Case("stream-of-4gb.pdf", lambda: _one_page(zlib_inflating_to(4 * _GIGABYTE, b" "), b"/Filter/FlateDecode"), "refused"),
    Case("stream-packed-three-times.pdf", lambda: _one_page(
        zlib.compress(zlib.compress(zlib_inflating_to(40 * _GIGABYTE, b" "), 9), 9), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"), "refused"),
    Case("stream-with-200-filters.pdf", lambda: _one_page(SHOWN, b"/Filter[" + b"/ASCIIHexDecode" * 200 + b"]")),
    Case("run-lengths-of-gigabytes.pdf", lambda: _one_page(
        zlib.compress(b"\x81 " * (16 << 20), 9), b"/Filter[/FlateDecode/RunLengthDecode]"), "refused"),
    Case("predictor-of-a-billion-columns.pdf", lambda: _one_page(
        zlib.compress(SHOWN), b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2000000000/Colors 32/BitsPerComponent 16>>")),
    Case("picture-of-4gb.pdf", lambda: _picture(65_000, 65_000, zlib_inflating_to(4 * _GIGABYTE))),
    Case("picture-of-a-billion-wide.pdf", lambda: _picture(2_000_000_000, 2_000_000_000, zlib.compress(b"\0" * 99))),
    Case("wrong-places.pdf", lambda: pdf_of(_CATALOG, _PAGES, page(), stream(SHOWN), shift=7)),
    Case("places-of-two-billion.pdf", lambda: pdf_of(_CATALOG, _PAGES, page(), stream(SHOWN), size=2_000_000_000)),
    Case("table-before-itself.pdf", lambda: _one_page().replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 430")),
    Case("table-stream-of-two-billion.pdf", lambda: _cross_reference_stream(b"0 2000000000", 2_000_000_000)),
    Case("truncated.pdf", lambda: good_pdf(5)[:900]),
    Case("cut-in-the-head.pdf", lambda: good_pdf()[:12], "refused"),
    Case("locked.pdf", _locked, "refused"),
    Case("locked-by-nonsense.pdf", lambda: _one_page().replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 5/R 6/Length 2000000000/O(x)/U(x)/P -1>>"), "refused"),
    Case("script-and-launch.pdf", lambda: pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL('file:///etc/passwd'))>>"
        b"/AA<</WC<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)>>>>>>>>",
        _PAGES, page(), stream(SHOWN)), "read"),
    Case("file-within.pdf", lambda: pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(../../a)/EF<</F 5 0 R>>>>]>>>>>>",
        _PAGES, page(), stream(SHOWN), stream(zlib_inflating_to(4 * _GIGABYTE), b"/Type/EmbeddedFile/Filter/FlateDecode")), "read"),
    Case("million-brackets.pdf", lambda: pdf_of(_CATALOG, _PAGES, page(), stream(SHOWN), b"[" * 1_000_000)),
    Case("million-brackets-in-the-trailer.pdf", lambda: pdf_of(
        _CATALOG, _PAGES, page(), stream(SHOWN), trailer=b"/Info " + b"[" * 1_000_000 + b"]" * 1_000_000)),
    Case("million-brackets-on-a-page.pdf", lambda: _one_page(b"[" * 1_000_000 + SHOWN)),
    Case("million-dictionaries.pdf", lambda: pdf_of(_CATALOG, _PAGES, page(), stream(SHOWN), b"<</A" * 500_000)),
    Case("million-states.pdf", lambda: _one_page(b"q " * 1_000_000 + SHOWN)),
    Case("200000-letters-in-one-place.pdf", lambda: _letters(200_000, b"")),
    Case("200000-letters-on-a-stair.pdf", lambda: _letters(200_000, b"3 3 Td ")),
    Case("200000-rules.pdf", lambda: _one_page(zlib.compress(SHOWN + b"".join(
        b"%d %d m %d %d l S " % (n % 600, n % 700, (n * 7) % 600, n % 700) for n in range(200_000))), b"/Filter/FlateDecode")),
    Case("grid-of-40000-cells.pdf", lambda: _one_page(zlib.compress(SHOWN + b"".join(
        b"%d 0 m %d 790 l S 0 %d m 610 %d l S " % (n * 3, n * 3, n * 4, n * 4) for n in range(200))), b"/Filter/FlateDecode")),
    Case("two-million-words.pdf", lambda: _one_page(
        zlib_inflating_to(64 << 20, b"BT /F1 9 Tf 9 9 Td (the ferry) Tj ET " + b" " * 27), b"/Filter/FlateDecode")),
    Case("endless-map-of-letters.pdf", lambda: pdf_of(
        _CATALOG, _PAGES, page(resources=b"/Resources<</Font<</F1<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H"
        b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A/W[0 2000000000 500]>>]/ToUnicode 5 0 R>>>>>>"),
        stream(SHOWN), stream(b"begincmap 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap"))),
)  # fmt: skip


# HTML and text


def _page(inside: str) -> bytes:
    return f"<!doctype html><html><head><title>Quay</title></head><body>{inside}<p>{SAID}</p></body></html>".encode()


_HTML: tuple[Case, ...] = (
    Case("million-tags-deep.html", lambda: _page("<div>" * 1_000_000), "refused"),
    Case("million-lists-deep.html", lambda: _page("<ul><li>" * 500_000)),
    Case("million-tables-deep.html", lambda: _page("<table><tr><td>x<td>" * 300_000), "refused"),
    Case("million-headings-deep.html", lambda: _page("<dl><dt>x" * 300_000), "refused"),
    Case("million-unclosed-letters.html", lambda: _page("<b><i><a href=x>" * 300_000)),
    Case("million-entities.html", lambda: _page("&nbsp;&#x1F600;&#99999999999;" * 1_000_000), "refused"),
    Case("attribute-of-a-megabyte.html", lambda: _page(f'<p class="{"a" * (1 << 20)}">x</p>'), "read"),
    Case("attribute-of-30mb.html", lambda: _page(f'<p class="{"a" * (30 << 20)}">x</p>')),
    Case("200000-attributes.html", lambda: _page("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</p>")),
    Case("cells-that-span.html", lambda: _page(
        "<table>" + ("<tr>" + '<td colspan="100" rowspan="100">x' * 100) * 100 + "</table>")),
    Case("laughs.html", lambda: b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + _page("&b;" * 100_000)),
    Case("comment-without-end.html", lambda: b"<html>" + b"<!--" * 500_000),
    Case("question-marks.html", lambda: b"<?xml " + b"<!-- -->" * 200_000 + b"x"),
    Case("brackets.html", lambda: b"<p>" + b"<" * 3_000_000),
    Case("declared-as-nothing.html", lambda: b"<html><meta charset=\0\xff><p>" + SAID.encode()),
    Case("declared-as-base64.html", lambda: b"<html><meta charset=base64><p>" + SAID.encode()),
    Case("declared-as-idna.html", lambda: b"<html><meta charset=idna><p>" + SAID.encode()),
    Case("declared-as-utf-7.html", lambda: b"<html><meta charset=utf-7><p>" + SAID.encode()),
    Case("declared-as-punycode.html", lambda: b"<html><meta charset=punycode><p>" + SAID.encode() * 5_000),
    Case("file-of-the-machine.html", lambda: _page('<iframe src="file:///etc/passwd"></iframe><img src="file:///dev/zero">'), "read"),
    Case("20mb-of-paragraphs.html", lambda: _page("<p>The ferry leaves at noon.</p>" * 700_000)),
)  # fmt: skip

_TEXT: tuple[Case, ...] = (
    Case("binary.txt", lambda: bytes(range(256)) * 4_000, "refused"),
    Case("program.txt", lambda: b"\x7fELF\2\1\1" + os.urandom(100_000), "refused"),
    Case("noise.txt", lambda: os.urandom(1 << 20), "refused"),
    Case("wide-bomb.txt", lambda: b"\xff\xfe" + b"\x41\x00" * (10 << 20), "refused"),
    Case("wide-halves.txt", lambda: b"\xff\xfe" + b"\x00\xd8" * 100_000, "refused"),
    Case("wide-zeros.txt", lambda: b"\xff\xfe" + b"\x00" * (20 << 20), "refused"),
    Case("wide-marks-only.txt", lambda: b"\xff\xfe" * 1_000, "refused"),
    Case("wide-odd.txt", lambda: b"\xfe\xff" + "The ferry".encode("utf-16-be") + b"\0"),
    Case("zeros.txt", lambda: b"\0" * (20 << 20), "refused"),
    Case("nothing.txt", lambda: b"", "refused"),
    Case("nothing.pdf", lambda: b"", "refused"),
    Case("nothing.docx", lambda: b"", "refused"),
    Case("nothing.html", lambda: b"", "refused"),
    Case("blank.txt", lambda: b" \n" * 1_000_000, "refused"),
    Case("line-of-20mb.txt", lambda: b"a" * (20 << 20), "refused"),
    Case("words-of-5mb-on-a-line.txt", lambda: b"ferry " * 900_000, "refused"),
    Case("spaces-on-a-line.txt", lambda: b"a" + b" " * (5 << 20) + b"b"),
    Case("hyphens-on-a-line.txt", lambda: b"a-" * (1 << 20)),
    Case("points-on-a-line.txt", lambda: b"a." * (1 << 20)),
    Case("digits-on-a-line.txt", lambda: b"1" * (1 << 20)),
    Case("brackets-on-a-line.txt", lambda: b"(" * (1 << 20)),
    Case("quotes-on-a-line.txt", lambda: "« ".encode() * (1 << 19)),
    Case("hyphens-at-line-ends.txt", lambda: "fer\u00ad\n".encode() * 200_000),
    Case("million-pages.txt", lambda: b"a\f" * 1_000_000, "refused"),
    Case("million-lines.txt", lambda: b"- a\n" * 1_000_000),
    Case("million-one-letter-lines.txt", lambda: b"a\n\n" * 500_000),
    Case("columns-without-end.txt", lambda: (b"a     b     c\n" * 100_000)),
    Case("marks-of-direction.txt", ("\u202e\u2066\u200f" * 200_000 + SAID).encode),
    Case("marks-on-a-letter.txt", ("a" + "\u0301" * 500_000 + " " + SAID).encode),
    Case("polyglot.pdf", lambda: good_pdf() + docx_with(), "read"),
    Case("polyglot.docx", lambda: docx_with() + good_pdf()),
    Case("pdf-in-front.docx", lambda: b"%PDF-1.7\n" + docx_with(), "refused"),
    Case("pdf.docx", good_pdf, "refused"),
    Case("docx.pdf", word, "refused"),
    Case("docx.txt", word, "refused"),
    Case("docx.exe", word, "refused"),
    Case("docx", word, "refused"),
)  # fmt: skip

_BIG: tuple[Case, ...] = (
    Case("two-million-members.docx", lambda: zip_of(
        [Member(BODY, b"", 0), *(Member(f"{n:x}", b"", 0) for n in range(800_000))]), "refused", slow=True),
    Case("4999-pages.pdf", lambda: good_pdf(4_999), "read", slow=True),
    Case("text-of-50mb.txt", lambda: (SAID.encode() + b"\n\n") * 1_100_000, slow=True),
    Case("page-of-50mb.html", lambda: _page(f"<p>{SAID}</p>" * 1_000_000), slow=True),
)  # fmt: skip

_SLOW = frozenset(
    [
        "200000-attributes.html",
        "cells-in-a-row.docx",
        "cells-that-span.html",
        "columns-without-end.txt",
        "million-lines.txt",
        "million-one-letter-lines.txt",
        "20mb-of-paragraphs.html",
        "picture-of-a-billion-wide.pdf",
        "200000-letters-in-one-place.pdf",
        "200000-letters-on-a-stair.pdf",
        "two-million-words.pdf",
        "hyphens-at-line-ends.txt",
        "huge-box-of-a-picture.pdf",
        "2000-pages.pdf",
        "pages-that-repeat-one.pdf",
        "stream-of-4gb.pdf",
    ]
)
CASES: dict[str, Case] = {
    case.name: replace(case, slow=case.slow or case.name in _SLOW) for case in (*_DOCX, *_PDF, *_HTML, *_TEXT, *_BIG)
}

# Names that a form may carry with a good file.
NAMES: tuple[str, ...] = (
    "../../../../tmp/up.txt",
    "..\\..\\up.txt",
    "/etc/cron.d/absolute.txt",
    "C:\\Windows\\absolute.txt",
    "nul\0inside.txt",
    "line\nbreak.txt",
    "\u202etxt.exe.txt",
    "é\u0301combined.txt",
    "a" * 300 + ".txt",
    "é" * 200 + ".txt",
    ".hidden.txt",
    "....txt",
    ".txt",
    "",
    "CON.txt",
    "a/b/c.txt",
    "%2e%2e%2fup.txt",
    "$(touch up).txt",
    "<script>alert(1)</script>.txt",
    "name with  spaces .txt",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + ".txt",
)
