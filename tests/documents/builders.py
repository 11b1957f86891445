"""Papers and files for the tests of documents."""

import contextlib
import datetime as dt
import io
import random
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import numpy as np
import pikepdf
import pillow_heif
import psycopg2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pikepdf import Dictionary, Name
from PIL import Image

from geo_portal.settings.environment import _cluster, database, text
from municipality.actor import Actor
from municipality.documents import intake, papers
from municipality.documents.models import IssuedPaper, StoredFile
from municipality.words import Text

AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
FACTS = [
    (Text("القطعة", "Plot"), Text("2417، الحيل الشمالية", "2417, Al Hail North")),
    (Text("المساحة", "Area"), Text("600 م²", "600 m²")),
]


def a_pdf(text: str = "Plot extract", pages: int = 1) -> bytes:
    """A small PDF of real pages."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[number]
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        drawn = f"BT /F1 24 Tf 72 700 Td ({text} {number + 1}) Tj ET"
        page.Contents = pdf.make_stream(drawn.encode())
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return out.getvalue()


def incremental(pdf: bytes, objects: dict[int, bytes], extra: bytes = b"") -> bytes:
    """The file with an incremental update behind it, as editors and signers append one."""
    found = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf)
    assert found
    trailer = re.search(rb"trailer\s*<<(.*?)>>", pdf[int(found[1]) :], re.DOTALL)
    assert trailer
    out, offsets = bytearray(pdf), {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, offset in sorted(offsets.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max([*objects, 1]) + 1
    root = re.search(rb"/Root \d+ 0 R", trailer[1])
    assert root
    out += b"trailer << %s /Size %d /Prev %s %s >>\n" % (root[0], size, found[1], extra)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def updates(pdf: bytes) -> dict[str, bytes]:
    """Each way of changing a certified file by appending to it."""
    page = re.search(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/Type /Page\b.*?endobj", pdf, re.DOTALL)
    assert page
    number = int(page[1])
    body = re.search(rb"<<.*>>", page[0], re.DOTALL)
    assert body
    inner = body[0]
    contents = re.search(rb"/Contents (\d+) 0 R", inner)
    assert contents
    forged = b"BT /F1 24 Tf 72 700 Td (Forged) Tj ET"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(forged), forged)
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [72 600 300 650] /Contents (900 m2) >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (area) /V (900) /Rect [0 0 99 20] >>"
    signature = b"<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 10 20 30] /Contents <00> >>"
    annotated = inner[:-2] + b" /Annots [90 0 R] >>"
    return {
        "annotation": incremental(pdf, {90: note, number: annotated}),
        "form_overlay": incremental(pdf, {90: field, number: annotated}),
        "page_swap": incremental(pdf, {int(contents[1]): stream}),
        "hybrid_xref": incremental(pdf, {90: b"<< >>"}, b"/XRefStm 9"),
        "appended_signature": incremental(pdf, {90: signature}),
    }


def one_byte_changed(pdf: bytes, rng: random.Random) -> bytes:
    """The file with one byte, anywhere, another one."""
    at = rng.randrange(len(pdf))
    return pdf[:at] + bytes([(pdf[at] + rng.randint(1, 255)) % 256]) + pdf[at + 1 :]


def a_paper(pdf: bytes | None = None, **values: object) -> IssuedPaper:
    """An issued plot extract."""
    file = pdf or a_pdf()
    given = {"kind": "plot_extract", "number": "PX-2026-000123", "about": "case/42", **values}
    return papers.issue_paper(pdf=lambda code: file, facts=FACTS, at=AT, **given)  # type: ignore[arg-type]


def as_application(sql: str, reach: str, person: str = "", offices: str = "{}") -> list[tuple]:
    """What the application's own role gets for a statement, with a reach; taken back after."""
    url = text("DATABASE_URL") or _cluster()["database_url"]
    held = {**database(url), "NAME": connection.settings_dict["NAME"]}
    with psycopg2.connect(
        dbname=held["NAME"], user=held["USER"], password=held["PASSWORD"],
        host=held["HOST"], port=held["PORT"],
    ) as session, session.cursor() as cursor:  # fmt: skip
        cursor.execute(
            "SELECT set_config('geo.reach', %s, true), set_config('geo.person', %s, true), "
            "set_config('geo.offices', %s, true)",
            [reach, person, offices],
        )
        cursor.execute(sql)
        found = cursor.fetchall()
        session.rollback()
    session.close()
    return found


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (320, 240), **saved: Any) -> bytes:
    """A picture that is not symmetric: a gradient with a bright corner."""
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    rows = np.stack([np.tile(across, (size[1], 1))] * 3, axis=-1)
    rows[: size[1] // 4, : size[0] // 4] = (250, 60, 20)
    rows[size[1] // 2 :, :, 2] = 90
    out = io.BytesIO()
    picture = Image.fromarray(rows)
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(out, quality=90, **saved)
    else:
        picture.save(out, kind, **saved)
    return out.getvalue()


def exif(orientation: int = 1) -> bytes:
    """EXIF as a phone writes it: where it was taken, by which device, which way up."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F], tags[0x0110] = "SecretMaker", "SecretModel"
    place = tags.get_ifd(0x8825)
    place[1], place[2] = "N", (23.0, 35.0, 12.0)
    place[3], place[4] = "E", (58.0, 24.0, 7.0)
    return tags.tobytes()


def pdf_with(change: Callable[[pikepdf.Pdf], None], **saved: Any) -> bytes:
    """A PDF of one page, changed."""
    pdf = pikepdf.open(io.BytesIO(a_pdf()))
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, **saved)
    return out.getvalue()


class FakeClamd(threading.Thread):
    """A scanner over a real socket: speaks INSTREAM, finds EICAR, or keeps silent."""

    def __init__(self, *, silent: bool = False, says: bytes = b"") -> None:
        super().__init__(daemon=True)
        self.silent, self.says, self.seen = silent, says, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"
        self.start()

    def run(self) -> None:
        """Answer one file after another until the door is closed."""
        while True:
            try:
                peer, _ = self.door.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                self._answer(peer)

    def _answer(self, peer: socket.socket) -> None:
        stream = peer.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!L", stream.read(4))[0]:
            data += stream.read(length)
        self.seen += 1
        if self.silent:
            time.sleep(5)
            return
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        peer.sendall(self.says or found)

    def close(self) -> None:
        """Close the door."""
        self.door.close()


# The antivirus test file, put together here so that no scanner takes this source for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CITIZEN = Actor(person_id=7, name="Maryam", role="citizen")


def an_upload(data: bytes, name: str = "plan.pdf") -> SimpleUploadedFile:
    """A file as a form sends it."""
    return SimpleUploadedFile(name, data)


def a_file(data: bytes | None = None, **values: Any) -> StoredFile:
    """A file that was taken in."""
    given = {"by": CITIZEN, "at": AT, "about": "case/42", **values}
    name = given.pop("name", "plan.pdf")
    return intake.accept(an_upload(data or a_pdf(), name), **given)


def read_qr(data_uri: str) -> str:
    """What a scanner reads from the QR code of a paper: its SVG drawn to dots, then decoded."""
    import zxingcpp

    svg = urllib.parse.unquote(data_uri.partition(",")[2])
    side = int(float(re.search(r"(?:viewBox=.0 0 |width=.)(\d+)", svg)[1]))  # type: ignore[index]
    dots = np.full((side, side), 255, dtype=np.uint8)
    path = re.search(r'stroke=.#000. d=.([^"\']+)|d=.([^"\']+). stroke', svg)
    assert path
    x = y = 0.0
    for act, one, _, two in re.findall(r"([Mmh])(-?[\d.]+)([ ,]?(-?[\d.]+))?", path[1] or path[2]):
        if act == "M":
            x, y = float(one), float(two)
        elif act == "m":
            x, y = x + float(one), y + float(two)
        else:
            dots[int(y), int(x) : int(x + float(one))] = 0
            x += float(one)
    found = zxingcpp.read_barcode(dots.repeat(6, 0).repeat(6, 1))
    assert found is not None
    return str(found.text)
