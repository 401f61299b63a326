"""PDFs written for tests: with text, blank, with an image, locked."""

import io
import zlib

import pypdf
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
)


def make_pdf(pages: list[str], *, title: str | None = None, author: str | None = None, password: str = "") -> bytes:
    """Write a PDF with one line of text a page, in Helvetica; an empty string leaves the page blank."""
    writer = pypdf.PdfWriter()
    for line in pages:
        page = writer.add_blank_page(width=595, height=842)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title or author:
        writer.add_metadata({key: value for key, value in (("/Title", title), ("/Author", author)) if value})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def seen_pdf(lines: list[str]) -> bytes:
    """Write a PDF whose letters stand in the order of the pen, left to right, as browsers write Persian; a line each."""
    letters = sorted(set("".join(lines)))
    codes = {letter: 33 + number for number, letter in enumerate(letters)}
    names = "".join(f"<{code:02x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    to_unicode = DecodedStreamObject()
    to_unicode.set_data(
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
        + f"{len(codes)} beginbfchar\n{names}endbfchar endcmap end".encode()
    )
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/FirstChar"): NumberObject(33),
            NameObject("/LastChar"): NumberObject(32 + len(codes)),
            NameObject("/Widths"): ArrayObject([NumberObject(500)] * len(codes)),
            NameObject("/ToUnicode"): writer._add_object(to_unicode),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    drawn = "".join(
        f"BT /F1 12 Tf 1 0 0 1 72 {760 - 20 * number} Tm <{''.join(f'{codes[letter]:02x}' for letter in line)}> Tj ET\n"
        for number, line in enumerate(lines)
    )
    stream = DecodedStreamObject()
    stream.set_data(drawn.encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_image(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    image = DecodedStreamObject()
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(1),
            NameObject("/Height"): NumberObject(1),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            NameObject("/BitsPerComponent"): NumberObject(8),
        }
    )
    image.set_data(b"\0")
    page = writer.pages[0]
    resources = page["/Resources"]
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = DictionaryObject({NameObject("/I1"): writer._add_object(image)})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed_pdf(size_bytes: int) -> bytes:
    """Write a small PDF whose one page unpacks to ``size_bytes``."""
    packer = zlib.compressobj(9)
    chunk = b"BT /F1 12 Tf (A) Tj ET\n" * 10_000
    packed = b"".join(packer.compress(chunk) for _ in range(size_bytes // len(chunk))) + packer.flush()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf(["A"])))
    stream = EncodedStreamObject()
    stream._data = packed
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
