"""附件预览: pages as pictures, drawn in a process with limits; whatever cannot be drawn ends in a sentence."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from models.declarations.material import StoredFile
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.storage import files, preview
from workflow.storage.store import digest_of, store


def scan(pages=3, size=(595, 842)):
    """A PDF of some pages, each with its number of black bars."""
    document = pikepdf.new()
    for n in range(1, pages + 1):
        page = document.add_blank_page(page_size=size)
        bars = "\n".join(f"0 0 0 rg 50 {80 * m} 300 40 re f" for m in range(1, n + 1))
        page.contents_add(document.make_stream(bars.encode()))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def drawing(size, colour=(200, 30, 30), kind="PNG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


@pytest.fixture
def kept(file_store, make, as_):
    """`kept(data, name)` stores a file of a plan."""
    plan = make.plan()

    def _kept(data, name, **more):
        return files.store(as_(make.account(roles.COMMITTEE_OFFICE)), data, name, owner=plan, purpose="附件", **more)

    return _kept


def slipped_in(stored, data):
    """Something in the store that no upload would have let in."""
    stored.sha256 = digest_of(data)
    store().put(stored.sha256, data)


def opened(data):
    return Image.open(io.BytesIO(data))


def test_pages_of_a_pdf_are_pictures_of_the_width_asked_for(kept):
    stored = kept(scan(), "论文.pdf")
    first, third = (opened(preview.page(stored, n, 900)) for n in (1, 3))
    assert first.format == "PNG" and first.width == 900 and abs(first.height - 1273) < 3
    assert sum(third.convert("L").histogram()[:100]) > 2 * sum(first.convert("L").histogram()[:100]) > 0


def test_small_pictures_are_drawn_together_and_pages_only_once(kept, monkeypatch):
    stored = kept(scan(14), "业绩.pdf")
    assert list(preview.strip(stored, 1)) == list(range(1, 13)) and list(preview.strip(stored, 14)) == [13, 14]
    assert opened(preview.page(stored, 2, preview.SMALL)).width == preview.SMALL
    monkeypatch.setattr(preview.subprocess, "run", lambda *a, **k: pytest.fail("drawn a second time"))
    assert preview.page(stored, 12, preview.SMALL)


def test_a_picture_is_written_anew_without_what_else_it_carried(kept):
    exif = Image.Exif()
    exif[0x0112], exif[0x9286] = 6, "拍摄地点"  # turned by the camera; a comment
    stored = kept(drawing((40, 20), kind="JPEG", exif=exif), "照片.jpg")
    shown = opened(preview.page(stored, 1, 900))
    assert (shown.width, shown.height) == (20, 40) and not shown.getexif() and shown.format == "PNG"


def test_a_page_16000_pixels_long_is_made_to_fit(kept):
    tall = opened(preview.page(kept(drawing((300, 16000)), "长图.png"), 1, 2000))
    assert tall.height <= 6000 and tall.width == pytest.approx(112, abs=2)
    scroll = opened(preview.page(kept(scan(1, (200, 14400)), "长卷.pdf"), 1, 2000))
    assert scroll.height <= 6000


def test_a_hostile_or_broken_file_ends_in_a_sentence_and_takes_nobody_with_it(kept, tmp_path, monkeypatch):
    stored = kept(scan(1), "损坏.pdf")
    slipped_in(stored, b"%PDF-1.7\n" + bytes(range(256)) * 50)
    with pytest.raises(Refused, match="不能预览"):
        preview.page(stored, 1, 900)
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(preview, "_SCRIPT", slow)
    monkeypatch.setattr(preview, "PATIENCE", 0.5)
    with pytest.raises(Refused, match="不能预览"):
        preview.page(kept(scan(2), "太慢.pdf"), 1, 900)
    assert not list((tmp_path / "previews").glob(".*")), "no scratch folder stays"


def test_the_drawing_process_cannot_take_more_than_its_memory(tmp_path):
    import subprocess
    import sys

    code = "import sys; sys.path.insert(0, sys.argv[1]); import rasterise; rasterise.limit(); bytearray(2 << 30)"
    done = subprocess.run([sys.executable, "-c", code, str(preview._SCRIPT.parent)], capture_output=True, check=False)
    assert done.returncode != 0 and b"MemoryError" in done.stderr


def test_an_encrypted_pdf_is_refused_when_it_is_sent_and_when_it_slipped_in(kept):
    document = pikepdf.open(io.BytesIO(scan(1)))
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Refused):
        kept(out.getvalue(), "打开密码.pdf")
    stored = kept(scan(2), "后换.pdf")
    slipped_in(stored, out.getvalue())
    with pytest.raises(Refused, match="打开密码"):
        preview.page(stored, 1, 900)


def test_what_has_no_pages_and_pages_that_are_not_there_are_refused(kept):
    stored = kept(scan(1), "一页.pdf")
    for number, width in ((0, 900), (2, 900), (1, 901)):
        with pytest.raises(Refused):
            preview.page(stored, number, width)
    sheet = StoredFile(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        pages=1,
        name="表.xlsx",
        sha256="0" * 64,
    )
    assert not preview.shows(sheet)
    with pytest.raises(Refused, match="下载"):
        preview.page(sheet, 1, 900)


def test_the_kept_pictures_are_held_to_a_size(kept, tmp_path):
    stored = kept(scan(3), "清理.pdf")
    for number in (1, 2, 3):
        preview.page(stored, number, 900)
    preview.sweep(most=0)
    assert not list((tmp_path / "previews").rglob("*.png"))
    assert preview.page(stored, 1, 900)
