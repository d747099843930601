"""An account that others have locked: it opens to whoever proves that it is his, and to nobody else."""

from __future__ import annotations

import itertools

import pyotp
import pytest
from sqlalchemy import select

from models.office.journal import JournalEntry
from tests.views.accounts.test_sign_in import GOOD
from views.screens.stay import BROWSER
from workflow.accounts import password, second_factor
from workflow.base import clock
from workflow.base import roles as r
from workflow.review.session import SESSION, seats_locked

HOME, OFFICE, STRANGER = "192.0.2.7", "198.51.100.9", "203.0.113.5"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def judge(make, session):
    account = make.account(r.EXPERT, username="judge7")
    account.password = password.hashed(GOOD)
    session.commit()
    return account


def enters(client, at, word=GOOD, **more):
    return client.post(
        "/login/", data={"username": "judge7", "password": word, **more}, environ_base={"REMOTE_ADDR": at}
    )


def locked_by_a_stranger(browser, session, judge):
    for _ in range(6):
        assert enters(browser(), STRANGER, "guess").status_code == 401
    session.refresh(judge)
    assert judge.locked_until is not None


def now():
    return int(clock.machine_now().replace(tzinfo=clock.PROVINCE).timestamp())


def test_a_browser_that_has_signed_in_opens_it_from_any_address(browser, session, judge):
    mine = browser()
    assert enters(mine, HOME).status_code == 302 and mine.get_cookie(BROWSER, path="/login/")
    mine.post("/logout/")
    locked_by_a_stranger(browser, session, judge)
    assert enters(browser(), OFFICE).status_code == 401, "a strange browser at a strange address"
    assert enters(mine, OFFICE).status_code == 302
    session.refresh(judge)
    assert judge.locked_until is not None, "for everybody else it stays shut"


def test_the_word_of_a_browser_is_no_key(browser, session, judge):
    mine = browser()
    enters(mine, HOME)
    mine.post("/logout/")
    for _ in range(5):
        assert enters(mine, STRANGER, "guess").status_code == 401
    assert enters(mine, STRANGER).status_code == 401, "five failures shut this browser too"


def test_password_and_code_together_open_it_from_anywhere(browser, session, judge):
    judge.totp_secret = SECRET
    locked_by_a_stranger(browser, session, judge)
    code = pyotp.TOTP(SECRET).at(now())
    assert 'name="code"' in enters(browser(), OFFICE).get_data(as_text=True)
    assert enters(browser(), OFFICE, "guess", code=code).status_code == 401
    assert enters(browser(), OFFICE, code="000000" if code != "000000" else "111111").status_code == 401
    client = browser()
    assert enters(client, OFFICE, code=code).status_code == 302
    session.refresh(judge)
    assert judge.locked_until is None and client.get("/account/").status_code == 200
    assert session.scalar(select(JournalEntry.id).where(JournalEntry.verb == "open_by_factor")) is not None
    locked_by_a_stranger(browser, session, judge)
    assert enters(browser(), "192.0.2.99", code=code).status_code == 401, "each code counts once"


PROOFS = list(itertools.product([True, False], repeat=4))


@pytest.mark.parametrize("word, code, machine, address", PROOFS)
def test_of_all_proofs_together_the_password_is_always_needed(browser, session, judge, word, code, machine, address):
    """The table of the whole kind: locked by others, it opens with the password and one proof of possession."""
    judge.totp_secret = SECRET
    session.commit()
    mine = browser()
    assert enters(mine, HOME).status_code == 302
    mine.post("/logout/")
    locked_by_a_stranger(browser, session, judge)
    given = {"code": pyotp.TOTP(SECRET).at(now())} if code else {}
    answer = enters(mine if machine else browser(), HOME if address else OFFICE, GOOD if word else "guess", **given)
    assert answer.status_code == (302 if word and (code or machine or address) else 401)


def test_in_the_room_the_office_lifts_the_lock_of_a_judge(make, as_, session):
    held = make.sitting("voting")
    chair = held.experts[0]
    account = make.account(r.EXPERT)
    chair.account_id = account.id
    uow = as_(held.office)
    assert seats_locked(uow, held.review) == []
    account.failed_logins, account.locked_until = 5, uow.now.replace(year=uow.now.year + 1)
    session.flush()
    ((member, code),) = seats_locked(uow, held.review)
    assert code not in (account.username, chair.person.name)
    SESSION.perform(uow, held.review, "unlock_member", member=member, reason="核对身份证")
    assert account.locked_until is None and seats_locked(uow, held.review) == []
    assert second_factor.step_of(SECRET, "x", 0) is None
