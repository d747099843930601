"""申报材料 over HTTP: several photos at once, pieces that go on where they stopped, rows that a file proves."""

from __future__ import annotations

import hashlib
import io

import pytest
from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.materials.upload import Upload
from tests.workflow.materials.pictures import photo
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.materials.upload import PIECE
from workflow.storage import anew, rebuild


@pytest.fixture
def case(make, session, file_store):
    """A draft with two awards, and its applicant."""
    draft = make.declaration(batch=make.batch())
    draft.content.sections = {"awards": [{"name": "优质工程奖"}, {"name": "科技进步奖"}]}
    account = make.account(roles.APPLICANT, person_id=draft.person_id)
    session.commit()
    return draft, account


def page_of(client, draft):
    return client.get(f"/declare/{draft.id}/materials").get_data(as_text=True)


def posts(client, draft, **data):
    address = f"/declare/{draft.id}/materials"
    return client.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)


def files_of(*given):
    return [(io.BytesIO(data), name) for name, data in given]


def test_what_is_missing_stands_first(case, browser):
    draft, account = case
    text = page_of(browser(account), draft)
    assert text.index('id="education"') < text.index('id="licence"'), "needed before what may be added"
    assert "还没有佐证材料的条目 2 条" in text and "获奖第 2 条：科技进步奖" in text


def test_several_photos_wait_turned_and_ordered_and_become_one_file(case, browser, session):
    draft, account = case
    client = browser(account)
    sent = files_of(("1.jpg", photo("red")), ("2.png", photo("blue", kind="PNG")))
    text = posts(client, draft, kind="award", no_secrets="1", file=sent).get_data(as_text=True)
    assert "已上传 2 张照片" in text and "待合并的照片 2 张" in text
    first, second = session.scalars(select(Upload).order_by(Upload.position))
    assert client.get(f"/uploads/{first.id}/picture").data[:4] == b"\x89PNG"
    assert 'class="t90"' in posts(client, draft, kind="award", do="right", photo=second.id).get_data(as_text=True)
    posts(client, draft, kind="award", do="up", photo=second.id)
    text = posts(client, draft, kind="award", do="join", name="获奖", rows="awards:0").get_data(as_text=True)
    assert "已合并为“获奖.pdf”，共 2 页" in text and "佐证 1 条" in text
    made = session.scalars(select(Material)).one()
    page = client.get(f"/declare/{draft.id}/section/awards").get_data(as_text=True)
    assert page.count("尚无佐证") == 1 and made.file.key in page


def test_what_was_typed_into_a_small_form_of_a_kind_stays_there_when_it_is_refused(case, browser, session, monkeypatch):
    draft, account = case
    client = browser(account)
    posts(client, draft, kind="award", no_secrets="1", file=files_of(("1.jpg", photo("red")), ("2.jpg", photo("blue"))))
    monkeypatch.setattr(anew, "run", lambda *_a: rebuild.TOO_LARGE)  # what its process says of one photo too many
    answer = posts(client, draft, kind="award", do="join", name="获奖证书²")
    assert answer.status_code == 422 and 'value="获奖证书²"' in answer.get_data(as_text=True)
    draft.secret = True
    session.commit()
    answer = posts(client, draft, kind="award", do="stub", name="内部证书", reference="甲-1", pages="若干")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(f'value="{typed}"' in text for typed in ("内部证书", "甲-1", "若干"))


def test_of_several_photos_a_broken_one_is_named_by_its_number_and_the_rest_is_kept(case, browser):
    draft, account = case
    sent = files_of(("1.jpg", photo("red")), ("2.jpg", photo("lime")[:200]), ("3.jpg", photo("blue")), ("4.jpg", b""))
    answer = posts(browser(account), draft, kind="award", no_secrets="1", file=sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "待合并的照片 2 张" in text
    assert "第 2 张：" in text and "第 4 张：" in text and "其余 2 个已保存" in text


def begins(client, draft, data, name="论文.png", **more):
    given = {
        "kind": "paper",
        "name": name,
        "size": len(data),
        "mark": hashlib.sha256(data).hexdigest(),
        "no_secrets": "1",
    }
    return client.post(f"/uploads/{draft.id}/begin", data=given | more)


def appends(client, key, offset, data, **headers):
    told = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)} | headers
    return client.post(f"/uploads/{key}/append", data=data, headers=told)


def test_a_file_goes_on_where_it_was_cut_and_is_shown_as_not_whole_until_then(case, browser, session):
    draft, account = case
    client, data = browser(account), drawing((90, 90))
    began = begins(client, draft, data)
    assert began.status_code == 201 and began.headers["Tus-Resumable"] == "1.0.0"
    key = began.json["key"]
    assert appends(client, key, 0, data[:50]).headers["Upload-Offset"] == "50"
    assert "未传完" in page_of(client, draft)
    behind = appends(client, key, 0, data[:50])
    assert (behind.status_code, behind.json["offset"]) == (409, 50)
    assert client.head(f"/uploads/{key}").headers["Upload-Offset"] == "50"
    assert begins(client, draft, data).json["offset"] == 50, "another browser goes on, too"
    appends(client, key, 50, data[50:])
    assert client.post(f"/uploads/{key}/finish").json == {"whole": True}
    assert session.scalars(select(Material)).one().file.size == len(data)
    text = page_of(client, draft)
    assert "已上传“论文.png”" in text and "未传完" not in text
    assert client.get(f"/uploads/{key}").status_code == 404


def test_what_comes_whole_and_does_not_open_is_told_and_taken_away(case, browser, session):
    draft, account = case
    client, data = browser(account), b"<html>" * 20
    key = begins(client, draft, data, name="论文.pdf").json["key"]
    appends(client, key, 0, data)
    answer = client.post(f"/uploads/{key}/finish")
    assert answer.status_code == 422 and "与扩展名 .pdf 不符" in answer.json["sentence"]
    assert session.scalars(select(Upload)).all() == session.scalars(select(Material)).all() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"size": "0"}, "是空的"),
        ({"size": "很大"}, "是空的"),
        ({"size": str(1 << 40)}, "是空的"),
        ({"size": str(30 << 20)}, "超过 20 MB"),
        ({"no_secrets": ""}, "不含涉密内容"),
        ({"kind": "nothing"}, "没有这一类别"),
    ],
)
def test_what_cannot_be_taken_is_told_before_it_travels(case, browser, session, more, words):
    draft, account = case
    answer = begins(browser(account), draft, b"x", **more)
    assert answer.status_code == 422 and words in answer.json["sentence"]
    assert session.scalars(select(Upload)).all() == []


def test_a_piece_without_its_size_or_too_large_is_refused_unread(case, browser):
    draft, account = case
    client = browser(account)
    key = begins(client, draft, bytes(3 * PIECE)).json["key"]
    assert appends(client, key, 0, bytes(PIECE + 1)).status_code == 422
    assert appends(client, key, "x", bytes(10)).status_code == 409
    assert appends(client, key, 0, bytes(10), **{"Upload-Checksum": "sha256 " + "0" * 64}).status_code == 409


def test_anothers_upload_is_not_there(case, browser, make):
    draft, account = case
    key = begins(browser(account), draft, b"x").json["key"]
    stranger = browser(make.account(roles.APPLICANT, person=make.person()))
    assert stranger.get(f"/uploads/{key}").status_code == 404
    assert appends(stranger, key, 0, b"x").status_code == 404
    assert stranger.post(f"/uploads/{key}/finish").status_code == 404
    assert begins(stranger, draft, b"x").status_code == 404


def test_a_file_that_is_gone_is_told_when_it_is_linked(case, browser):
    draft, account = case
    for number in ("77", "", "９９"):
        answer = posts(browser(account), draft, kind="award", do="prove", material=number)
        assert answer.status_code == 409 and "已不在申报材料中" in answer.get_data(as_text=True)


def test_the_auditor_sees_each_row_beside_its_proof(case, browser, session, make):
    from views.declarations.filled import sections_of

    draft, account = case
    client = browser(account)
    posts(client, draft, kind="award", no_secrets="1", rows="awards:1", file=files_of(("证书.png", drawing((9, 9)))))
    with client.application.test_request_context():
        awards = next(s for s in sections_of(session.get(Declaration, draft.id)) if s.key == "awards")
    told = [row[-1] for row in awards.rows] or [dict(card)["佐证材料"] for card in awards.cards]
    assert told[0] == "未关联佐证材料" and "证书.png" in told[1]
    key = session.scalars(select(Material)).one().file.key
    assert "</span> 获奖第 2 条：科技进步奖" in client.get(f"/file/{key}/view").get_data(as_text=True)
