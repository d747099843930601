"""续传: a file goes on where it stopped, whatever happens on the way, and is checked as any other at its end."""

from __future__ import annotations

import errno
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.materials.upload import Upload, UploadPiece
from tests.conftest import NOON
from tests.workflow.materials.pictures import photo
from tests.workflow.storage.test_preview import drawing
from workflow.base import policy, roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations.declaration import DECLARATION
from workflow.materials import expiry, photos, upload
from workflow.storage.store import store

CUT = 50


def begun(does, case, data, name="论文.png", **more):
    return does(upload.begin, case, "paper", name=name, size=len(data), mark=hashlib.sha256(data).hexdigest(), **more)


def test_a_file_comes_in_pieces_and_is_a_material_at_its_end(draft, does, session):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    for start in range(0, len(data), CUT):
        assert does(upload.append, one, start, data[start : start + CUT]) == min(start + CUT, len(data))
    made = does(upload.finish, one)
    assert made.file.sha256 == hashlib.sha256(data).hexdigest() and made.kind == "paper"
    assert session.scalars(select(Upload)).all() == session.scalars(select(UploadPiece)).all() == []
    assert list(store().shelf.all("uploads")) == [], "its pieces are gone"


def test_the_same_file_again_goes_on_where_the_line_was_cut(draft, does):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    does(upload.append, one, 0, data[:CUT])
    again = begun(does, case, data)
    assert (again.id, again.received) == (one.id, CUT)


def test_a_piece_out_of_its_order_is_told_where_to_go_on(draft, does):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    does(upload.append, one, 0, data[:CUT])
    for offset in (0, CUT + 1, None):
        with pytest.raises(upload.Behind) as told:
            does(upload.append, one, offset, data[:10])
        assert told.value.offset == CUT


def test_what_was_damaged_on_the_way_or_goes_beyond_the_told_size_is_not_kept(draft, does):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    with pytest.raises(NotNow, match="传输中损坏"):
        does(upload.append, one, 0, data[:10], checksum="0" * 64)
    for piece in (b"", data + b"more"):
        with pytest.raises(Refused, match="文件大小不符"):
            does(upload.append, one, 0, piece)
    assert one.received == 0
    with pytest.raises(upload.Behind):
        does(upload.finish, one)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("论文.pdf", 0, "是空的"),
        ("论文.pdf", None, "是空的"),
        ("论文.pdf", (20 << 20) + 1, "超过 20 MB"),
        ("论文.exe", 10, "只接受"),
        ("论文", 10, "只接受"),
    ],
)
def test_the_size_and_the_kind_are_told_before_anything_is_written(draft, does, session, name, size, words):
    with pytest.raises(Refused, match=words) as told:
        does(upload.begin, draft[0], "paper", name=name, size=size)
    assert told.value.fields.keys() == {"paper"} and session.scalars(select(Upload)).all() == []


def test_nobody_fills_the_store_with_what_he_never_finishes(draft, does, session):
    case, _person = draft
    for n in range(15):
        does(upload.begin, case, "paper", name=f"{n}.pdf", size=20 << 20)
    with pytest.raises(Refused, match="合计不能超过"):
        does(upload.begin, case, "paper", name="16.pdf", size=20 << 20)


def test_a_name_in_rare_characters_stays_as_it_is(draft, does):
    data = drawing((9, 9))
    one = begun(does, draft[0], data, name="../𠮷野家\u202e䶮.png")
    does(upload.append, one, 0, data)
    assert does(upload.finish, one).file.name == "𠮷野家䶮.png"


def test_another_person_neither_goes_on_with_it_nor_sees_it(draft, does, make, session):
    case, _person = draft
    data = drawing((9, 9))
    one = begun(does, case, data)
    stranger = make.account(roles.APPLICANT, person=make.person())
    session.commit()
    for verb in (lambda uow: upload.append(uow, one, 0, data), lambda uow: upload.finish(uow, one)):
        with pytest.raises(NotYou):
            does(verb, actor=stranger)
    assert policy.find(session, stranger, Upload, one.id) is None


def test_nothing_comes_into_what_has_been_handed_in(draft, does, session):
    case, _person = draft
    data = drawing((9, 9))
    one = begun(does, case, data)
    does(lambda uow: setattr(uow.session.get_one(Declaration, case.id), "state", S.SUBMITTED))
    with pytest.raises(Refused, match="申报已提交"):
        does(upload.append, one, 0, data)


def test_a_full_disk_keeps_nothing_of_the_piece_and_what_was_acknowledged_stays(draft, does, monkeypatch):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    does(upload.append, one, 0, data[:CUT])

    def full(*_given, **_more):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr("workflow.storage.on_disk.shutil.copyfileobj", full)
        with pytest.raises(NotNow, match="空间已满"):
            does(upload.append, one, CUT, data[CUT : 2 * CUT])
    assert one.received == CUT
    does(upload.append, one, CUT, data[CUT:])
    assert does(upload.finish, one).file.size == len(data)


def test_what_nobody_goes_on_with_expires_with_its_pieces(draft, does, session):
    case, _person = draft
    data = drawing((80, 80))
    one = begun(does, case, data)
    does(upload.append, one, 0, data[:CUT])
    assert does(expiry.expire, now=NOON + timedelta(days=6)) == []
    assert does(expiry.expire, now=NOON + timedelta(days=8)) == [upload.under(one)]
    assert session.scalars(select(Upload)).all() == []


def test_a_draft_that_is_thrown_away_takes_its_uploads_along(draft, does, session):
    case, _person = draft
    data = drawing((9, 9))
    does(upload.append, begun(does, case, data), 0, data)
    does(lambda uow: DECLARATION.perform(uow, uow.session.get_one(Declaration, case.id), "discard"))
    session.expire_all()
    assert session.scalars(select(Upload)).all() == session.scalars(select(Material)).all() == []


def test_the_same_photo_chosen_twice_waits_once(draft, does, session):
    case, _person = draft
    data = photo("red")
    one = begun(does, case, data, name="1.jpg", paged=True)
    does(upload.append, one, 0, data)
    does(upload.finish, one)
    assert begun(does, case, data, name="1.jpg", paged=True).id == one.id
    assert does(photos.waiting, case, "paper") == [one]
