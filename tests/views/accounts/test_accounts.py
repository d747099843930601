"""The three administrators at their screens."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.accounts.account import Account
from models.office.journal import JournalEntry
from tests.conftest import NOON
from tests.owner import behind
from workflow.accounts import password
from workflow.base import roles as r


@pytest.fixture
def system_admin(browser, make):
    return browser(make.account(r.SYSTEM_ADMIN, username="root.admin"))


@pytest.fixture
def security_admin(browser, make):
    return browser(make.account(r.SECURITY_ADMIN, username="sec.admin"))


@pytest.fixture
def audit_admin(browser, make):
    return browser(make.account(r.AUDIT_ADMIN, username="audit.admin"))


def page_of(answer):
    return answer.get_data(as_text=True)


def shown_password(answer):
    return re.search(r'id="first-password">([^<]+)<', page_of(answer))[1]


def test_a_new_account_has_a_password_shown_once_and_no_role(system_admin, make, session):
    unit = make.organisation(name="长沙市第一中学")
    typed = {"username": "zhou.jie", "last_name": "周杰", "organisation": str(unit.id), "position": "经办人"}
    answer = system_admin.post("/accountscreen/add", data=typed)
    shown = shown_password(answer)
    account = session.scalar(select(Account).where(Account.username == "zhou.jie"))
    assert password.matches(account.password, shown) and account.must_change_password
    assert account.role_names == () and account.organisation_id == unit.id
    assert shown not in " ".join(session.scalars(select(JournalEntry.details)))
    assert shown not in page_of(system_admin.get(f"/accountscreen/show/{account.id}"))


def test_imported_accounts_get_their_first_passwords_as_a_sheet_once(system_admin, make, session):
    password.use_method("pbkdf2:sha256:1000")
    account = make.account(
        username="wang.wu", password=password.UNUSABLE, must_change_password=True, organisation=make.organisation()
    )
    session.commit()
    assert "wang.wu" in page_of(system_admin.get("/accountscreen/passwords"))
    answer = system_admin.post("/accountscreen/passwords")
    book = load_workbook(io.BytesIO(answer.data))
    row = [cell.value for cell in list(book.worksheets[0].iter_rows())[1]]
    session.refresh(account)
    assert row[0] == "wang.wu" and password.matches(account.password, row[3])
    again = system_admin.post("/accountscreen/passwords")
    assert again.status_code == 422 and "没有等待发放" in page_of(again)


def test_a_taken_user_name_is_told_at_its_field_and_nothing_typed_is_lost(system_admin, make):
    make.account(r.EXPERT, username="taken")
    answer = system_admin.post("/accountscreen/add", data={"username": "Taken", "last_name": "周杰"})
    assert answer.status_code == 422 and "已被使用" in page_of(answer) and "周杰" in page_of(answer)


def test_the_security_administrator_gives_and_takes_roles(security_admin, make, session):
    account = make.account(r.UNIT_OFFICER)
    session.commit()
    act = f"/accountscreen/act/{account.id}"
    assert security_admin.post(f"{act}/grant_role", data={"role": r.EXPERT}).status_code == 302
    session.refresh(account)
    assert r.EXPERT in account.role_names
    answer = security_admin.post(f"{act}/grant_role", data={"role": r.AUDIT_ADMIN})
    assert answer.status_code == 422
    assert security_admin.post(f"{act}/withdraw_role", data={"role": r.EXPERT}).status_code == 302
    session.refresh(account)
    assert account.role_names == (r.UNIT_OFFICER,)


def test_each_administrator_is_offered_only_his_own_verbs(system_admin, security_admin, make, session):
    account = make.account(r.UNIT_OFFICER)
    session.commit()
    show = f"/accountscreen/show/{account.id}"
    system, security = page_of(system_admin.get(show)), page_of(security_admin.get(show))
    assert "/reset_password" in system and "/grant_role" not in system
    assert "/grant_role" in security and "/reset_password" not in security
    assert security_admin.get("/accountscreen/add").status_code == 403
    assert system_admin.post(f"/accountscreen/act/{account.id}/grant_role", data={"role": r.LEADER}).status_code == 403


def test_a_reset_password_is_shown_once_and_ends_the_cookies_of_its_owner(system_admin, browser, make, session):
    account = make.account(r.UNIT_OFFICER)
    theirs = browser(account)
    answer = system_admin.post(f"/accountscreen/act/{account.id}/reset_password", data={})
    session.refresh(account)
    assert password.matches(account.password, shown_password(answer))
    assert theirs.get("/account/").status_code == 302


def test_disabling_asks_for_a_reason(system_admin, make, session):
    account = make.account(r.UNIT_OFFICER)
    session.commit()
    act = f"/accountscreen/act/{account.id}/disable"
    assert system_admin.post(act, data={"reason": ""}).status_code == 422
    assert system_admin.post(act, data={"reason": "调离"}).status_code == 302
    session.refresh(account)
    assert not account.active


def test_an_administrator_cannot_administer_himself_nor_the_system_account(system_admin, session, make):
    from models.accounts.account import SYSTEM_NAME

    me = session.scalar(select(Account).where(Account.username == "root.admin"))
    answer = system_admin.post(f"/accountscreen/act/{me.id}/reset_password", data={})
    assert answer.status_code == 422 and "另一名" in page_of(answer)
    robot = session.scalar(select(Account).where(Account.username == SYSTEM_NAME))
    assert system_admin.get(f"/accountscreen/show/{robot.id}").status_code == 404


def test_the_list_costs_a_fixed_number_of_statements(system_admin, make, session):
    from sqlalchemy import event

    def count():
        session.expire_all()
        seen = []
        engine = session.get_bind()
        listener = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        system_admin.get("/accountscreen/list/")
        event.remove(engine, "before_cursor_execute", listener)
        return len([statement for statement in seen if statement.startswith("SELECT")])

    make.account(r.EXPERT, r.LEADER, organisation=make.organisation())
    few = count()
    for _ in range(15):
        make.account(r.EXPERT, r.UNIT_OFFICER, organisation=make.organisation(), committee=make.committee())
    assert count() == few <= 16


def test_the_matrix_shows_what_is_granted(security_admin):
    page = page_of(security_admin.get("/roles/"))
    assert "账号管理" in page and all(role in page for role in r.ALL)


# --- the audit administrator --------------------------------------------------------------------------


def test_the_journal_is_read_in_the_words_of_the_office(audit_admin, browser, make):
    make.account(r.EXPERT, username="judge", password=password.hashed("Kestrel7#harbour"))
    browser().post("/login/", data={"username": "judge", "password": "Kestrel7#harbour"})
    page = page_of(audit_admin.get("/journal/list/"))
    assert "登录" in page and "judge" in page


def test_the_journal_has_no_form(audit_admin, session):
    assert audit_admin.get("/journal/add").status_code == 404
    assert audit_admin.post("/journal/delete/1").status_code == 404


def test_verification_says_how_many_entries_agree_and_is_journalled(audit_admin, session):
    assert "开始核验" in page_of(audit_admin.get("/journal/verify"))
    assert "审计日志完整" in page_of(audit_admin.post("/journal/verify"))
    newest = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert newest.verb == "verify_journal"


def test_verification_names_the_entry_that_was_tampered_with(audit_admin, session):
    audit_admin.post("/journal/verify")
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    behind(session, "UPDATE journal_entry SET details = '{}' WHERE id = :id", {"id": entry.id})
    page = page_of(audit_admin.post("/journal/verify"))
    assert "内容与封印不符" in page and f">{entry.seq}<" in page


def test_no_other_role_reads_the_journal(browser, make):
    for role in set(r.ALL) - {r.AUDIT_ADMIN}:
        assert browser(make.account(role)).get("/journal/list/").status_code == 403


def test_a_locked_account_is_shown_as_locked_and_unlocked(security_admin, make, session):
    from datetime import timedelta

    account = make.account(r.UNIT_OFFICER, failed_logins=5, locked_until=NOON.replace(year=2099) + timedelta(minutes=1))
    session.commit()
    assert "已锁定" in page_of(security_admin.get(f"/accountscreen/show/{account.id}"))
    assert security_admin.post(f"/accountscreen/act/{account.id}/unlock", data={}).status_code == 302
    session.refresh(account)
    assert account.locked_until is None


@pytest.mark.parametrize("role", [r.SYSTEM_ADMIN, r.SECURITY_ADMIN])
def test_nobody_reads_from_sign_ins_who_sits_in_a_session(browser, make, session, role):
    """A sign-in on the day of a session would name its experts (令40号 第二十三条)."""
    moment = NOON.replace(hour=8, minute=17)
    judge = make.account(r.EXPERT, username="judge.1", last_login=moment)
    clerk = make.account(r.UNIT_OFFICER, username="clerk.1", last_login=moment.replace(minute=43))
    session.commit()
    desk = browser(make.account(role))
    page = page_of(desk.get("/accountscreen/list/"))
    assert "08:43" in page and "08:17" not in page and "不显示" in page
    assert "08:17" not in page_of(desk.get(f"/accountscreen/show/{judge.id}"))
    assert "08:43" in page_of(desk.get(f"/accountscreen/show/{clerk.id}"))
    for column in ("last_login", "signed_in"):
        for order in (column, f"-{column}"):
            rows = page_of(desk.get(f"/accountscreen/list/?order={order}"))
            assert rows.index("clerk.1") < rows.index("judge.1"), "the order of the list says nothing of sign-ins"
