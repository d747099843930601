"""证书公开查验 without an account, and the demo clock with any account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.accounts.sign_in import AddressDelay
from models.awards.certificate import CertificateState as K
from models.office.setting import DemoClock
from tests.conftest import NOON
from tests.owner import behind
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from tests.workflow.awards.test_certificate import Desk
from workflow.accounts import budget, sign_in
from workflow.awards import certificate as certificates
from workflow.awards.certificate import CERTIFICATE
from workflow.base import roles

pytestmark = pytest.mark.usefixtures("noon")
NONE_SUCH = "没有查到符合的证书"


@pytest.fixture
def issued(make, as_, session):
    desk = Desk(make, as_)
    person = make.person(name="欧阳建国")
    declaration = desk.filed(person=person)
    desk.generate(1, 1)
    made = certificates.issue(desk.uow(), [declaration], desk.issuer)[0]
    session.commit()
    made.desk = desk
    return made


@pytest.fixture
def public(browser):
    return browser()


def asked(issued, **other):
    person = issued.declaration.person
    return {"number": issued.number, "name": person.name, "id_tail": person.id_number[-4:]} | other


def test_number_name_and_tail_show_the_certificate_masked(public, issued):
    assert "职称证书查验" in page_of(public.get("/verify/"))
    page = page_of(public.post("/verify/", data=asked(issued)))
    assert "有效" in page and issued.title_name in page and "欧***" in page
    assert issued.declaration.person.id_number not in page


def test_the_code_of_the_paper_shows_it_as_well(public, issued):
    page = page_of(public.get(f"/verify/{issued.token}"))
    assert issued.number in page and "欧阳建国" not in page


@pytest.mark.parametrize("other", [{"number": "A08261000000009999"}, {"name": "欧阳建民"}, {"id_tail": "0000"}])
def test_whatever_is_wrong_the_answer_is_the_same_and_what_was_typed_stays(public, issued, other):
    answer = public.post("/verify/", data=asked(issued, **other))
    page = page_of(answer)
    assert answer.status_code == 404 and NONE_SUCH in page and issued.title_name not in page
    assert f'value="{next(iter(other.values()))}"' in page


def test_a_wrong_code_is_answered_alike_whatever_it_looks_like(public):
    for token in ("0" * 32, "x", "%00", "a" * 500):
        assert public.get(f"/verify/{token}").status_code == 404


def test_revoked_and_replaced_certificates_say_so(public, issued, session):
    issued.declaration.unit.name = "更名单位"
    corrected = issued.desk.changed(issued)
    session.commit()
    page = page_of(public.get(f"/verify/{issued.token}"))
    assert "已更正换发" in page and "同一编号的第 2 版" in page
    CERTIFICATE.perform(
        issued.desk.uow(), corrected, "revoke", reason="造假", document="湘〔2026〕1号", blacklist_kind="forgery"
    )
    session.commit()
    page = page_of(public.post("/verify/", data=asked(issued)))
    assert "已撤销" in page and "已失效" in page and corrected.state == K.REVOKED
    page = page_of(public.get(f"/verify/{issued.token}"))
    assert "已撤销" in page and "已更正" not in page, "the paper of the first edition tells it as well"


def test_who_keeps_guessing_waits_but_can_still_sign_in(public, issued, session):
    for n in range(sign_in.FREE_FAILURES + 1):  # each number once: of one there are fewer a day
        public.post("/verify/", data=asked(issued, number=f"A0826100000000{5000 + n}"))
    answer = public.post("/verify/", data=asked(issued))
    assert answer.status_code == 429 and "查询过于频繁" in page_of(answer)
    assert sign_in.wait_seconds(session, "127.0.0.1") == 0
    assert session.get(AddressDelay, "verify:127.0.0.1").failures > sign_in.FREE_FAILURES


def test_an_incomplete_question_is_not_counted(public, session):
    assert public.post("/verify/", data={"number": "A"}).status_code == 422
    assert session.get(AddressDelay, "verify:127.0.0.1") is None


def test_a_certificate_has_a_budget_of_wrong_questions_a_day_from_wherever_they_come(app, public, issued, session):
    def ask(n, **other):
        return public.post(
            "/verify/", data=asked(issued, **other), environ_overrides={"REMOTE_ADDR": f"10.0.{n // 200}.{n % 200}"}
        )

    for n in range(budget.VERIFICATIONS):
        assert ask(n, id_tail=f"{n:04}").status_code == 404
        assert ask(n).status_code == 200 or n == budget.VERIFICATIONS - 1, "a right answer costs nothing"
    answer = ask(999)
    assert answer.status_code == 429 and "今天不再受理" in page_of(answer) and issued.title_name not in page_of(answer)
    for row in session.scalars(select(AddressDelay)):  # quiet minutes
        row.last_at -= timedelta(minutes=min(40, row.last_at.hour * 60 + row.last_at.minute))
    session.commit()
    assert ask(998).status_code == 429
    assert public.get(f"/verify/{issued.token}").status_code == 200, "the code of the paper is no guess"
    for row in session.scalars(select(AddressDelay)):
        row.last_at -= timedelta(days=1)
    session.commit()
    assert ask(997).status_code == 200


def test_a_number_that_does_not_exist_has_the_same_budget(public):
    typed = {"number": "A08261000000009999", "name": "张三", "id_tail": "0000"}
    answers = [
        public.post("/verify/", data=typed, environ_overrides={"REMOTE_ADDR": f"10.1.0.{n}"}).status_code
        for n in range(budget.VERIFICATIONS + 1)
    ]
    assert answers == [404] * budget.VERIFICATIONS + [429]


# -- 演示时钟 -------------------------------------------------------------------------------------------


def test_any_account_of_the_demo_moves_the_clock_forward_and_sees_it_in_the_head(browser, make):
    today = NOON.date()
    applicant = browser(make.account(roles.APPLICANT))
    page = page_of(applicant.get("/demo-clock/"))
    assert "演示时钟" in page and str(today) in page
    later = today + timedelta(days=9)
    assert applicant.post("/demo-clock/", data={"to": f"{later}T09:30"}).status_code == 302
    assert str(later) in page_of(applicant.get("/demo-clock/"))
    answer = applicant.post("/demo-clock/", data={"to": f"{today}T09:30"})
    assert answer.status_code == 422 and "只能向前拨" in page_of(answer) and f'value="{today}T09:30"' in page_of(answer)
    answer = applicant.post("/demo-clock/", data={"to": "yesterday"})
    assert answer.status_code == 422 and "不是有效的日期时间" in page_of(answer)


def test_without_an_account_and_outside_the_demo_there_is_no_clock(browser, make, app, session):
    assert browser().get("/demo-clock/").status_code == 302
    offset = session.scalar(select(DemoClock.offset_seconds))
    officer = browser(make.account(roles.UNIT_OFFICER))
    app.config["DEMO"] = False
    try:
        assert officer.post("/demo-clock/", data={"to": "2026-06-01T09:00"}).status_code in (302, 404)
    finally:
        app.config["DEMO"] = True
    assert session.scalar(select(DemoClock.offset_seconds)) == offset


@pytest.mark.parametrize("column", ["holder_name", "title_name", "level_name", "obtained_on", "document"])
def test_a_certificate_changed_behind_the_product_is_refused_at_once(public, issued, session, column):
    assert public.get(f"/verify/{issued.token}").status_code == 200
    value = "2020-01-01" if column == "obtained_on" else "李鬼"
    behind(session, f"UPDATE certificate SET {column} = :v WHERE id = :id", {"v": value, "id": issued.id})
    answer = public.get(f"/verify/{issued.token}")
    assert answer.status_code == 422 and "与封存的内容不符" in page_of(answer)


def test_a_certificate_put_in_behind_the_product_is_refused_at_once(public, issued, session):
    names = [
        column.name
        for column in certificates.Certificate.__table__.columns
        if column.name not in ("id", "token", "number")
    ]
    told = ", ".join(names)
    behind(
        session,
        f"INSERT INTO certificate (id, token, number, {told}) SELECT 99999, :t, 'A08261999999990001', {told}"
        " FROM certificate WHERE id = :id",
        {"t": "f" * 32, "id": issued.id},
    )
    answer = public.get(f"/verify/{'f' * 32}")
    assert answer.status_code == 422 and "与封存的内容不符" in page_of(answer)
