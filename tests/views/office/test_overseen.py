"""工作台: what one looks after besides his own desk, told by name, and never blank."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event, insert

from models.awards.publicity import Publicity, PublicityKind
from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind
from models.review.session import SessionState
from views.office.journal import UNUSUAL
from workflow.base import roles
from workflow.base.clock import province_now


def page_of(browser, account):
    return browser(account).get("/home/").get_data(as_text=True)


def test_a_county_is_told_which_units_below_have_sent_nothing_this_year(make, session, browser, engine):
    county = make.organisation(kind=NodeKind.DISTRICT)
    account = make.account(roles.DISTRICT_OFFICER, organisation=county)
    now = province_now(session)
    sent = make.organisation(superior=county, name="已经申报的单位")
    make.declaration(state=S.SUBMITTED, unit=sent, year=now.year, submitted_at=now)
    make.organisation(superior=county, name="某" * 100 + "单位", contact="贺子", telephone="0731-84900000")
    session.commit()
    client = browser(account)

    def statements():
        seen = []

        def note(connection, cursor, statement, *rest):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        page = client.get("/home/").get_data(as_text=True)
        event.remove(engine, "before_cursor_execute", note)
        return page, len(seen)

    client.get("/home/")
    page, few = statements()
    assert "某" * 100 + "单位" in page and "贺子，电话 0731-84900000" in page and "已经申报的单位" not in page
    for _ in range(12):
        make.organisation(superior=county)
    session.commit()
    client.get("/home/")
    page, many = statements()
    assert many == few and "共 13 项" in page.replace("\n  ", " ")


def test_a_unit_sees_until_when_its_posting_runs(make, session, browser):
    unit = make.organisation()
    today = province_now(session).date()
    session.add(
        Publicity(
            kind=PublicityKind.UNIT,
            title="推荐人选公示",
            organisation_id=unit.id,
            posted_on=today,
            starts_on=today,
            ends_on=today,
            place="公示栏",
            complaint_department="人事科",
            complaint_telephone="0731-84900000",
            handler="江淑",
        )
    )
    session.commit()
    page = page_of(browser, make.account(roles.UNIT_OFFICER, organisation=unit))
    assert "推荐人选公示" in page and "今天期满" in page


def test_the_province_is_told_of_nodes_that_nobody_has_confirmed(make, session, browser):
    office = make.organisation(kind=NodeKind.CITY)
    session.add(
        PathNode(
            kind=next(iter(PathKind)),
            organisation_id=office.id,
            node_kind=NodeKind.CITY,
            state=NodeState.PENDING,
            proposed_at=province_now(session),
        )
    )
    session.commit()
    page = page_of(browser, make.account(roles.HRSS_CONFIG))
    assert "待单位确认的节点" in page and "section=pending" in page


def test_a_vote_without_a_filing_past_its_term_is_named(make, session, browser):
    sitting = make.sitting(state=SessionState.SEALED, voted_on=province_now(session).date() - timedelta(days=60))
    session.commit()
    page = page_of(browser, make.account(roles.HRSS_AUDIT))
    assert sitting.plan.name in page and "未申请备案" in page


def test_who_looks_at_identity_numbers_all_day_is_named_to_the_auditor(make, session, browser):
    nosy, usual = make.account(roles.CITY_OFFICER), make.account(roles.CITY_OFFICER)
    blank = dict(role="", subject="declaration:1", details="{}", previous_seal="", seal="", mac="", chain=99)
    most = UNUSUAL["unmask_identity"][1]
    rows = [(nosy, n) for n in range(most + 1)] + [(usual, n + 1000) for n in range(most)]
    session.execute(
        insert(JournalEntry),
        [
            blank | dict(seq=n, at=province_now(session), actor_id=who.id, actor=who.username, verb="unmask_identity")
            for who, n in rows
        ],
    )
    session.commit()
    page = page_of(browser, make.account(roles.AUDIT_ADMIN))
    assert f"7 天内查看证件号码 {most + 1} 次" in page
    assert nosy.username in page and f"actor={usual.username}" not in page
