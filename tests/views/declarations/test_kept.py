"""Nothing typed is lost: 自动保存 while one types, two windows, a stay that has ended."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from workflow.base import roles
from workflow.declarations import content
from workflow.forms import form as forms


@pytest.fixture
def case(make):
    """A draft of its own account."""
    person = make.person()
    account = make.account(roles.APPLICANT, person=person)
    return make.declaration(state=S.DRAFT, person=person), account


@pytest.fixture
def filling(case, browser):
    """The applicant's window on one section: its address, and the edition that the page showed."""
    declaration, account = case
    client = browser(account)

    class Window:
        address = f"/declare/{declaration.id}/section/awards"

        def opened(self):
            page = client.get(self.address).get_data(as_text=True)
            self.seen = re.search(r'name="seen"\s+value="(\w*)"', page).group(1)
            return page

        def keeps(self, **typed):
            data = {"rows": 1, "seen": self.seen, **{f"0-{name}": value for name, value in typed.items()}}
            answer = client.post(f"{self.address}/keep", data=data)
            if answer.status_code == 200:
                self.seen = answer.json["seen"]
            return answer

        def saves(self, **typed):
            data = {"rows": 1, "seen": self.seen, **{f"0-{name}": value for name, value in typed.items()}}
            return client.post(self.address, data=data)

    window = Window()
    window.opened()
    return window


def awards(session, declaration):
    session.expire_all()
    return session.get_one(Declaration, declaration.id).content.sections.get("awards")


def test_what_is_typed_is_kept_without_a_button(case, filling, session):
    answer = filling.keeps(name="优质工程奖")
    assert answer.status_code == 200 and answer.json["at"]
    assert awards(session, case[0])[0]["name"] == "优质工程奖"


def test_what_is_wrong_so_far_is_kept_and_counted(case, filling, session):
    answer = filling.keeps(name="优质工程奖", awarded_on="昨天")
    assert answer.json["wrong"] == 1
    assert awards(session, case[0])[0]["awarded_on"] == "昨天"


def test_keeping_the_same_again_is_no_change(case, filling, session):
    filling.keeps(name="优质工程奖")
    entries = session.scalar(select(func.count()).select_from(JournalEntry))
    assert filling.keeps(name="优质工程奖").status_code == 200
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == entries


def test_a_second_window_is_told_and_shown_the_difference(case, filling, session):
    first = filling.seen
    filling.keeps(name="甲窗口填的奖")
    filling.seen = first
    answer = filling.keeps(name="乙窗口填的奖")
    assert answer.status_code == 409
    assert ["第 1 条 · 名称", "甲窗口填的奖", "乙窗口填的奖"] in answer.json["differences"]
    assert awards(session, case[0])[0]["name"] == "甲窗口填的奖"
    filling.seen = answer.json["seen"]  # 以本页填写的为准
    assert filling.keeps(name="乙窗口填的奖").status_code == 200
    assert awards(session, case[0])[0]["name"] == "乙窗口填的奖"


def test_the_button_of_a_second_window_shows_both_and_keeps_what_was_typed(case, filling, session):
    first = filling.seen
    filling.saves(name="甲窗口填的奖")
    filling.seen = first
    answer = filling.saves(name="乙窗口填的奖")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "不同之处" in page and "甲窗口填的奖" in page and 'value="乙窗口填的奖"' in page
    assert awards(session, case[0])[0]["name"] == "甲窗口填的奖"
    filling.seen = re.search(r'name="seen"\s+value="(\w*)"', page).group(1)
    assert filling.saves(name="乙窗口填的奖").status_code == 302
    assert awards(session, case[0])[0]["name"] == "乙窗口填的奖"


def test_the_same_typed_twice_meets_no_difference(filling):
    first = filling.seen
    filling.keeps(name="优质工程奖")
    filling.seen = first
    assert filling.saves(name="优质工程奖").status_code == 302


def test_without_the_edition_that_was_seen_nothing_is_kept(case, filling, session):
    filling.seen = ""
    answer = filling.keeps(name="优质工程奖")
    assert answer.status_code == 409 and "页面已过期" in answer.json["sentence"]
    assert awards(session, case[0]) is None


def test_what_was_submitted_is_kept_no_more(case, filling, session):
    case[0].state = S.SUBMITTED
    session.commit()
    answer = filling.keeps(name="优质工程奖")
    assert answer.status_code == 422 and "不能修改" in answer.json["sentence"]


def test_nobody_keeps_into_anothers_draft(filling, browser, make):
    stranger = browser(make.account(roles.APPLICANT, person=make.person()))
    assert stranger.post(f"{filling.address}/keep", data={"rows": 1, "0-name": "奖", "seen": ""}).status_code == 404


def test_whoever_presses_a_button_after_his_stay_comes_back_to_the_page(app, filling):
    answer = app.test_client().post(
        filling.address, data={"rows": 1}, headers={"Referer": f"http://localhost{filling.address}"}
    )
    assert answer.headers["Location"].endswith(f"/login/?next={filling.address}")


def test_a_page_of_another_site_is_no_way_back(app, filling):
    answer = app.test_client().post(filling.address, headers={"Referer": "https://elsewhere.example/declare/"})
    assert "elsewhere" not in answer.headers["Location"] and "declare" not in answer.headers["Location"]


def test_what_other_answers_call_for_is_there_and_folded(case, browser):
    declaration, account = case
    page = browser(account).get(f"/declare/{declaration.id}/section/declaring").get_data(as_text=True)
    folded = re.findall(r'data-when="[^"]+" hidden', re.sub(r"\s+", " ", page))
    assert folded


@pytest.mark.parametrize("section", [s for s in forms.form().sections if s.fields], ids=lambda s: s.key)
def test_blanks_and_absence_are_one_edition(section):
    blank = {f.key: "" for f in section.fields}
    assert content.same([{}] if section.repeated else {}, [blank] if section.repeated else blank)


@pytest.mark.parametrize("typed", ["昨天", "2023.9", "0203-01-01x"])
def test_a_date_that_is_none_stays_as_it_was_typed(case, browser, typed):
    declaration, account = case
    client = browser(account)
    address = f"/declare/{declaration.id}/section/awards"
    client.post(address, data={"rows": 1, "0-name": "奖", "0-awarded_on": typed})
    page = re.sub(r"\s+", " ", client.get(address).get_data(as_text=True))
    assert re.search(rf'name="0-awarded_on" value="{re.escape(typed)}" type="text"', page)
