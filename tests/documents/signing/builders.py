"""Sheets of every shape, stamps on them, and the ways to change what was stamped."""

import datetime as dt
import io
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
from pikepdf import Array
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec

from municipality.conf import PROFILE
from municipality.documents import papers
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import new_code
from municipality.documents.printing import pdf_of
from municipality.documents.signing import authority, keystore
from municipality.documents.signing.aside import aside
from municipality.documents.signing.folder import Folder
from municipality.documents.signing.stamping import sign_pdf
from municipality.documents.signing.values import SignedPdf, VisibleStamp
from municipality.words import Text
from tests.documents.builders import AT, FACTS, a_pdf

MUNICIPALITY = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
REASON = Text("اعتماد المخطط", "Drawing approved")
LINES = (
    (Text("رقم المعاملة", "Permit"), Text("BP-2026-000123", "BP-2026-000123")),
    (Text("القطعة", "Plot"), Text("2417 الحيل الشمالية", "2417 Al Hail North")),
    (Text("سارية", "Valid"), Text("24/11/2026 - 23/11/2028", "24/11/2026 - 23/11/2028")),
    (Text("اعتمدها", "Approved by"), Text("المهندس سعيد بن حمد", "Eng. Said bin Hamad")),
    (Text("بتاريخ", "On"), Text("24/11/2026", "24/11/2026")),
)
A0 = (2383.94, 3370.39)  # points


def a_folder(root: Path) -> Path:
    """A folder of signing with the city's test authority in it, made the day before AT."""
    folder = Folder(root / PROFILE.code)
    made = authority.ensure(
        folder, municipality=MUNICIPALITY, url="http://localhost:8000", at=AT - dt.timedelta(1)
    )
    assert made
    return root


def a_stamp(**values: object) -> VisibleStamp:
    """What stands on the stamp."""
    given = {"title": Text("مخطط معتمد", "Approved drawing"), "lines": LINES, "code": new_code()}
    return VisibleStamp(**(given | values))  # type: ignore[arg-type]


def stamp_it(pdf: bytes, **values: object) -> SignedPdf:
    """The file with its stamp."""
    return sign_pdf(pdf, visible=a_stamp(**values), reason=REASON, at=AT)


def issue(signed: SignedPdf, more: bytes = b"") -> tuple[IssuedPaper, bytes]:
    """A paper issued as a file that was stamped before, and the file; ``more`` makes another."""
    file = replace(signed, pdf=signed.pdf + more)
    paper = papers.issue_paper(
        kind="building_permit", number="BP-2026-000123", facts=FACTS, at=AT, about="case/42",
        pdf=lambda code: file,
    )  # fmt: skip
    return paper, file.pdf


def a_sheet(
    size: tuple[float, float] = (595, 842), *, turn: int = 0, pages: int = 1, **boxes: object
) -> bytes:
    """A drawing: a frame round the visible box, a line across, a title; as CAD plots one."""
    with pikepdf.open(io.BytesIO(a_pdf("Sheet", pages=pages))) as pdf:
        for page in pdf.pages:
            page.mediabox = Array([0, 0, *size])
            for name, box in boxes.items():
                page.obj[f"/{name}"] = box if isinstance(box, int) else Array(list(box))  # type: ignore[call-overload]
            if turn:
                page.obj.Rotate = turn
            x0, y0, x1, y1 = (float(one) for one in page.cropbox)
            drawn = f"q 4 w {x0 + 6} {y0 + 6} {x1 - x0 - 12} {y1 - y0 - 12} re S Q"
            page.contents_add(pdf.make_stream(drawn.encode()))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


SHAPES: dict[str, Callable[[], bytes]] = {
    "a4_portrait": a_sheet,
    "a0_landscape_turned": lambda: a_sheet(A0, turn=90),
    "upside_down": lambda: a_sheet((842, 595), turn=180),
    "turned_back": lambda: a_sheet((1191, 842), turn=270),
    "crop_box_away": lambda: a_sheet((900, 1200), CropBox=(150, 200, 745, 1042)),
    "negative_box": lambda: a_sheet((595, 842), MediaBox=(-300, -400, 295, 442), turn=90),
    "user_unit": lambda: a_sheet((300, 420), UserUnit=2),
    "ten_pages": lambda: a_sheet(pages=10),
    "weasyprint": lambda: pdf_of("<h1>إباحة بناء</h1><p>Building permit"),
}


def tool(name: str, *arguments: str | Path) -> str:
    """What one of poppler's programs says; it repeats the bytes of a damaged file as they are."""
    done = subprocess.run(
        [name, *map(str, arguments)], capture_output=True, check=False, timeout=60
    )
    return done.stdout.decode(errors="replace")


def pdfsig(pdf: bytes, tmp_path: Path) -> str:
    """What poppler says of the signatures of a file."""
    path = tmp_path / "asked.pdf"
    path.write_bytes(pdf)
    return tool("pdfsig", "-nocert", path)


# --- ways to change a stamped file by appending to it -------------------------------------------


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    return IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _box(rng: random.Random) -> generic.ArrayObject:
    x, y = rng.randint(20, 200), rng.randint(20, 300)
    return generic.ArrayObject(map(generic.NumberObject, (x, y, x + 200, y + 40)))


def _drawing(writer: IncrementalPdfFileWriter, words: bytes) -> generic.IndirectObject:
    drawn = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 200 40 re f %" + words)
    drawn[pdf_name("/Type")], drawn[pdf_name("/Subtype")] = pdf_name("/XObject"), pdf_name("/Form")
    drawn[pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 40)))
    return writer.add_object(drawn)


def _annotate(writer: IncrementalPdfFileWriter, rng: random.Random, **more: object) -> object:
    page_ref, _ = writer.find_page_for_modification(0)
    page = page_ref.get_object()
    appearance = _drawing(writer, str(rng.random()).encode())
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Rect"): _box(rng),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): appearance}),
            **{pdf_name(f"/{name}"): value for name, value in more.items()},  # type: ignore[dict-item]
        }
    )
    made = writer.add_object(note)
    page.setdefault(pdf_name("/Annots"), generic.ArrayObject()).get_object().append(made)
    writer.update_container(page.raw_get("/Annots"))
    writer.mark_update(page_ref)
    return made


def annotation(pdf: bytes, rng: random.Random) -> bytes:
    """A stamp annotation over the drawing."""
    writer = _writer(pdf)
    _annotate(writer, rng, Subtype=pdf_name("/Stamp"))
    return _written(writer)


def form_overlay(pdf: bytes, rng: random.Random) -> bytes:
    """A text field, filled, over the drawing."""
    writer = _writer(pdf)
    value = generic.TextStringObject(f"{rng.randint(500, 999)} m2")
    made = _annotate(
        writer, rng, Subtype=pdf_name("/Widget"), FT=pdf_name("/Tx"), V=value,
        T=generic.TextStringObject(f"area{rng.randint(0, 99)}"),
    )  # fmt: skip
    form = writer.root["/AcroForm"]
    form["/Fields"].append(made)
    writer.update_container(form)
    writer.update_container(form["/Fields"])
    return _written(writer)


def page_swap(pdf: bytes, rng: random.Random) -> bytes:
    """Another drawing in the place of the first page's."""
    writer = _writer(pdf)
    page_ref, _ = writer.find_page_for_modification(0)
    forged = generic.StreamObject(stream_data=b"1 0 0 RG %d 9 200 200 re S" % rng.randint(1, 99))
    page_ref.get_object()[pdf_name("/Contents")] = writer.add_object(forged)
    writer.mark_update(page_ref)
    return _written(writer)


def hybrid_xref(pdf: bytes, rng: random.Random) -> bytes:
    """An update whose table and whose stream disagree about what an object is."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    start = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    number, root = int(reader.trailer["/Size"]), reader.trailer.raw_get("/Root")
    at = len(pdf)
    new = b"%d 0 obj\n<< /Forged %d >>\nendobj\n" % (number, rng.randint(0, 10**6))
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d /XRefStm %d >>\n" % (
        number + 1, root.idnum, start, start,
    )  # fmt: skip
    return pdf + new + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (at + len(new))


class _Unbound(signers.PdfSigner):
    """Signs what may not be signed again."""

    def _enforce_certification_constraints(self, reader: object) -> None: ...


def appended_signature(folder: Folder, pdf: bytes, rng: random.Random) -> bytes:
    """A second signature, here even with the municipality's own key."""
    field = f"Second{rng.randint(0, 10**6)}"
    with keystore.signer(folder) as key:
        meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
        signer = _Unbound(meta, key, new_field_spec=SigFieldSpec(field, on_page=0))
        return bytes(aside(lambda: signer.sign_pdf(_writer(pdf))).getvalue())


UPDATES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "annotation": annotation,
    "form_overlay": form_overlay,
    "page_swap": page_swap,
    "hybrid_xref": hybrid_xref,
}
