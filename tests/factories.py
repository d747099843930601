"""`make.declaration(state=...)`: the smallest valid object, with what the test cares about."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from types import SimpleNamespace

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from models.accounts.account import Account
from models.accounts.charter import PLAYS, RoleAbility, RoleCharter
from models.awards.certificate import Certificate
from models.awards.truth import CertificateTruth
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Specialty, Title, TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.committees.expert import Expert, ExpertState
from models.declarations.declaration import Declaration, DeclarationContent, DeclarationState, RouteStep
from models.declarations.standing import UNOPENED, Ending, Holder, states
from models.paths.path import Way
from models.register.organisation import NodeKind, Organisation, UnitNature
from models.register.person import Person
from models.review.ballot import Poll
from models.review.draw import Draw, DrawState
from models.review.plan import Plan, PlanNeed, PlanState, ScoreItem
from models.review.session import Member, ReviewSession
from workflow.base import roles
from workflow.declarations import content
from workflow.register import name_index

_numbers = count(1)
#: States in which the unit has posted nothing, or nobody knows.
NOT_POSTED = {*UNOPENED, DeclarationState.UNIT_REVIEW, *states(holder=Holder.RETURNING), *states(ending=Ending.REFUSED)}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n: int, born: str = "19900101") -> str:
    """A fictitious identity number with a valid check digit (GB 11643)."""
    body = f"430102{born}{n % 1000:03d}"
    rest = sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


class Make:
    """Factories bound to one session; every `make.x` is flushed, so it has an id."""

    def __init__(self, session):
        self.session = session

    def role(self, name):
        return self.session.scalar(select(Role).filter_by(name=name)) or self._add(Role, {}, name=name)

    def charter(self, name):
        """The charter of a standing role, as bootstrap leaves it."""
        role = self.role(name)
        return role.charter or self._add(RoleCharter, {}, role=role)

    def made_role(self, name, *capacities, ticked=(), **given):
        """The charter of a role made by the office, as it lies in the database."""
        lines = [RoleAbility(name=f"{PLAYS}{c}") for c in capacities] + [RoleAbility(name=key) for key in ticked]
        return self._add(RoleCharter, given, role=self.role(name), made=True, abilities=lines)

    def person(self, **given):
        n = next(_numbers)
        born = f"19{60 + (n // 1000) % 38:02d}0101"
        return self._add(Person, given, name=f"张{n}", id_number=id_number(n, born), sex="男", phone=f"138{n:08d}")

    def organisation(self, kind=NodeKind.UNIT, **given):
        n = next(_numbers)
        made = self._add(
            Organisation,
            given,
            kind=kind,
            code=f"1243{n:014d}",
            name=f"第{n}单位",
            region_code="430102",
            nature=UnitNature.INSTITUTION,
        )
        name_index.enter(self.session, made.id, made.name, made.pinyin)
        return made

    unit = organisation

    def account(self, *roles, **given):
        n = next(_numbers)
        return self._add(
            Account,
            given,
            first_name=f"{n}",
            last_name="李",
            username=f"u{n}",
            email=f"u{n}@example.cn",
            password="-",
            active=True,
            roles=[self.role(name) for name in roles],
        )

    def head(self, account):
        """The 负责人 of the desk at which that account works, beside it."""
        self.session.flush()
        place = {"organisation_id": account.organisation_id, "committee_id": account.committee_id}
        return self.account(*account.role_names, position="负责人", **place)

    def series(self, name="工程技术人员"):
        found = self.session.scalar(select(Series).filter_by(name=name))
        return found or self._add(Series, {}, name=name, number=next(_numbers) % 9000 + 100, certificate_code="08")

    def title(self, level=TitleLevel.ASSOCIATE_SENIOR, series=None, **given):
        series = series or self.series()
        found = None if given else self.session.scalar(select(Title).filter_by(series_id=series.id, level=level))
        return found or self._add(Title, given, series=series, level=level, name=f"职称{next(_numbers)}")

    def specialty(self, series=None, **given):
        n = next(_numbers)
        return self._add(Specialty, given, series=series or self.series(), code=f"T{n}", name=f"专业{n}")

    def committee(self, **given):
        n = next(_numbers)
        given.setdefault("series", None) or given.update(series=self.series())
        return self._add(
            Committee,
            given,
            name=f"第{n}高评会",
            level="senior",
            account_name=f"committee-{n}",
            size=25,
            valid_from=date(2025, 1, 1),
            valid_to=date(2027, 12, 31),
            state=CommitteeState.APPROVED,
        )

    def batch(self, committee=None, **given):
        n = next(_numbers)
        if "office" not in given and "office_id" not in given:
            given["committee"] = committee or self.committee()
        return self._add(
            Batch,
            given,
            year=2026,
            name=f"2026 年第{n}批",
            opens_on=date(2026, 4, 1),
            closes_on=date(2026, 8, 31),
            correction_on=date(2026, 9, 18),
            audit_on=date(2026, 9, 28),
            evidence_on=date(2026, 9, 28),
            vote_on=date(2026, 12, 24),
            state=BatchState.PUBLISHED,
        )

    def declaration(self, state=DeclarationState.DRAFT, **given):
        """A declaration of a person of a unit to a committee; `route` gives the auditing organisations."""
        n = next(_numbers)
        batch = given.pop("batch", None) or self.batch(committee=given.get("committee"))
        unit = given.pop("unit", None) or self.organisation()
        person = given.pop("person", None) or self.person()
        title = given.pop("title", None) or self.title()
        route = given.pop("route", ())
        declaration = self._add(
            Declaration,
            given,
            number=f"T2026-{n:06d}",
            year=batch.year,
            batch=batch,
            way=Way.REVIEW,
            person=person,
            applicant_name=person.name,
            unit=unit,
            region_code=unit.region_code,
            series=title.series,
            title=title,
            level=title.level,
            committee=batch.committee,
            office=batch.office,
            state=state,
            content=DeclarationContent(sections={}),
        )
        arrived = None if state == DeclarationState.DRAFT else datetime(2026, 5, 1)
        for position, organisation in enumerate((unit, *route)):
            reached = arrived if position <= max(declaration.position, 0) else None
            declaration.route.append(RouteStep(position=position, organisation=organisation, reached_at=reached))
        self.session.flush()
        if state != DeclarationState.DRAFT:
            self.as_handed_in(declaration)
        return declaration

    def as_handed_in(self, declaration):
        """What the declaration says now is what the applicant handed in, and the unit posted last."""
        declaration.content_hash = content.digest(self.session, declaration)
        if declaration.state not in NOT_POSTED:
            declaration.publicised_hash = declaration.content_hash
        self.session.flush()

    def expert(self, **given):
        """A pool expert in his term, with the account he votes with; `account=None` for none."""
        n = next(_numbers)
        person = given.pop("person", None) or self.person(name=f"评委{n}")
        account = given.pop("account") if "account" in given else self.account(roles.EXPERT, person_id=person.id)
        return self._add(
            Expert,
            given,
            code=f"E{n:05d}",
            person=person,
            account_id=account and account.id,
            title="正高级工程师",
            unit=given.pop("unit", None) or self.organisation(),
            series=given.pop("series", None) or self.series(),
            level=TitleLevel.FULL_SENIOR,
            state=ExpertState.IN_POOL,
            term_from=date(2025, 1, 1),
            term_to=date(2027, 12, 31),
        )

    def plan(self, needs=None, items=True, **given):
        """An approved plan that opens on 2026-05-21; `needs` as {code: number} or {code: (number, specialty)}."""
        n = next(_numbers)
        committee = given.pop("committee", None) or self.committee()
        members = given.setdefault("members", 5)
        plan = self._add(
            Plan,
            given,
            number=f"FA2026{n:05d}",
            name=f"第{n}方案",
            committee=committee,
            year=2026,
            batch=given.pop("batch", None) or self.batch(committee=committee),
            opens_on=date(2026, 5, 21),
            arrival_place="报到宾馆",
            review_place="评审中心",
            interview_place="答辩中心",
            standards="湘职改办〔2020〕9号",
            state=PlanState.APPROVED,
        )
        for code, need in (needs or {"S1": members}).items():
            number, specialty = need if isinstance(need, tuple) else (need, None)
            plan.needs.append(PlanNeed(code=code, name=f"{code}组", need=number, specialty=specialty))
        if items:
            plan.items += [
                ScoreItem(phase="material", kind="score", name="业绩成果", maximum=40),
                ScoreItem(phase="material", kind="score", name="专业能力", maximum=30),
                ScoreItem(phase="material", kind="bonus", name="服务基层", maximum=5),
                ScoreItem(phase="material", kind="veto", name="抄袭剽窃", maximum=1),
                ScoreItem(phase="interview", kind="score", name="答辩", maximum=30),
            ]
        self.session.flush()
        return plan

    def sitting(self, state="voting", members=5, people=3, signed=True, plan=None, drawn=True, **given):
        """A drawn session in that state: `.review .plan .office .experts .judges .people` (accounts in .judges)."""
        plan = plan or self.plan(members=members, state=PlanState.OPENED)
        committee = plan.committee
        standing = DeclarationState.PLANNED if state in ("preparing", "check_in") else DeclarationState.IN_REVIEW
        candidates = (
            people
            if isinstance(people, list)
            else [
                self.declaration(
                    state=standing, batch=plan.batch, title=self.title(series=committee.series), plan_id=plan.id
                )
                for _ in range(people)
            ]
        )
        experts = [self.expert(series=committee.series) for _ in range(members)]
        opened = datetime(2026, 5, 21, 8, 30)
        review = self._add(ReviewSession, given, plan=plan, name=f"{plan.name}评审会议", state=state)
        for place, expert in enumerate(experts):
            promised = dict(signed_in_at=opened if signed else None, secrecy_signed=signed, recusal_declared=signed)
            review.members.append(Member(expert=expert, code=expert.code, stratum="S1", chair=place == 0, **promised))
        if drawn:
            self._add(
                Draw,
                {},
                plan=plan,
                name=plan.number,
                attempt=1,
                manifest=b"-",
                pool_hash="0" * 64,
                salt="-",
                state=DrawState.CLOSED,
            )
        self.session.flush()
        return SimpleNamespace(
            review=review,
            plan=plan,
            people=candidates,
            experts=experts,
            office=self.account(roles.COMMITTEE_OFFICE, committee_id=committee.id),
            judges=[self.session.get(Account, expert.account_id) for expert in experts],
        )

    def poll(self, sitting, **given):
        """A poll that is ready to be opened."""
        return self._add(Poll, given, session=sitting.review, members=len(sitting.review.members))

    def certificate(self, number, declaration, **given):
        """A certificate in force that was issued on a declaration, and the truth of its number."""
        self._add(CertificateTruth, {}, number=number)
        return self._add(
            Certificate,
            given,
            number=number,
            token=number[::-1],
            declaration_id=declaration.id,
            person_id=declaration.person_id,
            holder_name=declaration.person.name,
            unit_name=declaration.unit.name,
            series_name=declaration.series.name,
            title_name=declaration.title.name,
            level_name=TitleLevel(declaration.level).label,
            way_name="评审",
            body_name="评审委员会",
            issuer_name="湖南省人力资源和社会保障厅",
            document="湘职改办〔2025〕1号",
            obtained_on=date(2025, 12, 1),
            issued_at=datetime(2026, 1, 5, 9),
        )

    def _add(self, model, given, **defaults):
        thing = model(**defaults | given)
        self.session.add(thing)
        self.session.flush()
        return thing
