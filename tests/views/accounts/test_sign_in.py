"""Signing in, staying and leaving, as a browser sees it."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from models.accounts.sign_in import SignIn
from models.office.journal import JournalEntry
from workflow.accounts import password, second_factor
from workflow.accounts import sign_in as signing
from workflow.base import clock
from workflow.base import roles as r

GOOD, BETTER = "Kestrel7#harbour", "Lantern9#meadows"


@pytest.fixture
def officer(app, make, session):
    return make.account(r.UNIT_OFFICER, username="zhang.san", password=password.hashed(GOOD))


@pytest.fixture
def production(app, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", False)
    return app


@pytest.fixture
def machine(monkeypatch):
    """A clock of the database that the test moves."""

    class Machine:
        now = clock.machine_now()

        def later(self, **by):
            self.now += timedelta(**by)

    machine = Machine()
    monkeypatch.setattr(clock, "database_now", lambda session: machine.now)
    return machine


def sign_in(client, username="zhang.san", word=GOOD, **more):
    return client.post("/login/", data={"username": username, "password": word, **more})


def cookie_of(app, client):
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value


def replay(app, value):
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
    return thief.get("/account/")


def verbs(session):
    return session.scalars(select(JournalEntry.verb).order_by(JournalEntry.chain, JournalEntry.seq)).all()


def test_the_right_password_opens_the_workbench_and_is_journalled(browser, officer, session):
    client = browser()
    answer = sign_in(client)
    assert answer.status_code == 302 and client.get("/account/").status_code == 200
    assert "sign_in" in verbs(session)


def test_unknown_wrong_locked_and_stopped_are_told_the_same(browser, officer, make):
    make.account(r.EXPERT, username="stopped", password=password.hashed(GOOD), active=False)
    client = browser()
    pages = [
        sign_in(client, name, word).get_data(as_text=True)
        for name, word in (("nobody", GOOD), ("zhang.san", "x"), ("stopped", GOOD))
    ]
    assert all(signing.WRONG in page for page in pages)


def test_the_cookie_before_signing_in_is_not_the_one_after(app, browser, officer):
    client = browser()
    with client.session_transaction() as planted:
        planted["planted"] = "by a stranger"
    before = cookie_of(app, client)
    sign_in(client)
    assert cookie_of(app, client) != before
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_each_sign_in_has_a_stay_of_its_own(browser, officer, session):
    for _ in range(2):
        sign_in(browser())
    assert len(session.scalars(select(SignIn).where(SignIn.account_id == officer.id)).all()) == 2


def test_a_judge_has_one_stay_at_a_time(browser, make):
    make.account(r.EXPERT, username="judge", password=password.hashed(GOOD))
    first, second = browser(), browser()
    sign_in(first, "judge")
    assert first.get("/account/").status_code == 200
    sign_in(second, "judge")
    assert (first.get("/account/").status_code, second.get("/account/").status_code) == (302, 200)


def test_a_stay_ends_after_idling_staff_sooner_than_applicants(browser, make, machine):
    staff, applicant = make.account(r.UNIT_OFFICER), make.account(r.APPLICANT)
    clients = browser(staff), browser(applicant)
    machine.later(minutes=14)
    assert [c.get("/account/").status_code for c in clients] == [200, 200]
    machine.later(minutes=16)
    assert [c.get("/account/").status_code for c in clients] == [302, 200]
    machine.later(minutes=31)
    assert clients[1].get("/account/").status_code == 302


def test_a_stay_ends_after_eight_hours_however_busy(browser, make, machine):
    client = browser(make.account(r.UNIT_OFFICER))
    for _ in range(48):
        assert client.get("/account/").status_code == 200
        machine.later(minutes=10)
    machine.later(seconds=1)
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "asked", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/logout/"]
)
def test_nobody_is_sent_to_another_house(browser, officer, asked):
    target = sign_in(browser(), next=asked).headers["Location"]
    assert "evil" not in target and "javascript" not in target and target != "/logout/"


def test_one_is_sent_where_one_wanted_to_go(browser, officer):
    client = browser()
    asked = client.get("/password/").headers["Location"]
    assert asked == "/login/?next=/password/"
    assert sign_in(client, next="/password/").headers["Location"] == "/password/"


def test_a_link_signs_nobody_out(browser, make):
    client = browser(make.account(r.EXPERT))
    client.get("/logout/")
    assert client.get("/account/").status_code == 200


def test_signing_out_clears_what_the_browser_kept(browser, make):
    answer = browser(make.account(r.EXPERT)).post("/logout/")
    assert "storage" in answer.headers["Clear-Site-Data"]


def test_the_old_password_is_asked_for_and_guessing_it_locks(browser, officer, session):
    client = browser()
    sign_in(client)
    for _ in range(5):
        client.post("/password/", data={"old": "guess", "password": BETTER, "again": BETTER})
    session.refresh(officer)
    assert officer.locked_until is not None
    assert client.get("/account/").status_code == 302


def test_what_is_wrong_with_the_new_password_stands_at_its_field(browser, officer):
    client = browser()
    sign_in(client)
    page = client.post("/password/", data={"old": GOOD, "password": BETTER, "again": "other"}).get_data(as_text=True)
    assert "两次输入的新密码不一致" in page
    page = client.post("/password/", data={"old": GOOD, "password": GOOD, "again": GOOD})
    assert page.status_code == 422 and "最近 5 次" in page.get_data(as_text=True)


def test_only_a_demonstration_shows_its_accounts(app, browser, make, monkeypatch):
    from workflow.accounts import accounts

    make.account(r.LEADER, username="leader1", email="leader1" + accounts.DEMO_MAIL)
    assert "leader1" in browser().get("/login/").get_data(as_text=True)
    monkeypatch.setitem(app.config, "DEMO", False)
    page = browser().get("/login/").get_data(as_text=True)
    assert "leader1" not in page and app.config["DEMO_PASSWORD"] not in page


# --- production: first passwords and the second factor -------------------------------------------------


def test_a_first_password_leads_only_to_changing_it(production, browser, make):
    client = browser(make.account(r.APPLICANT, must_change_password=True))
    assert client.get("/account/").headers["Location"] == "/password/"
    assert client.get("/password/").status_code == 200


def test_a_password_of_ninety_one_days_leads_only_to_changing_it(production, browser, make):
    old = clock.machine_now() - timedelta(days=91)
    client = browser(make.account(r.UNIT_OFFICER, password_set_at=old))
    assert client.get("/account/").headers["Location"] == "/password/"


@pytest.mark.parametrize(
    "role, factor, lands",
    [(r.EXPERT, False, 302), (r.EXPERT, True, 200), (r.SUPERVISOR, False, 302), (r.APPLICANT, False, 200)],
)
def test_staff_need_the_second_factor_and_applicants_do_not(production, app, make, session, role, factor, lands):
    from tests.sign_in import sign_in_for_test

    account = make.account(role)
    session.commit()
    client = sign_in_for_test(app, app.test_client(), account, second_factor=factor)
    assert client.get("/account/").status_code == lands


def test_staff_enrol_their_authenticator_and_use_it_the_next_time(production, browser, officer, session, machine):
    client = browser()
    sign_in(client)
    page = client.get("/second-factor/").get_data(as_text=True)
    key = session.scalars(select(SignIn.key).where(SignIn.account_id == officer.id)).one()
    secret = second_factor.pending_secret(key)
    assert secret in page and "data:image/svg+xml" in page
    totp = pyotp.TOTP(secret)

    def code():
        return totp.at(int(machine.now.replace(tzinfo=clock.PROVINCE).timestamp()))

    assert client.post("/second-factor/", data={"code": "000000" if code() != "000000" else "1"}).status_code == 422
    first = code()
    assert client.post("/second-factor/", data={"code": first}).status_code == 302
    assert client.get("/account/").status_code == 200

    again = browser()
    sign_in(again)
    assert secret not in again.get("/second-factor/").get_data(as_text=True)
    assert again.post("/second-factor/", data={"code": first}).status_code == 422  # used already
    machine.later(seconds=30)
    assert again.post("/second-factor/", data={"code": code()}).status_code == 302
    assert again.get("/account/").status_code == 200


def test_the_secret_of_the_authenticator_is_sealed_in_the_database(make, session):
    from sqlalchemy import text

    account = make.account(r.EXPERT, totp_secret="JBSWY3DPEHPK3PXP")
    kept = session.execute(text("SELECT totp_secret FROM ab_user WHERE id = :id"), {"id": account.id}).scalar_one()
    assert b"JBSWY3DP" not in bytes(kept)


# --- registering ---------------------------------------------------------------------------------------


def test_an_applicant_registers_and_signs_in(browser, make, session):
    from tests.factories import id_number

    client, number = browser(), id_number(640, "19770707")
    typed = dict(name="陈静", id_kind="resident", id_number=number, phone="13812345678", password=GOOD, again=GOOD)
    page = client.post("/register/", data=typed)
    assert page.status_code == 422 and "个人信息处理规则" in page.get_data(as_text=True)
    assert "13812345678" in page.get_data(as_text=True) and GOOD not in page.get_data(as_text=True)
    assert client.post("/register/", data=typed | {"agreed": "1"}).status_code == 302
    assert sign_in(client, number).status_code == 302
    page = client.get("/account/").get_data(as_text=True)
    assert "陈静" in page and number not in page and "13812345678" not in page
    again = browser().post("/register/", data=typed | {"agreed": "1"})
    assert again.status_code == 422 and "可能已有账号" in again.get_data(as_text=True)


def test_no_identity_number_reaches_the_journal(browser, session):
    from tests.factories import id_number

    number = id_number(641, "19770707")
    typed = dict(
        name="陈静", id_kind="resident", id_number=number, phone="13812345678", password=GOOD, again=GOOD, agreed="1"
    )
    browser().post("/register/", data=typed)
    told = " ".join(f"{e.actor} {e.subject} {e.details}" for e in session.scalars(select(JournalEntry)))
    assert "register_person" in verbs(session) and number not in told and "13812345678" not in told


def test_the_rules_page_says_what_the_parameters_say(browser, session):
    from models.office.setting import Setting

    session.add(Setting(name="password_min_length", value="15"))
    session.commit()
    for path in ("/register/rules/", "/register/"):
        assert "至少 15 位" in browser().get(path).get_data(as_text=True)
