"""What is handed out of an upload: the original stays sealed, what leaves is written anew and nothing in it acts."""

from __future__ import annotations

import io
import re

import pikepdf
import pillow_heif
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageChops, ImageFile

from tests.workflow.storage.test_preview import drawing, kept, scan  # noqa: F401  (kept: a fixture)
from workflow.base.errors import Refused
from workflow.storage import clean, files, preview, rebuild

# ruff: noqa: F811


def js():
    """An action that runs a script."""
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def annotated(document, subtype, **more):
    """A page with one annotation."""
    annotation = Dictionary(Type=Name.Annot, Subtype=Name(subtype), Rect=Array([10, 10, 90, 40]), **more)
    document.pages[0].Annots = Array([document.make_indirect(annotation)])


def attached(document):
    stream = document.make_stream(b"MZ")
    stream.Type = Name.EmbeddedFile
    return document.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream)))


def _open_script(d):
    d.Root.OpenAction = js()


def _named_script(d):
    d.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), d.make_indirect(js())])))


def _page_script(d):
    d.pages[0].obj.AA = Dictionary(O=js())


def _document_script(d):
    d.Root.AA = Dictionary(WC=js())


def _launch(d):
    annotated(d, "/Link", A=Dictionary(S=Name.Launch, F=String("cmd.exe")))


def _address(d):
    annotated(d, "/Link", A=Dictionary(S=Name.URI, URI=String("https://evil.example/")))


def _other_file(d):
    annotated(d, "/Link", A=Dictionary(S=Name.GoToR, F=String("b.pdf"), D=Array([0, Name.Fit])))


def _after_another(d):
    annotated(d, "/Link", A=Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([js()])))


def _form(d):
    annotated(d, "/Widget", FT=Name.Tx, T=String("a"), V=String("x"), A=Dictionary(S=Name.SubmitForm, F=String("u")))
    d.Root.AcroForm = Dictionary(Fields=Array([d.pages[0].Annots[0]]))


def _xfa(d):
    d.Root.AcroForm = Dictionary(Fields=Array([]), XFA=d.make_stream(b"<xdp/>"))


def _attachment(d):
    d.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String("a"), attached(d)])))


def _attached_note(d):
    annotated(d, "/FileAttachment", FS=attached(d))


def _film(d):
    annotated(d, "/Movie", Movie=Dictionary(F=String("a.avi")))


def _sound(d):
    annotated(d, "/Sound", Sound=d.make_stream(b"0"))


def _rich(d):
    annotated(d, "/RichMedia", RichMediaContent=Dictionary(), RichMediaSettings=Dictionary())


def _screen(d):
    annotated(d, "/Screen", A=Dictionary(S=Name.Rendition, JS=String("x")))


def _unreachable(d):
    d.pages[0].obj.PieceInfo = Dictionary(X=d.make_indirect(Dictionary(S=Name.JavaScript, JS=String("x"))))


def _of_a_resource(d):
    d.pages[0].obj.Resources = Dictionary(
        XObject=Dictionary(X=Stream(d, b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), AA=js()))
    )


ACTS = [v for k, v in sorted(globals().items()) if k.startswith("_") and callable(v) and not k.startswith("__")]


def acting(act):
    document = pikepdf.open(io.BytesIO(scan(2)))
    act(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pictures(data):
    return [page.render(scale=0.5).to_pil().convert("L") for page in pypdfium2.PdfDocument(data)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_acts_is_taken_in_and_handed_out_without_its_act(kept, act):
    data = acting(act)
    assert rebuild.active(pikepdf.open(io.BytesIO(data)))
    stored = kept(data, "材料.pdf")
    assert files.read(stored) == data, "the original stays as it was signed"
    out = b"".join(clean.open_file(stored))
    assert not rebuild.active(pikepdf.open(io.BytesIO(out))) and clean.size_of(stored) == len(out)
    assert not re.search(rb"JavaScript|/Launch|evil\.example|cmd\.exe|\bMZ\b", pikepdf_text(out))
    before, after = pictures(data), pictures(out)
    assert len(before) == len(after) == 2
    for one, other in zip(before[1:], after[1:], strict=True):
        assert ImageChops.difference(one, other).getbbox() is None


def pikepdf_text(data):
    """All objects of the file, uncompressed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    return out.getvalue()


def saved(**how):
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(scan(3))).save(out, **how)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        scan(3),
        saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        saved(linearize=True),
        drawing((60, 80), kind="PDF"),
    ],
    ids=["classic", "streams", "linearized", "scan"],
)
def test_no_cut_of_a_file_passes_for_the_file(data):
    assert len(rebuild.opened(data).pages) >= 1
    taken = []
    for thousandth in [*range(20, 1000, 20), 995, 999]:
        cut = data[: len(data) * thousandth // 1000]
        try:
            rebuild.opened(cut)
        except Exception:
            continue
        taken.append(thousandth)
    assert taken == []


def test_what_a_mail_gateway_puts_around_a_file_is_no_cut(kept):
    base = scan(1)
    for n, data in enumerate((b"\xef\xbb\xbf" + base, b"\r\n  " + base, base + b"\0" * 3000, base + b"<!-- -->" * 20)):
        stored = kept(data, f"附件{n}.pdf")
        assert files.read(stored) == data and len(pictures(b"".join(clean.open_file(stored)))) == 1


def locked(**passwords):
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(scan(1))).save(out, encryption=pikepdf.Encryption(**passwords))
    return out.getvalue()


def test_a_password_to_open_is_refused_by_that_name_and_a_lock_against_printing_is_none(kept):
    with pytest.raises(Refused, match="打开密码"):
        kept(locked(owner="a", user="b"), "证书.pdf")
    stored = kept(locked(owner="a", user=""), "学历.pdf")
    with pikepdf.open(io.BytesIO(b"".join(clean.open_file(stored)))) as out:
        assert not out.is_encrypted and len(out.pages) == 1


@pytest.mark.parametrize(
    "data, name, cause",
    [
        (scan(1)[:-60], "断.pdf", "没有正常结束"),
        (b"\0\0\0\x18ftypheic" + b"0" * 50, "IMG_1.HEIC", "没有传完或已损坏"),
        (b"\xff\xd8\xff" + b"0" * 50, "IMG_1.HEIC", "不是 HEIC"),
        (b"\xff\xd8\xff" + b"0" * 50, "IMG_1.jpg", "没有传完或已损坏"),
        (b"<html>", "网页.pdf", "扩展名"),
        (b"", "空.pdf", "空"),
    ],
)
def test_each_refusal_names_its_true_cause(kept, data, name, cause):
    with pytest.raises(Refused, match=cause) as refused:
        kept(data, name)
    assert refused.value.fields.keys() == {"file"} and "请" in refused.value.sentence


def bomb(kind):
    """A small file that says it is a huge picture: of HEIC the head alone, of PNG every pixel of it."""
    if kind == "HEIF":
        said = b"".join(side.to_bytes(4, "big") for side in (640, 480))
        return photo("HEIF").replace(said, (60_000).to_bytes(4, "big") * 2)
    out = io.BytesIO()
    Image.new("1", (9_100, 9_100)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind, name", [("HEIF", "IMG_2.HEIC"), ("PNG", "扫描.png")])
def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused_before_it_is_decoded(kept, kind, name):
    data = bomb(kind)
    assert len(data) < 20_000
    with pytest.raises(Refused, match=r"像素过多.*最多 8000 万像素.*缩小后重新上传"):
        kept(data, name)


def photo(kind, size=(640, 480), **more):
    """A photograph with the place where it was taken."""
    held = Image.new("RGB", size, (200, 30, 30))
    held.paste((20, 90, 200), (0, 0, size[0] // 2, size[1]))
    place = Image.Exif()
    place[0x8825] = {1: "N", 2: (28.0, 13.0, 0.0)}
    place[0x010F] = "PHONE"
    out = io.BytesIO()
    pillow_heif.register_heif_opener()
    held.save(out, kind, exif=place, **more)
    return out.getvalue()


def handed_out(stored):
    """What whoever may read it is given."""
    data = b"".join(clean.open_file(stored))
    assert len(data) == clean.size_of(stored)
    return data


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "IMG_1.heif", "IMG_1.jpg"])
def test_a_heic_photograph_is_kept_as_it_was_and_handed_out_as_a_jpeg(kept, name):
    data = photo("HEIF", quality=90)
    assert rebuild.heic(data)
    stored = kept(data, name)
    assert files.read(stored) == data and (stored.media_type, stored.pages) == ("image/heic", 1)
    assert clean.called(stored) == ("IMG_1.jpg", "image/jpeg")
    out = Image.open(io.BytesIO(handed_out(stored)))
    assert (out.format, out.size) == ("JPEG", (640, 480)) and not out.getexif()
    assert all(abs(a - b) < 25 for a, b in zip(out.getpixel((600, 240)), (200, 30, 30), strict=True))
    assert Image.open(io.BytesIO(preview.page(stored, 1, 900))).size == (640, 480)


@pytest.mark.parametrize("kind, ending", [("JPEG", "jpg"), ("PNG", "png"), ("MPO", "jpg"), ("HEIF", "heic")])
@pytest.mark.parametrize("size", [(640, 480), (4200, 3000)])
def test_of_every_kind_of_picture_the_place_stays_here_and_it_fits(kept, kind, ending, size):
    data = photo(kind, size)
    out = Image.open(io.BytesIO(handed_out(kept(data, f"照片.{ending}"))))
    assert max(out.size) == min(max(size), rebuild.LONGEST)
    assert b"PHONE" not in handed_out(kept(data, f"照片2.{ending}")) and not out.getexif()
    assert out.format == ("PNG" if kind == "PNG" else "JPEG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_with_nothing_to_hide_leaves_with_every_pixel(kept, kind):
    data = drawing((900, 700), kind=kind)
    assert handed_out(kept(data, f"扫描件.{kind[:3].lower().replace('jpe', 'jpg')}")) == data


def test_no_picture_is_decoded_in_the_server(kept, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded in the server"))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: pytest.fail("decoded in the server"))
    held = {"jpg": SMALL_JPEG, "png": SMALL_PNG}
    for ending, data in held.items():
        stored = kept(data, f"照片.{ending}")
        assert handed_out(stored) and preview.page(stored, 1, 900)


SMALL_JPEG, SMALL_PNG = drawing((300, 400), kind="JPEG"), drawing((300, 400), kind="PNG")


def test_a_preview_is_drawn_from_what_is_handed_out(kept, monkeypatch):
    seen = []
    run = preview.subprocess.run
    monkeypatch.setattr(preview.subprocess, "run", lambda command, **how: seen.append(command) or run(command, **how))
    for data, name in ((scan(1), "论文.pdf"), (photo("JPEG"), "照片.jpg")):
        stored = kept(data, name)
        seen.clear()
        preview.page(stored, 1, 900)
        drawn_from = [command[4] for command in seen if command[2].endswith("rasterise.py")]
        assert drawn_from and all("clean-" in path for path in drawn_from)


def test_a_huge_photo_is_opened_elsewhere_and_made_to_fit(kept, monkeypatch):
    data = drawing((4200, 3000), kind="JPEG")
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("opened in the server"))
    assert kept(data, "照片.jpg").pages == 1
    monkeypatch.undo()
    made = Image.open(io.BytesIO(rebuild.image(data)))
    assert made.size == (3000, 2143) and made.format == "JPEG"
