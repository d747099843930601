"""The demo year: everything since the spring of 2025, up to a summer's day in 2026 on which the demo clock stands.

On that day one batch is open for declarations, one session is scoring, one result is publicised, certificates
have been issued and one revoked: every desk has work, and a visitor can go the whole way by moving the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.demo import committees, conditions, offices, paths
from app.demo.filling import scan
from app.demo.review import Review, hold
from app.demo.schedule import Story, tell
from app.demo.stage import Stage
from app.demo.stories import Case, live
from models.base import db
from models.committees.catalogue import Specialty, Title, TitleLevel
from models.committees.committee import Committee
from models.declarations.declaration import DeclarationMode
from models.declarations.declaration import DeclarationState as S
from models.office.setting import DemoBuild, DemoClock
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind, Organisation
from models.register.person import Person
from workflow.base import clock
from workflow.base import roles as r
from workflow.batches import batch as batches
from workflow.declarations import quota as quotas
from workflow.register import blacklist
from workflow.storage import files

BEGIN = date(2025, 1, 6)
#: Where the demo clock stands when the demo has been made.
TODAY = date(2026, 7, 15)
HOUR = 10


def build(password: str, say: Callable[[str], None] = lambda _: None) -> None:
    """Make the demo year on a database in which nobody works; that it is whole is the last row it writes."""
    session = db.session
    say("演示数据：正在按业务流程生成 2025–2026 年度演示数据（约 1–2 分钟）…")
    stage = Stage(session, password, BEGIN)
    begin(stage)
    offices.build(stage)
    paths.build(stage)
    committees.build(stage)
    conditions.confirm(stage)
    Year(stage).run()
    offices.registered(stage)
    paths.draft(stage)
    set_clock(stage)
    say("演示数据：完成。")


def begin(stage: Stage) -> None:
    """Before anything else: whoever finds this row without its end finds a year half built."""
    with stage.acting("system") as uow:
        uow.session.add(DemoBuild(begun_at=clock.machine_now().replace(microsecond=0)))
        uow.record("begin_demo", "demo_build")


def set_clock(stage: Stage) -> None:
    """Leave the demo clock on the last day of the story; the year is whole."""
    with stage.acting("system") as uow:
        offset = datetime.combine(TODAY, datetime.min.time()) + timedelta(hours=HOUR) - clock.database_now(uow.session)
        uow.session.add(DemoClock(offset_seconds=int(offset.total_seconds())))
        uow.session.scalars(select(DemoBuild)).one().done_at = clock.machine_now().replace(microsecond=0)
        uow.record("set_demo_clock", "demo_clock", to=str(TODAY))


class Year:
    """The cast of the two years and their stories."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.session, self.people = stage, stage.session, 0
        self.units = list(
            self.session.scalars(
                select(Organisation)
                .where(
                    Organisation.kind.in_([NodeKind.UNIT, NodeKind.AGENCY, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE])
                )
                .order_by(Organisation.id)
            )
        )
        self.bodies = {c.account_name: c for c in self.session.scalars(select(Committee))}

    def run(self) -> None:
        """Batches, quotas, declarations and reviews of 2025 and 2026."""
        stories: list[Story] = [
            self._finished_year(),
            self._health(),
            self._cities(),
            self._open_batch(),
            self._first_titles(),
            self._quotas(),
            self._blacklist(),
        ]
        tell(self.stage, self._spawned(stories), TODAY)
        self.stage.move_to(max(TODAY, self.stage.now.date()), HOUR)

    def _spawned(self, roots: list[Story]) -> list[Story]:
        """Each root prepares its batch and yields sub-stories before the telling begins."""
        stories: list[Story] = []
        for root in roots:
            stories += list(root)  # type: ignore[arg-type]
        return stories

    # -- people and batches ------------------------------------------------------------------------

    def applicant(self) -> str:
        """person1, person2, … with a fictitious identity."""
        self.people += 1
        username, names = f"person{self.people}", self.stage.names
        sex = names.one(("男", "女"))
        born = names.birthday()
        with self.stage.acting("system") as uow:
            person = Person(
                name=names.person(),
                sex=sex,
                born_on=born,
                id_number=names.id_number(sex, born),
                phone=names.phone(),
                nation="汉族",
                politics="群众",
                email="",
            )
            uow.session.add(person)
            uow.session.flush()
            uow.record("create_person", person, label="登记申报人身份")
            self.stage.open_account(uow, username, person.name, r.APPLICANT, person=person)
        return username

    def batch(
        self, account: str, year: int, name: str, opens: str, closes: str, correction: str, audit: str, **more: str
    ) -> int:
        """A published batch of a committee."""
        with self.stage.acting(account) as uow:
            made = batches.create(
                uow,
                receiver=uow.actor.committee,
                year=year,
                name=name,
                opens_on=_d(year, opens),
                closes_on=_d(year, closes),
                correction_on=_d(year, correction),
                audit_on=_d(year, audit),
                evidence_on=_d(year, more.get("evidence", audit)),
                vote_on=_d(year, more.get("vote", "12-24")),
                scope="全省",
            )
            batches.BATCH.perform(uow, made, "publish")
            return made.id

    def title(self, series_id: int, level: str) -> int:
        """A title of the series at that level."""
        return (
            self.session.scalars(
                select(Title.id)
                .where(Title.series_id == series_id, Title.level == level, Title.exam_only.is_(False))
                .order_by(Title.id)
            ).first()
            or 0
        )

    def specialty(self, committee: Committee, n: int) -> int | None:
        """One of the specialties the committee reviews."""
        codes = [row.specialty.code for row in committee.specialties]
        query = (
            select(Specialty.id)
            .where(Specialty.series_id == committee.series_id, Specialty.parent_id.is_not(None))
            .order_by(Specialty.code)
        )
        if codes:
            query = query.where(Specialty.code.startswith(codes[0]), Specialty.code != codes[0])
        found = self.session.scalars(query).all()
        return found[n % len(found)] if found else None

    def case(self, batch_id: int, account: str, starts: date, n: int, **more) -> Case:  # type: ignore[no-untyped-def]
        """The n-th declaration of a batch: units in turn, levels mixed."""
        committee = self.bodies[account]
        level = {"senior": TitleLevel.ASSOCIATE_SENIOR if n % 4 else TitleLevel.FULL_SENIOR}.get(
            committee.level, TitleLevel.INTERMEDIATE
        )
        fitting = [u for u in self.units if employs(u, committee)]
        units = (
            fitting
            if committee.region_code == "430000"
            else [u for u in fitting if u.region_code.startswith(committee.region_code[:4])]
        )
        return Case(
            username=more.pop("username", None) or self.applicant(),
            batch_id=batch_id,
            title_id=self.title(committee.series_id, level),
            unit_id=more.pop("unit_id", None) or units[(n * 7 + 3) % len(units)].id,
            starts=starts + timedelta(days=n % 20),
            specialty_id=self.specialty(committee, n),
            **more,
        )

    # -- the stories -------------------------------------------------------------------------------

    def _finished_year(self):  # type: ignore[no-untyped-def]
        """2025 of the building engineers: from declarations to certificates, and one revoked."""
        batch = self.batch("committee1", 2025, "2025 年度建设工程系列高级职称评审", "04-01", "06-30", "08-31", "09-28")
        twists = {
            3: "return_unit",
            5: "return_deep",
            8: "disqualify",
            11: "objection_true",
            14: "objection_untrue",
            17: "withdraw",
            21: "abandon",
        }
        for n in range(30):
            yield live(self.stage, self.case(batch, "committee1", date(2025, 4, 7), n, twist=twists.get(n, "")))
        yield hold(
            self.stage,
            Review(
                "committee1",
                batch,
                "2025 年度建设工程系列高级职称评审方案",
                date(2025, 10, 20),
                (("A", "建筑与结构组", 6), ("B", "施工与造价组", 5)),
                stops_at="all",
            ),
        )

    def _health(self):  # type: ignore[no-untyped-def]
        """2026 of the health series: one plan filed for record with an objection open, one just publicised."""
        batch = self.batch("committee2", 2026, "2026 年度卫生系列高级职称评审", "01-12", "02-28", "03-31", "04-30")
        for n in range(26):
            yield live(
                self.stage,
                self.case(
                    batch, "committee2", date(2026, 1, 12), n, twist={6: "return_deep", 9: "disqualify"}.get(n, "")
                ),
            )
        groups = (("A", "临床医学一组", 9), ("B", "临床医学二组", 8), ("C", "护理医技组", 8))
        yield hold(
            self.stage,
            Review(
                "committee2",
                batch,
                "2026 年度卫生系列高级职称评审方案（第一组）",
                date(2026, 6, 1),
                groups,
                most=9,
                stops_at="filing",
            ),
        )
        yield hold(
            self.stage,
            Review(
                "committee2",
                batch,
                "2026 年度卫生系列高级职称评审方案（第二组）",
                date(2026, 7, 8),
                groups,
                most=8,
                stops_at="posted",
            ),
        )

    def _cities(self):  # type: ignore[no-untyped-def]
        """2026 of 长沙's intermediate engineers: a session in scoring, a result not yet publicised, plans in audit."""
        batch = self.batch(
            "committee3", 2026, "2026 年度长沙市工程系列中级职称评审", "02-02", "04-15", "05-15", "05-29", vote="10-30"
        )
        for n in range(36):
            yield live(
                self.stage,
                self.case(
                    batch, "committee3", date(2026, 2, 2), n, twist={4: "return_unit", 7: "disqualify"}.get(n, "")
                ),
            )
        groups = (("A", "土建组", 8), ("B", "机电组", 7))
        yield hold(
            self.stage,
            Review(
                "committee3",
                batch,
                "长沙市工程系列中级评审方案（第一批）",
                date(2026, 7, 13),
                groups,
                most=8,
                stops_at="voted",
            ),
        )
        yield hold(
            self.stage,
            Review(
                "committee3",
                batch,
                "长沙市工程系列中级评审方案（第二批）",
                date(2026, 7, 15),
                groups,
                most=8,
                stops_at="scoring",
            ),
        )
        yield hold(
            self.stage,
            Review(
                "committee3",
                batch,
                "长沙市工程系列中级评审方案（第三批）",
                date(2026, 7, 30),
                groups,
                most=6,
                stops_at="approved",
            ),
        )
        yield hold(
            self.stage,
            Review(
                "committee3",
                batch,
                "长沙市工程系列中级评审方案（特殊方案）",
                date(2026, 8, 5),
                groups,
                most=4,
                kind="special",
                stops_at="filed",
                draft_ahead=19,
            ),
        )

    def _open_batch(self):  # type: ignore[no-untyped-def]
        """2026 of the building engineers: open now, with work on every desk; person1 has only a draft to begin."""
        batch = self.batch("committee1", 2026, "2026 年度建设工程系列高级职称评审", "06-01", "08-31", "09-18", "09-28")
        states = (S.DRAFT, S.SUBMITTED, S.UNIT_REVIEW, S.UNIT_PUBLICITY, S.UNDER_AUDIT, S.AT_COMMITTEE, "")
        for n in range(105):
            twist = {
                12: "return_unit",
                19: "return_deep",
                26: "disqualify",
                33: "objection_true",
                40: "objection_untrue",
                47: "withdraw",
                54: "abandon",
                61: "return_deep",
            }.get(n, "")
            stops = S.RETURNED if n in (12, 61) else states[n % 7] if not twist else ""
            starts = (
                date(2026, 6, 24)
                if stops in (S.DRAFT, S.SUBMITTED, S.UNIT_REVIEW, S.UNIT_PUBLICITY)
                else date(2026, 6, 1)
            )
            mode = DeclarationMode.GREEN if n == 20 else DeclarationMode.NORMAL
            more = {"unit_id": self._near(n), "stop_position": 1 + n // 7 % 2} if n < 42 else {}
            yield live(
                self.stage, self.case(batch, "committee1", starts, n, twist=twist, stops_at=stops, mode=mode, **more)
            )

    def _near(self, n: int) -> int:
        """A unit whose desks have the first demo accounts: unit1 and its neighbours, a bureau's, one in 长沙."""
        builders = [u for u in self.units if employs(u, self.bodies["committee1"])]
        near = [u for u in builders if u.superior and u.superior.kind == NodeKind.PROVINCIAL] + [
            u for u in builders if u.region_code.startswith("4301") and u.kind == NodeKind.UNIT
        ]
        return (near[n % len(near)] if n % 3 else builders[0]).id

    def _first_titles(self):  # type: ignore[no-untyped-def]
        """初定 and 认定 through the cities; effective at the last organisation."""
        offices_of = self.session.scalars(
            select(AcceptanceOffice).where(AcceptanceOffice.level == TitleLevel.ASSISTANT).order_by(AcceptanceOffice.id)
        ).all()
        engineering = self.bodies["committee1"].series_id
        for k, office in enumerate(offices_of[:16]):
            with self.stage.acting("hrss_config") as uow:
                made = batches.create(
                    uow,
                    receiver=uow.session.get_one(AcceptanceOffice, office.id),
                    year=2026,
                    name=f"2026 年{office.organisation.name.removesuffix('人力资源和社会保障局')}助理"
                    f"级{Way(office.way).label}",
                    opens_on=date(2026, 3, 1),
                    closes_on=date(2026, 12, 20),
                    correction_on=date(2026, 12, 25),
                    audit_on=date(2026, 12, 31),
                    evidence_on=date(2026, 12, 31),
                    scope="本市州",
                )
                batches.BATCH.perform(uow, made, "publish")
                batch_id = made.id
            builders = [u for u in self.units if employs(u, self.bodies["committee1"])]
            units = [
                u
                for u in builders
                if u.region_code.startswith(office.region_code[:4])
                and u.superior
                and u.superior.kind == NodeKind.DISTRICT
            ]
            for n in range(5):
                stops = (S.SUBMITTED, S.UNIT_PUBLICITY, "", "", "")[n]
                yield live(
                    self.stage,
                    Case(
                        username=self.applicant(),
                        batch_id=batch_id,
                        title_id=self.title(engineering, TitleLevel.ASSISTANT),
                        unit_id=units[(n + k) % len(units)].id,
                        starts=date(2026, 7, 1) if stops else date(2026, 3, 9) + timedelta(days=5 * n),
                        stops_at=stops,
                    ),
                )

    def _quotas(self):  # type: ignore[no-untyped-def]
        """职数: some approved, some waiting at each desk."""
        for n, unit in enumerate([u for u in self.units if u.is_institution and u.kind == NodeKind.UNIT][:14]):
            yield self._quota(unit.id, n)

    def _quota(self, unit_id: int, n: int) -> Story:
        from app.demo.stories import _officer

        yield date(2026, 6, 15) + timedelta(days=n)
        special = n % 5 == 4
        with self.stage.acting(_officer(self.stage, unit_id)) as uow:
            made = quotas.create_quota(
                uow,
                unit=(unit := uow.session.get_one(Organisation, unit_id)),
                year=2026,
                level=TitleLevel.ASSOCIATE_SENIOR,
                specialty=uow.session.get(Specialty, self.specialty(self.bodies["committee1"], n)),
                requested=2 + n % 3 if not special else 2,
                kind="retirement" if special else "vacancy",
                posts=24,
                held=27 if special else 8,
                establishment="湘人社岗设〔2024〕1 号",
                statement="处于消化职数阶段，按退休人数申请退多补少职数。" if special else "",
                retiring=3 if special else 0,
            )
            if n % 7 == 6:
                return
            if special:
                files.store(uow, scan("专项报告"), "专项报告.pdf", owner=made, purpose="专项报告")
            quotas.QUOTA.perform(uow, made, "declare")
            number, superior = made.id, unit.superior_id
            if unit.superior is not None and unit.superior.kind == NodeKind.DISTRICT:
                superior = unit.superior.superior_id
        if n % 7 == 5 or superior is None:
            return
        yield self.stage.now.date() + timedelta(days=2)
        with self.stage.acting(_officer(self.stage, superior)) as uow:
            found = uow.session.get_one(quotas.Quota, number)
            if special:
                quotas.QUOTA.perform(uow, found, "examine", opinion="情况属实，报省厅审核。")
            else:
                quotas.QUOTA.perform(
                    uow,
                    found,
                    "approve",
                    approved=found.requested,
                    document="湘人社职数〔2026〕8 号",
                    opinion="在空缺岗位范围内，同意。",
                )

    def _blacklist(self):  # type: ignore[no-untyped-def]
        """Three entries: in force, proposed, lifted."""
        yield self._entries()

    def _entries(self) -> Story:
        people = [self.applicant() for _ in range(3)]
        yield date(2026, 4, 20)
        with self.stage.acting("hrss_audit") as uow:
            for n, username in enumerate(people):
                person = uow.session.get_one(Person, self.stage.account(username).person_id)
                entry = blacklist.propose(
                    uow,
                    person=person,
                    kind="forgery",
                    reason="申报时提供虚假业绩证明",
                    basis=f"湘人社函〔2026〕{20 + n} 号",
                )
                if n != 1:
                    blacklist.BLACKLIST.perform(uow, entry, "activate", basis=f"湘人社函〔2026〕{20 + n} 号")
                if n == 2:
                    blacklist.BLACKLIST.perform(uow, entry, "lift", reason="经复核，原认定证据不足")


#: Words by which a hospital is known, and those of employers without engineers.
HEALTH = ("医院", "卫生", "血吸虫病")
ELSEWHERE = (*HEALTH, "中学", "师范", "农业")


def employs(unit: Organisation, committee: Committee) -> bool:
    """Whether such people work there: hospitals send health staff, the others engineers."""
    return (
        any(word in unit.name for word in HEALTH)
        if committee.account_name == "committee2"
        else not any(word in unit.name for word in ELSEWHERE)
    )


def _d(year: int, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")
