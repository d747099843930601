"""工作台: as many questions, and as much work of the database, whatever lies elsewhere in the province or is settled.

What the database does is counted in the steps of SQLite's machine: the same on every computer, and telling of every
table and index that is read as a whole.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import event, func, insert, select

from models.awards.certificate import Certificate
from models.awards.filing import Filing, FilingState
from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityKind, PublicityState
from models.awards.truth import CertificateTruth
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as D
from models.office.journal import JournalEntry
from models.office.notice import Notice
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind
from models.review.plan import PlanState
from models.review.session import SessionState
from workflow.base import profile, reading, roles
from workflow.base.clock import province_now

#: Rows of each kind that are added; a statement that takes more steps more than this has looked at each of them.
FEW, MANY = 50, 500
ROLES = [role for role in roles.ALL if role != roles.LEADER]  # a leader's first page is the cockpit


@pytest.fixture
def province(make, session):
    """An office of every kind with its account, and one settled record of each kind elsewhere."""
    top = make.organisation(kind=NodeKind.PROVINCE, region_code="430000")
    city = make.organisation(kind=NodeKind.CITY, superior=top)
    place = {
        roles.CITY_OFFICER: city,
        roles.DISTRICT_OFFICER: make.organisation(kind=NodeKind.DISTRICT, superior=city),
        roles.BUREAU_OFFICER: make.organisation(kind=NodeKind.BUREAU, superior=top),
    }
    place[roles.UNIT_OFFICER] = make.organisation(superior=place[roles.DISTRICT_OFFICER])
    make.organisation(superior=place[roles.DISTRICT_OFFICER], name="尚未申报的单位")
    accounts = {}
    for role in ROLES:
        if role == roles.APPLICANT:
            accounts[role] = make.account(role, person=make.person())
        elif role == roles.COMMITTEE_OFFICE:
            accounts[role] = make.account(role, committee=make.committee())
        else:
            accounts[role] = make.account(role, organisation=place.get(role, top))
    accounts[roles.EXPERT] = make.expert().account_id and make.sitting(state=SessionState.SEALED).judges[0]
    session.commit()
    return accounts, place


def more(session, record, count, **different):
    """Many copies of a record, past everything; what must differ is given by its number."""
    table = record.__table__
    row = dict(session.execute(select(table).where(table.c.id == record.id)).mappings().one())
    first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    session.connection().execute(
        insert(table),
        [row | {"id": first + n} | {name: of(first + n) for name, of in different.items()} for n in range(count)],
    )
    return range(first, first + count)


@pytest.fixture
def settled(make, session, province):
    """`settled(count)` adds many records of every kind of which nothing waits for anybody here."""
    accounts, place = province
    now = province_now(session)
    today, long_ago = now.date(), now - timedelta(days=1000)
    away = make.organisation(kind=NodeKind.CITY)
    here = place[roles.CITY_OFFICER], place[roles.DISTRICT_OFFICER]
    sitting = make.sitting(state=SessionState.ARCHIVED, voted_on=long_ago.date())
    sitting.plan.state = PlanState.ARCHIVED
    cases = [
        make.declaration(state=state, position=2, route=route, submitted_at=now, **given)
        for state, route, given in (
            (
                D.ISSUED,
                here[::-1],
                {
                    "batch": make.batch(committee=accounts[roles.COMMITTEE_OFFICE].committee),
                    "reached_committee_at": now,
                    "filed_on": today,
                },
            ),
            (D.ISSUED, here[::-1], {"unit": place[roles.UNIT_OFFICER], "filed_on": today}),
            (D.IN_REVIEW, (away, away), {"plan_id": sitting.plan.id}),
            (D.PASSED, (away, away), {"plan_id": sitting.plan.id}),
            (D.UNDER_AUDIT, (away, away), {}),
            (D.RETURNED, (away, away), {"due_on": today + timedelta(days=3)}),
        )
    ]
    used = make.account(
        roles.UNIT_OFFICER, organisation=make.organisation(), last_login=long_ago, locked_until=long_ago
    )
    person = make.person()
    applicant = make.account(roles.APPLICANT, person=person, last_login=long_ago)
    held = dict(kind=PathKind.SENIOR, node_kind=NodeKind.CITY, state=NodeState.CONFIRMED, proposed_at=now)
    blank = dict(
        role="", subject="declaration:1", details="{}", previous_seal="", seal="", mac="", actor_id=1, actor="a"
    )
    notice = dict(title="已读", text="已读", at=long_ago, read_at=long_ago)
    day = dict(posted_on=long_ago.date(), starts_on=long_ago.date(), ends_on=long_ago.date())
    to = dict(place="公示栏", complaint_department="人事科", complaint_telephone="1", handler="江淑")
    posted = dict(kind=PublicityKind.UNIT, title="公示", state=PublicityState.CLOSED, **day, **to)
    # fmt: off
    paper = dict(
        number="1", token="1", declaration_id=cases[0].id, person_id=cases[0].person_id, holder_name="张", unit_name="甲",
        series_name="工程", title_name="工程师", level_name="中级", way_name="评审", body_name="评委会", issuer_name="厅",
        document="1号", obtained_on=today, issued_at=now,
    )
    # fmt: on
    records = {
        "node": PathNode(organisation_id=away.id, **held),
        "posting": Publicity(organisation_id=away.id, **posted),
        "objection": Objection(
            declaration_id=cases[0].id, text="异议", registered_at=long_ago, state=ObjectionState.ANSWERED
        ),
        "filing": Filing(
            plan_id=sitting.plan.id, application_number="1", summary="无", applied_on=today, state=FilingState.APPROVED
        ),
        "truth": CertificateTruth(number="1", told=1, sent=1),
        "certificate": Certificate(**paper),
        "told": [
            Notice(account_id=accounts[roles.CITY_OFFICER].id, **notice),
            Notice(organisation_id=place[roles.CITY_OFFICER].id, **notice),
            Notice(committee_id=accounts[roles.COMMITTEE_OFFICE].committee_id, **notice),
            Notice(role=roles.HRSS_AUDIT, **notice),
        ],
        "entries": [
            JournalEntry(chain=99, seq=n, at=at, verb=verb, **blank)
            for n, (at, verb) in enumerate(((now, "sign_in"), (long_ago, "export"), (long_ago, "unmask_identity")))
        ],
    }
    for record in records.values():
        session.add_all(record if isinstance(record, list) else [record])
    session.commit()

    def add(count):
        for case in cases:
            keys = more(session, case, count, number="T9-{}".format)
            contents = iter(keys)
            more(session, case.content, count, declaration_id=lambda n, of=contents: next(of))
            steps = session.execute(select(RouteStep.__table__).where(RouteStep.declaration_id == case.id)).mappings()
            rows = [dict(step) | {"declaration_id": key, "id": None} for step in steps.all() for key in keys]
            session.connection().execute(
                insert(RouteStep.__table__), [{k: v for k, v in row.items() if k != "id"} for row in rows]
            )
        first = cases[-1].id
        reading.fill(session, Declaration.id > first)
        profile.fill(session, Declaration.id > first)
        people = iter(more(session, person, count, id_index=lambda n: str(n).encode()))
        named = dict(username="x{}".format, email="x{}@example.cn".format)
        keys = (
            more(session, used, count, **named),
            more(session, applicant, count, person_id=lambda n: next(people), **named),
        )
        held = [
            {"user_id": key, "role_id": of.roles[0].id}
            for of, made in zip((used, applicant), keys, strict=True)
            for key in made
        ]
        session.connection().execute(insert(assoc_user_role), held)
        more(session, used.organisation, count, code="9143{:014d}".format)
        plans = more(session, sitting.plan, count, number="P9-{}".format)
        for record in (sitting.review, records["filing"]):
            of = iter(plans)
            more(session, record, count, plan_id=lambda n, of=of: next(of))
        for record in (records["node"], records["posting"], records["objection"], *records["told"]):
            more(session, record, count)
        more(session, records["truth"], count, number="{}".format)
        more(session, records["certificate"], count, number="{}".format, token="{}".format)
        for record in records["entries"]:
            more(session, record, count, seq=lambda n: n)
        session.commit()

    return add


class Seen:
    """The statements of a page, and the steps of SQLite's machine in each."""

    def __init__(self, engine):
        self.engine, self.statements = engine, []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._before)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._before)
        self.raw.set_progress_handler(None, 0)

    def _before(self, connection, cursor, statement, parameters, context, many):
        self.raw = connection.connection.driver_connection
        self.statements.append([statement, 0])
        self.raw.set_progress_handler(self._step, 10)

    def _step(self):
        self.statements[-1][1] += 10
        return 0

    @property
    def steps(self):
        return sum(steps for _statement, steps in self.statements)


def looked(client, engine):
    client.get("/home/")  # settings and the calendar are read once after a change
    with Seen(engine) as seen:
        assert client.get("/home/").status_code == 200
    return seen


def test_no_workbench_grows_by_what_is_settled_or_lies_elsewhere(province, settled, browser, engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("steps are counted on SQLite; the benchmarks hold PostgreSQL")
    clients = {role: browser(account) for role, account in province[0].items()}
    settled(FEW)
    before = {role: looked(client, engine) for role, client in clients.items()}
    settled(MANY)
    after = {role: looked(client, engine) for role, client in clients.items()}
    assert {role: len(seen.statements) for role, seen in before.items()} == {
        role: len(seen.statements) for role, seen in after.items()
    }, "the number of questions depends on how much there is"
    grown = [
        f"{role}: {few} → {steps} steps in {text}"
        for role, seen in after.items()
        for (text, few), (_text, steps) in zip(before[role].statements, seen.statements, strict=True)
        if steps > few + MANY
    ]
    assert not grown, "\n".join(grown)
