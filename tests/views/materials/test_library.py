"""成果库 over HTTP: entered once, found among two thousand, chosen into a draft."""

from __future__ import annotations

import io
import re
import time

import pytest
from sqlalchemy import select

from models.materials.library import LibraryEntry
from tests.conftest import NOON
from tests.workflow.storage.test_preview import drawing
from views.screens import seen
from workflow.base import roles


@pytest.fixture
def case(make, session, file_store):
    draft = make.declaration(batch=make.batch())
    account = make.account(roles.APPLICANT, person_id=draft.person_id)
    session.commit()
    return draft, account


def version(text, after=""):
    """The version that the forms of a page carry."""
    return re.search(rf'name="{seen.FIELD}" value="([^"]*)"', text[text.index(after) :]).group(1)


def test_an_entry_is_written_with_its_file_and_chosen_into_a_draft(case, browser, session):
    draft, account = case
    client = browser(account)
    answer = client.post("/library/new/awards", data={"name": "优质工程奖"})
    address = answer.location
    text = client.get(address).get_data(as_text=True)
    sent = {"do": "attach", "kind": "award", "no_secrets": "1", "file": (io.BytesIO(drawing((9, 9))), "证书.png")}
    answer = client.post(
        address, data=sent | {seen.FIELD: version(text)}, content_type="multipart/form-data", follow_redirects=True
    )
    assert "已上传“证书.png”" in answer.get_data(as_text=True)
    choosing = f"/library/choose/{draft.id}/awards"
    text = client.get(choosing).get_data(as_text=True)
    entry = session.scalars(select(LibraryEntry)).one()
    assert "优质工程奖" in text and "佐证 1 件" in text
    answer = client.post(choosing, data={"entry": entry.id, seen.FIELD: version(text)}, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "已选入 1 条" in text and "证书.png" in text
    client.post(address, data={"name": "国优", seen.FIELD: version(client.get(address).get_data(as_text=True))})
    text = client.get(f"/declare/{draft.id}/section/awards").get_data(as_text=True)
    assert "与成果库不同" in text and "国优" in text
    use = re.search(r'name="use" value="(\d+)"', text).group(1)
    answer = client.post(
        f"/library/adopt/{draft.id}/awards",
        data={"use": use, "do": "declaration", seen.FIELD: version(text, "与成果库不同")},
        follow_redirects=True,
    )
    text = answer.get_data(as_text=True)
    assert "申报内容已按成果库更新" in text and "与成果库不同" not in text


def test_what_cannot_be_read_stays_typed(case, browser, session):
    _draft, account = case
    answer = browser(account).post("/library/new/awards", data={"name": "奖", "awarded_on": "出生以前"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "出生以前" in text and session.scalars(select(LibraryEntry)).all() == []


def test_a_button_nobody_knows_keeps_what_was_typed(case, browser, session):
    _draft, account = case
    client = browser(account)
    address = client.post("/library/new/awards", data={"name": "优质工程奖"}).location
    mark = version(client.get(address).get_data(as_text=True))
    answer = client.post(address, data={"do": "true", "name": "奖", "awarded_on": "出生以前", seen.FIELD: mark})
    assert answer.status_code == 422 and "出生以前" in answer.get_data(as_text=True)


def test_two_thousand_entries_are_found_and_paged(case, browser, session):
    draft, account = case
    session.add_all(
        LibraryEntry(
            person_id=draft.person_id,
            section="awards" if n % 2 else "papers",
            name=f"成果{n:04d}",
            words=f"成果{n:04d} 100%",
            content={"name": f"成果{n:04d}"},
            print=f"{n}",
            changed_at=NOON,
        )
        for n in range(2000)
    )
    session.commit()
    client = browser(account)
    client.get("/library/")
    start = time.perf_counter()
    text = client.get("/library/").get_data(as_text=True)
    assert time.perf_counter() - start < 2
    assert "2000 条" in text and text.count(">修改</a>") == 25 and "第 1 / 80 页" in text
    text = client.get("/library/?q=成果0777").get_data(as_text=True)
    assert "成果0777" in text and text.count(">修改</a>") == 1
    assert "第 40 / 40 页" in client.get("/library/?section=awards&page=999999").get_data(as_text=True)
    assert client.get("/library/?q=%25_%27&page=x&section=nothing").status_code == 200
    assert "没有与" in client.get("/library/?q=没有这个").get_data(as_text=True)
    assert client.get(f"/library/choose/{draft.id}/awards?page=2").get_data(as_text=True).count('name="entry"') == 25


def test_the_declaration_of_before_is_taken_in_by_one_press(case, browser, session):
    draft, account = case
    draft.content.sections = {"awards": [{"name": "优质工程奖"}], "papers": [{"title": "论文"}]}
    session.commit()
    answer = browser(account).post(f"/library/take/{draft.id}", follow_redirects=True)
    assert "已收入 2 条" in answer.get_data(as_text=True)
