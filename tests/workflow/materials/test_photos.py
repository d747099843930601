"""Photos are turned, put in order and joined into one PDF; one that is broken is named by its number."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from models.declarations.material import Material
from tests.workflow.materials.pictures import photo, sideways
from workflow.base.errors import NotNow, Refused
from workflow.materials import photos, upload
from workflow.storage import files
from workflow.storage.anew import bound


def takes(uow, case, name, data, kind="paper"):
    one = upload.begin(uow, case, kind, name=name, size=len(data), paged=True)
    upload.append(uow, one, 0, data)
    return upload.finish(uow, one)


def colours(data):
    """The colour in the middle of each page, and its size, as it is seen."""
    document = pypdfium2.PdfDocument(data)
    found = []
    for page in document:
        shown = page.render(scale=0.2).to_pil().convert("RGB")
        red, green, _blue = shown.getpixel((shown.width // 2, shown.height // 2))
        found.append(("red" if red > 200 else "lime" if green > 200 else "blue", shown.width > shown.height))
    return found


def test_photos_become_one_pdf_in_the_order_and_turned_as_they_are_shown(does_to_it, session):
    red, lime, blue = (does_to_it(takes, f"{name}.jpg", photo(name)) for name in ("red", "lime", "blue"))
    does_to_it(photos.turn, "paper", str(lime.id), 90)
    does_to_it(photos.turn, "paper", str(red.id), -90)
    does_to_it(photos.turn, "paper", str(red.id), 90)
    does_to_it(photos.move, "paper", str(blue.id), -1)
    does_to_it(photos.move, "paper", str(red.id), -1)  # the first stays where it is
    made = does_to_it(photos.join, "paper", "三张", [])
    assert (made.file.name, made.file.pages) == ("三张.pdf", 3)
    assert colours(files.read(made.file)) == [("red", False), ("blue", False), ("lime", True)]
    assert does_to_it(photos.waiting, "paper") == []


def test_a_photo_is_upright_as_its_camera_was_held(does_to_it):
    does_to_it(takes, "1.jpg", sideways("red"))
    assert colours(files.read(does_to_it(photos.join, "paper", "", []).file)) == [("red", False)]


def test_a_broken_photo_is_named_and_the_others_wait_on(does_to_it, session):
    does_to_it(takes, "1.jpg", photo("red"))
    with pytest.raises(Refused, match=r"2\.jpg.*损坏"):
        does_to_it(takes, "2.jpg", photo("lime")[:300])
    does_to_it(takes, "3.jpg", photo("blue"))
    assert [one.name for one in does_to_it(photos.waiting, "paper")] == ["1.jpg", "3.jpg"]
    with pytest.raises(Refused, match=r"第 2 张.*无法打开"):
        bound(
            [(photo("red"), 0), (b"\xff\xd8\xff broken", 0), (photo("blue"), 0)], ["a.jpg", "b.jpg", "c.jpg"], "paper"
        )


def test_grey_coloured_and_clear_pictures_all_become_pages(does_to_it):
    grey = io.BytesIO()
    Image.new("L", (30, 40), 90).save(grey, "JPEG")
    clear = io.BytesIO()
    Image.new("RGBA", (30, 40), (255, 0, 0, 0)).save(clear, "PNG")
    data = bound([(grey.getvalue(), 0), (clear.getvalue(), 180), (photo(size=(40, 30)), 270)], ["1", "2", "3"], "paper")
    with pikepdf.open(io.BytesIO(data)) as document:
        assert [int(page.obj.Rotate) for page in document.pages] == [0, 180, 270]


def test_nothing_to_join_and_a_photo_that_is_gone_are_told(does_to_it):
    with pytest.raises(Refused, match="没有待合并的照片"):
        does_to_it(photos.join, "paper", "", [])
    for verb in (photos.remove, lambda *given: photos.turn(*given, 90)):
        with pytest.raises(NotNow, match="已不在待合并"):
            does_to_it(verb, "paper", "77")


def test_only_photos_are_joined_and_only_where_a_pdf_is_taken(does_to_it, session):
    with pytest.raises(Refused, match="只接受"):
        does_to_it(upload.begin, "paper", name="1.pdf", size=10, paged=True)
    with pytest.raises(Refused, match="不能合并为 PDF"):
        does_to_it(upload.begin, "photo", name="1.jpg", size=10, paged=True)
    assert session.scalars(select(Material)).all() == []


@pytest.mark.parametrize("name", ["巨幅.png", "巨幅.heic"])
def test_a_photo_of_hundreds_of_megapixels_is_refused_and_the_others_wait_on(does_to_it, name):
    does_to_it(takes, "1.jpg", photo("red"))
    huge = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    data = huge.getvalue() if name.endswith("png") else b"\0\0\0\x18ftypheic" + bytes(4000)
    with pytest.raises(Refused, match="巨幅"):
        does_to_it(takes, name, data)
    assert [one.name for one in does_to_it(photos.waiting, "paper")] == ["1.jpg"]
