"""Two halves of a province that know nothing of each other, each with a record of every kind.

`World(make, as_)` builds side A and side B from the same plan: a unit, its bureau, district and city on the route;
a committee with a plan, a draw by ZC-DRAW/1, a session and a poll; and everything that hangs on them. The tested
account of each role belongs to side A. A record is asked for by the name of its subject and its relation:

    near    the account's own, or of its unit, route, committee or session
    beside  of the same unit, committee and batch, but of another person, plan or session
    far     of side B
"""

from __future__ import annotations

import io
from datetime import date, datetime
from types import SimpleNamespace

from PIL import Image
from sqlalchemy import select

from models.accounts.account import Account
from models.accounts.delegation import Delegation
from models.accounts.registration import Registration
from models.awards.appeal import Appeal, AppealState
from models.awards.certificate import Certificate, CertificateNumber, Issuer
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity, PublicityItem, PublicityKind
from models.awards.truth import CertificateTruth
from models.batches.batch import BatchState
from models.committees.committee import CommitteeState
from models.committees.expert import Expert
from models.conditions.condition import Condition, ExaminedTitle, Exclusion
from models.declarations.correction_item import CorrectionItem
from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.endorsement import Endorsement
from models.declarations.form_edition import FormEdition, FormRule
from models.declarations.material import Material
from models.declarations.paper_pile import PaperPile, PaperReceipt, PileState
from models.declarations.phrase import Phrase
from models.declarations.quota import Quota, QuotaState
from models.declarations.signing import Signing
from models.imports.import_batch import ImportBatch, ImportState
from models.jobs.job import Job, JobState
from models.materials.library import LibraryEntry, LibraryFile, LibraryUse
from models.materials.upload import Upload, UploadPiece
from models.messages.letter import Letter, LetterState
from models.office.frozen_figures import FrozenFigures
from models.office.journal import JournalEntry
from models.office.notice import Notice
from models.office.setting import CalendarDay, CalendarYear
from models.paths.path import AcceptanceOffice, PathKind, PathNode, Way
from models.paths.path_draft import ChangeVerb, PathChange, PathDraft, PathDraftState
from models.register.blacklist import BlacklistEntry, BlacklistKind
from models.register.organisation import NodeKind
from models.review.ballot import Poll, PollState, Roll
from models.review.draw import Draw
from models.review.plan import Plan, PlanKind, PlanState
from models.review.session import InterviewSlot, Recusal, SessionState
from tests.conftest import NOON
from workflow.awards import posted
from workflow.base import roles as r
from workflow.base.journal import seal
from workflow.base.trail import leave_trail
from workflow.declarations.corrections.phrases import owner_of
from workflow.imports.kinds import KINDS
from workflow.materials.upload import under
from workflow.review import draw as draws
from workflow.review.draw import DRAW
from workflow.storage import files
from workflow.storage.store import digest_of, store

#: Nobody else in the province has this name: where it appears, an expert has been named.
CANARY = "欧阳鹮翎"
FROZEN = {"taken_at": NOON, "occasion": "asked", "reason": "通报取数", "sha256": "0" * 64, "size": 1}
OFFICES = {r.UNIT_OFFICER: "unit", r.BUREAU_OFFICER: "bureau", r.DISTRICT_OFFICER: "district", r.CITY_OFFICER: "city"}
CALLED = {"unit": "单位", "bureau": "主管局", "district": "县局", "city": "市局"}
EVE = NOON  #: the day before the opening: the day of the draw
DAY = NOON.date()


def picture(colour):
    """A small PNG."""
    target = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(target, "PNG")
    return target.getvalue()


class Side:
    """One half. `records[subject]` and `siblings[subject]` hold what the address of a route needs."""

    def __init__(self, make, as_, province, name):
        self.make, self.as_, self.province, self.name = make, as_, province, name
        self.records, self.siblings = {}, {}
        self.drawn = 0  #: pictures so far: each its own bytes, and the same in every world
        self.series = make.series(f"{name}系列")
        self.title = make.title(series=self.series)
        self.offices = self._offices()
        self.committee = make.committee(series=self.series, name=f"{name}评委会", state=CommitteeState.APPROVED)
        self.batch = make.batch(committee=self.committee, name=f"{name}批次")
        self.person, self.colleague = make.person(name=f"{name}申报"), make.person(name=f"{name}同事")
        self._review()
        self._declarations()
        self._postings()
        self._units()
        self._masters()

    def keep(self, subject, near, beside=None):
        """Remember a record and its sibling: an id, or what the address needs."""
        for shelf, given in ((self.records, near), (self.siblings, beside)):
            if given is not None:
                shelf[subject] = given if isinstance(given, dict) else {"pk": given.id}

    def _offices(self):
        """The route, each level under the next."""
        kinds = {"city": NodeKind.CITY, "district": NodeKind.DISTRICT, "bureau": NodeKind.BUREAU, "unit": NodeKind.UNIT}
        above, found = self.province.id, {}
        for level, kind in kinds.items():
            found[level] = self.make.organisation(
                kind, name=f"{self.name}{CALLED[level]}", superior_id=above, telephone="0731-1"
            )
            above = found[level].id
        return SimpleNamespace(**found)

    def declaration(self, person=None, **given):
        """A declaration that has reached everybody on its route, and the committee."""
        route = [self.offices.bureau, self.offices.district, self.offices.city]
        given = {
            "unit": self.offices.unit,
            "route": route,
            "batch": self.batch,
            "title": self.title,
            "position": 4,
        } | given
        given.setdefault("reached_committee_at", datetime(2026, 5, 10))
        return self.make.declaration(
            person=person or self.make.person(), state=given.pop("state", D.IN_REVIEW), **given
        )

    # -- the review ------------------------------------------------------------------------------------

    def _review(self):
        """Two plans of the committee: the first with the tested expert, the second without him."""
        make = self.make
        self.expert = make.expert(series=self.series, person=make.person(name=CANARY))
        self.plan, self.review, self.declared = self._sitting([self.person, self.colleague], 5)
        for person in [make.person(name=CANARY) for _ in range(5)]:
            make.expert(series=self.series, person=person)
        other, second, self.others = self._sitting([make.person()], 5)
        self.pool = make.expert(series=self.series, person=make.person(name=CANARY))
        for member in [m for m in second.members if m.expert_id == self.expert.id]:
            member.expert = self.pool
        self.keep("plan", self.plan, other)
        self.keep("session", self.review, second)
        draw = {
            plan.id: make.session.scalars(select(Draw).filter_by(plan_id=plan.id)).one() for plan in (self.plan, other)
        }
        self.keep("draw", draw[self.plan.id], draw[other.id])
        self.keep("draw_file", *({"pk": draw[plan.id].id, "name": "manifest.txt"} for plan in (self.plan, other)))
        self.keep("expert", self.expert, self.pool)
        self._polls(second)
        self._slots(second)
        drafts = [self._plan(PlanState.RETURNED) for _ in range(2)]
        self.keep("plan_returned", *drafts)
        self.keep("plan_attachment", *({"pk": plan.id, "key": self.file(plan).key} for plan in drafts))
        for subject, kind in (("plan_filed", PlanKind.NORMAL), ("plan_special", PlanKind.SPECIAL)):
            self.keep(subject, *(self._plan(PlanState.FILED, kind=kind) for _ in range(2)))
        self.keep("plan_approved", *(self._plan(PlanState.APPROVED) for _ in range(2)))
        filings = [
            make._add(
                Filing,
                {},
                plan=plan,
                application_number=f"{self.name}〔2026〕{plan.id}号",
                summary="总结",
                applied_on=DAY,
            )
            for plan in (self.plan, other)
        ]
        self.keep("filing", *filings)
        self.second = second
        entries = make.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(2)).all()
        self.keep("journal_entry", *entries)
        self.keep("frozen_figures", make._add(FrozenFigures, {}, **FROZEN, account_id=make.account(r.HRSS_AUDIT).id))

    def _plan(self, state, **given):
        return self.make.plan(committee=self.committee, batch=self.batch, state=state, **given)

    def _sitting(self, people, members):
        """A plan drawn in public and opened: everybody signed in, voting."""
        make, hrss = self.make, self.make.account(r.HRSS_AUDIT)
        while len(make.session.scalars(select(Expert).filter_by(series_id=self.series.id)).all()) < members:
            make.expert(series=self.series, person=make.person(name=CANARY))
        plan = self._plan(PlanState.APPROVED, members=members)
        declared = [self.declaration(person, plan_id=plan.id, state=D.PLANNED) for person in people]
        uow, witness = self.as_(hrss, EVE), self.as_(make.account(r.SUPERVISOR), EVE)
        draw = draws.freeze(uow, plan)
        DRAW.perform(uow, draw, "commit", outside=["李四，组建单位机关纪委，书记"])
        DRAW.perform(uow, draw, "contribute", label="RST-01", value="5526143361")
        DRAW.perform(witness, draw, "contribute", label="JW-01", value="3615246152")
        DRAW.perform(uow, draw, "reveal")
        review = DRAW.perform(uow, draw, "close")
        for member in review.members:
            member.signed_in_at, member.secrecy_signed, member.recusal_declared = (
                datetime(2026, 5, 21, 8, 30),
                True,
                True,
            )
        review.state, plan.state = SessionState.VOTING, PlanState.OPENED
        for declaration in declared:
            declaration.state = D.IN_REVIEW
        make.session.flush()
        leave_trail(uow)
        seal(uow)
        self._signed_in(review)
        return plan, review, declared

    def _signed_in(self, review):
        """The trail of the experts' own steps, as signing in leaves it."""
        for member in review.members:
            account = self.make.session.get(Account, member.expert.account_id)
            account.last_name, account.first_name = CANARY[:2], CANARY[2:]
            uow = self.as_(account, EVE)
            uow.record("sign_in", review, label="签到")
            leave_trail(uow)
            seal(uow)

    def _polls(self, second):
        """An open poll of the first session, a counted one of the second."""
        open_ = self.make._add(
            Poll,
            {},
            session=self.review,
            members=5,
            attending=5,
            state=PollState.OPEN,
            candidates=[d.id for d in self.declared],
        )
        for member in self.review.members:
            self.make._add(Roll, {}, poll_id=open_.id, expert_id=member.expert_id)
        counted = self.make._add(Poll, {}, session=second, members=5, attending=5, state=PollState.CLOSED)
        self.keep("poll", open_, counted)
        self.keep("poll_counted", counted)

    def _slots(self, second):
        def slot(review, declaration, sequence):
            return self.make._add(
                InterviewSlot,
                {},
                session_id=review.id,
                declaration=declaration,
                starts_at=datetime(2026, 5, 22, 9),
                place="答辩中心",
                group_name="第一组",
                sequence=sequence,
                notified_at=datetime(2026, 5, 20, 9),
            )

        mine, theirs = (slot(self.review, d, n) for n, d in enumerate(self.declared, 1))
        other = slot(second, self.others[0], 1)
        self.keep("interview_slot", {"pk": mine.declaration_id}, {"pk": theirs.declaration_id})
        self.keep("session_slot", {"pk": self.review.id, "slot": mine.id}, {"pk": second.id, "slot": other.id})

    # -- declarations -------------------------------------------------------------------------------

    def _declarations(self):
        """The applicant's own and a colleague's, in each state that a page asks for."""
        mine, theirs = self.declared
        self.keep("declaration", mine, theirs)
        by_state = {
            "declaration_terminated": dict(state=D.TERMINATED),
            "declaration_filed": dict(state=D.FILED, filed_on=DAY, filing_number="湘〔2026〕1号"),
            "declaration_draft": dict(state=D.DRAFT, position=-1, reached_committee_at=None),
        }
        for subject, given in by_state.items():
            self.keep(subject, *(self.declaration(person, **given) for person in (self.person, self.colleague)))
        corrections = [
            self.make._add(
                Correction,
                {},
                declaration_id=d.id,
                position=0,
                items=[{"text": "学历证书"}],
                cause="01",
                opinion="请补正",
                issued_at=NOON,
                due_on=DAY,
                organisation_name=self.offices.unit.name,
            )
            for d in (mine, theirs)
        ]
        for c in corrections:
            self.make._add(
                CorrectionItem,
                {},
                correction_id=c.id,
                declaration_id=c.declaration_id,
                number=1,
                kind="file",
                part="materials",
                place="education",
                label="申报材料 · 身份证",
                reason="02",
                text="不清晰",
                fits="重新上传",
                clause="118号 四(三)",
            )
        self.keep("correction", *({"key": c.declaration_id, "number": c.id} for c in corrections))
        materials = []
        for declaration in (mine, theirs):
            stored = self.file(declaration)
            materials.append(self.make._add(Material, {}, declaration_id=declaration.id, kind="education", file=stored))
        self.keep("material", *({"key": m.declaration_id, "material_id": m.id} for m in materials))
        self.keep("file_of_declaration", *({"key": m.file.key} for m in materials))
        #: at each office of the route, its own employees: an office recommends its own people
        self.employees = {"unit": [mine, theirs]} | {
            level: [self.declaration(unit=getattr(self.offices, level), route=[], position=1) for _ in range(2)]
            for level in ("bureau", "district", "city")
        }
        self.early = [
            self.declaration(person, state=D.UNIT_PUBLICITY, position=0, reached_committee_at=None)
            for person in (self.person, self.colleague)
        ]
        self.keep("declaration_early", *self.early)
        aside = [self.declaration(plan_id=plan_id) for plan_id in (self.plan.id, self.plan.id)]
        for declaration in aside:
            self.make._add(
                Recusal,
                {},
                session_id=self.review.id,
                expert_id=self.expert.id,
                declaration_id=declaration.id,
                reason="同一单位",
            )
        self.keep("declaration_recused", *aside)

    def file(self, owner):
        """A stored file of a record."""
        self.drawn += 1
        colour = (self.drawn, 7, self.name == "甲")
        return files.store(
            self.as_(self.make.account(r.HRSS_CONFIG)), picture(colour), "证明.png", owner=owner, purpose="证明"
        )

    def _file_of(self, subject, near, beside):
        self.keep(f"file_of_{subject}", *({"key": self.file(owner).key} for owner in (near, beside)))

    # -- publicities, objections ----------------------------------------------------------------------

    def _posting(self, kind, people, **given):
        posting = self.make._add(
            Publicity,
            given,
            kind=kind,
            title=f"{self.name}公示",
            posted_on=date(2026, 5, 18),
            starts_on=date(2026, 5, 19),
            ends_on=date(2026, 5, 25),
            place="公告栏",
            complaint_department="人事科",
            complaint_telephone="0731-2",
            handler="周核",
        )
        posting.people += [PublicityItem(declaration=d) for d in people]
        self.make.session.flush()
        return posting

    def _objection(self, declaration, posting=None):
        return self.make._add(
            Objection,
            {},
            declaration=declaration,
            publicity=posting,
            informant="钱七",
            telephone="0731-3",
            text="所列业绩不实",
            registered_at=NOON,
        )

    def _postings(self):
        self.own = {}
        for level, employees in self.employees.items():
            office = getattr(self.offices, level)
            postings = [self._posting(PublicityKind.UNIT, [d], organisation_id=office.id) for d in employees]
            raised = [self._objection(d, posting) for d, posting in zip(employees, postings, strict=True)]
            self.own[level] = {"publicity": postings, "objection": raised}
        plans = [self.make.session.get(Plan, shelf["plan"]["pk"]) for shelf in (self.records, self.siblings)]
        results = [
            self._posting(PublicityKind.RESULT, people, plan_id=p.id)
            for p, people in zip(plans, (self.declared, self.others), strict=True)
        ]
        self.keep("publicity_of_results", *results)
        self.keep("publicity_of_unit", *self.own["unit"]["publicity"])
        self.keep("posting", *({"address": posted.address(p)} for p in self.own["unit"]["publicity"]))
        self.keep("objection", *self.own["unit"]["objection"])
        self.keep("objection_result", *map(self._objection, (self.declared[0], self.others[0]), results))
        self.keep("objection_early", *(self._objection(d) for d in self.early))
        self._file_of("publicity", *self.own["unit"]["publicity"])
        self._file_of("objection", *self.own["unit"]["objection"])
        self._file_of("plan", *plans)
        self._file_of("session", self.review, self.second)
        filings = [self.make.session.get(Filing, shelf["filing"]["pk"]) for shelf in (self.records, self.siblings)]
        self._file_of("filing", *filings)

    def _appeals(self):
        """Against results of the applicant and of a colleague."""
        ended = [self.make.session.get(Declaration, shelf["declaration_terminated"]["pk"])
                 for shelf in (self.records, self.siblings)]  # fmt: skip
        asked = [
            self.make._add(
                Appeal, {}, declaration=d, committee=self.committee, text="程序不符", applied_at=NOON,
                state=AppealState.ANSWERED, office_name="办公室", answer="维持", answered_on=DAY,
            )
            for d in ended
        ]  # fmt: skip
        self.keep("appeal", *asked)
        self._file_of("appeal", *asked)

    # -- what units and offices keep -----------------------------------------------------------------

    def _quota(self, office, state):
        return self.make._add(
            Quota,
            {},
            unit=office,
            year=2026,
            level="associate_senior",
            posts=20,
            held=10,
            requested=3,
            approved=2,
            reserve_limit=3,
            state=state,
        )

    def drafted(self, office, node):
        """A scheduled draft's change of the office's place."""
        draft = self.make._add(
            PathDraft,
            {},
            name=f"{self.name}调整",
            kind=PathKind.SENIOR,
            state=PathDraftState.SCHEDULED,
            takes_effect_on=date(2027, 1, 1),
        )
        return self.make._add(PathChange, {}, draft=draft, verb=ChangeVerb.MOVE, organisation=office, node_id=node.id)

    def _drafts(self):
        """A draft in the making, and changes that wait for each office's confirmation."""
        draft = self.make._add(
            PathDraft,
            {},
            name=f"{self.name}草稿",
            kind=PathKind.SENIOR,
            committee=self.committee,
            state=PathDraftState.DRAFT,
        )
        change = self.make._add(
            PathChange,
            {},
            draft=draft,
            verb=ChangeVerb.EDIT,
            organisation=self.offices.unit,
            node_id=self.nodes["unit"].id,
        )
        self.keep("path_draft", draft)
        self.keep("path_change", {"pk": draft.id, "number": change.id})
        self.moves = {level: self.drafted(getattr(self.offices, level), node) for level, node in self.nodes.items()}
        self.keep("path_change_own", self.moves["unit"], self.moves["district"])

    def _units(self):
        self.quotas = {
            level: [self._quota(getattr(self.offices, level), QuotaState.RETURNED) for _ in range(2)]
            for level in OFFICES.values()
        }
        declared = [self._quota(self.offices.unit, QuotaState.DECLARED) for _ in range(2)]
        self.keep("quota_own", *self.quotas["unit"])
        self.keep("quota", *declared)
        self._file_of("quota", *declared)
        parent, self.nodes = None, {}
        for level in ("city", "district", "bureau", "unit"):
            office = getattr(self.offices, level)
            parent = self.make._add(
                PathNode,
                {},
                kind=PathKind.SENIOR,
                committee=self.committee,
                organisation=office,
                node_kind=office.kind,
                parent=parent,
            )
            self.nodes[level] = parent
        self.keep("path_node_own", self.nodes["unit"], self.nodes["district"])
        self.keep("path_node", self.nodes["unit"], self.nodes["district"])
        self._drafts()
        office = self.make._add(
            AcceptanceOffice,
            {},
            organisation=self.offices.city,
            node_kind=NodeKind.CITY,
            way=Way.INITIAL,
            level="assistant",
            contact="赵六",
        )
        self.keep("acceptance_office", office)
        for kind in PathKind:
            self.keep(
                f"path_node_{kind.value}",
                self.make._add(PathNode, {}, kind=kind, organisation=self.offices.city, node_kind=NodeKind.CITY),
            )
        batches = [self.make.batch(committee=self.committee, state=BatchState.DRAFT) for _ in range(2)]
        self.keep("batch", *batches)
        self.keep("batch_published", self.batch)
        self.keep("batch_of_office", self.make.batch(office=office, way=Way.INITIAL, state=BatchState.DRAFT))

    def _certificate(self, declaration, n):
        self.make._add(CertificateTruth, {}, number=f"A0826100000000{n:04d}")
        return self.make._add(
            Certificate,
            {},
            number=f"A0826100000000{n:04d}",
            token=f"{n:032x}",
            declaration=declaration,
            person_id=declaration.person_id,
            holder_name=declaration.applicant_name,
            unit_name=declaration.unit.name,
            series_name=self.series.name,
            title_name=self.title.name,
            level_name="副高级",
            way_name="评审",
            body_name=self.committee.name,
            issuer_name="省厅",
            document="湘〔2026〕1号",
            obtained_on=DAY,
            issued_at=NOON,
        )

    def _endorsements(self):
        """Asked for by the applicant, and by a colleague."""
        asked = [
            self.make._add(
                Endorsement,
                {},
                declaration=d,
                person=self.make.person(),
                certificate_number="A08261000000000001",
                asked_at=NOON,
            )
            for d in self.declared
        ]
        self.keep("endorsement", *asked)

    def _registrations(self):
        """Units that have registered themselves below each office, and below the province."""
        self.registered = {
            level: self.make._add(
                Registration,
                {},
                account=self.make.account(r.UNIT_OFFICER, active=False),
                superior=above,
                code=f"91430100MA4L{self.name == '甲':d}{n}DRX3",
                name=f"{self.name}注册{CALLED[level]}",
                kind=NodeKind.UNIT,
                nature="private",
                region_code="430102",
                contact="周敏",
                telephone="0731-1",
                submitted_at=NOON,
            )
            for n, (level, above) in enumerate(
                {name: getattr(self.offices, name) for name in ("bureau", "district", "city")}.items()
            )
        }
        self.keep("registration_own", self.registered["bureau"], self.registered["district"])

    def _masters(self):
        self._endorsements()
        self._appeals()
        self._registrations()
        make, n = self.make, 10 if self.name == "甲" else 20
        certificates = [self._certificate(d, n + i) for i, d in enumerate(self.declared)]
        self.keep("certificate", *certificates)
        self.keep("certificate_token", *({"token": c.token} for c in certificates))
        entries = [
            make._add(
                BlacklistEntry,
                {},
                person=p,
                kind=BlacklistKind.FORGERY,
                reason="材料不实",
                starts_on=DAY,
                ends_on=date(2029, 5, 20),
            )
            for p in (self.person, self.colleague)
        ]
        self.keep("blacklist_entry", *entries)
        self.keep("person", self.person, self.colleague)
        issuer = make._add(Issuer, {}, organisation=self.offices.city, code=f"0{n}00000")
        number = make._add(
            CertificateNumber,
            {},
            number=f"A082610{n}00000{n:04d}"[:18],
            prefix=f"A082610{n}00000"[:14],
            serial=n,
            year=2026,
            series_id=self.series.id,
            grade="A",
            way_digit="1",
            issuer=issuer,
        )
        day = make._add(CalendarDay, {}, day=date(2031, 1, n), kind="holiday", name="测试")
        year = make._add(CalendarYear, {}, year=2030 + n)
        specialty = make.specialty(series=self.series, code=f"CS{n}")
        condition = make._add(Condition, {}, alt_id=f"9.{n}", series=5, level="intermediate", title_target=self.name)
        maker = make.account(r.HRSS_CONFIG)
        edition = make._add(FormEdition, {}, name=self.name, year=2030, made_by_id=maker.id, made_by="编制")
        rule = make._add(FormRule, {}, edition=edition, place="projects.role", requirement="写明职责")
        exclusion = make._add(Exclusion, {}, code=f"case{n}", name=f"{self.name}情形")
        examined = make._add(ExaminedTitle, {}, series=5, levels="assistant", examination=f"{self.name}考试")
        for subject, record in (
            ("condition", condition),
            ("form_edition", edition),
            ("form_rule", rule),
            ("condition_exclusion", exclusion),
            ("condition_examined", examined),
            ("issuer", issuer),
            ("certificate_number", number),
            ("calendar_day", day),
            ("calendar_year", year),
            ("specialty", specialty),
            ("title", self.title),
            ("committee", self.committee),
            ("organisation", self.offices.unit),
            ("series", self.series),
            ("account", make.account(r.UNIT_OFFICER, organisation_id=self.offices.unit.id)),
            ("role_charter", make.made_role(f"{self.name}小组秘书", r.COMMITTEE_OFFICE)),
        ):
            self.keep(subject, record)
        for name in KINDS:
            self.keep(f"import_{name}", {"kind": name})


class World:
    """Both sides, and an account of each role on side A."""

    def __init__(self, make, as_):
        self.make = make
        province = make.organisation(NodeKind.PROVINCE, name="省厅机关")
        self.province = province
        self.a, self.b = Side(make, as_, province, "甲"), Side(make, as_, province, "乙")
        self.neighbours = []  #: accounts of other applicants, made once

    def account(self, role):
        """The tested account of a role, with a message of its own; nobody is `None`."""
        side, make = self.a, self.make
        if role == r.EXPERT:
            account = make.session.get(Account, side.expert.account_id)
            receiver = {"person_id": account.person_id}
        else:
            given = {}
            if role == r.APPLICANT:
                given = {"person_id": side.person.id}
            elif role in OFFICES:
                given = {"organisation_id": getattr(side.offices, OFFICES[role]).id}
            elif role == r.COMMITTEE_OFFICE:
                given = {"committee_id": side.committee.id}
            elif role not in r.THREE_ADMINS:
                given = {"organisation_id": self.province.id}
            account, receiver = make.account(role, **given), given or {"organisation_id": self.province.id}
        self._fit(role, account, receiver)
        return account

    def _fit(self, role, account, receiver):
        """Records that are an account's own by what it works for."""
        make, side = self.make, self.a
        notices = [
            make._add(Notice, {}, at=NOON, title="告知", text="请办理", **to)
            for to in (receiver, {"person_id": side.colleague.id}, {"person_id": self.b.person.id})
        ]
        for shelf, notice in zip((side.records, side.siblings, self.b.records), notices, strict=True):
            shelf["notice"] = {"pk": notice.id}
        self._own_work(account)
        self._signings(account)
        self._delegations(account)
        self._phrases(account)
        self._piles(account)
        if role in r.HRSS:
            node = make._add(
                PathNode, {}, kind=PathKind.SENIOR, organisation=self.province, node_kind=NodeKind.PROVINCE
            )
            side.keep("path_node_own", node)
            side.keep("path_change_own", side.drafted(self.province, node))
        if level := OFFICES.get(role):
            side.keep("declaration_own", *side.employees[level])
            side.keep("publicity_of_unit", *side.own[level]["publicity"])
            side.keep("quota_own", *side.quotas[level])
            beside = "district" if level != "district" else "city"
            side.keep("path_node_own", side.nodes[level], side.nodes[beside])
            side.keep("path_change_own", side.moves[level], side.moves[beside])
            if level != "unit":
                side.keep("registration_own", side.registered[level], side.registered[beside])
            if level != "unit":
                side.keep("objection", *side.own[level]["objection"])
                side._file_of("publicity", *side.own[level]["publicity"])
                side._file_of("objection", *side.own[level]["objection"])
        else:
            side.keep("declaration_own", *side.employees["unit"])
        self.b.keep("declaration_own", *self.b.employees["unit"])

    def _signings(self, account):
        """Put before the account by its office; put before somebody of another one."""
        mine = {"organisation_id": None if account.committee_id else account.organisation_id}
        mine |= {"committee_id": account.committee_id}
        others = {"organisation_id": self.b.offices.unit.id, "committee_id": None}
        who = {"handler_id": account.id, "handler_name": "经办", "head_id": account.id, "head_name": "负责"}
        made = [
            self.make._add(
                Signing,
                place | who,
                declaration=side.declaration(),
                verb="approve",
                position=1,
                words="同意",
                answers={"opinion": "同意"},
                content_hash="0" * 64,
                sent_at=NOON,
            )
            for side, place in ((self.a, mine), (self.a, others), (self.b, others))
        ]
        self.a.keep("signing", *made[:2])
        self.b.keep("signing", made[2])

    def _delegations(self, account):
        """The account's colleague signs for it; somebody of another office signs for another."""
        mine = {"organisation_id": None if account.committee_id else account.organisation_id}
        mine |= {"committee_id": account.committee_id}
        others = {"organisation_id": self.b.offices.unit.id, "committee_id": None}
        who = {"principal_id": account.id, "principal_name": "委托", "delegate_id": account.id, "delegate_name": "受托"}
        made = [
            self.make._add(Delegation, place | who, from_on=DAY, until_on=DAY, reason="出差", made_at=NOON)
            for place in (mine, others, others)
        ]
        self.a.keep("delegation", *made[:2])
        self.b.keep("delegation", made[2])

    def _phrases(self, account):
        """Kept by the account's office, or by the province for all; kept by another office."""
        others = {"organisation_id": self.b.offices.unit.id, "committee_id": None}
        words = {"reason": "01", "text": "缺少证书原件扫描件", "fits": "上传原件扫描件", "clause": "118号 四(三)"}
        mine, *further = [
            self.make._add(Phrase, place | words, number=1) for place in (owner_of(account), others, others)
        ]
        self.a.keep("phrase", mine, further[0])
        self.b.keep("phrase", further[1])

    def _piles(self, account):
        """Scanned by the account's own office; scanned by another one."""
        mine = {"organisation_id": None if account.committee_id else account.organisation_id}
        mine |= {"committee_id": account.committee_id}
        others = {"organisation_id": self.b.offices.bureau.id, "committee_id": None}
        made = []
        for side, place in ((self.a, mine), (self.a, others), (self.b, others)):
            pile = self.make._add(
                PaperPile,
                place,
                account_id=account.id,
                office="接收机构",
                handler="经办",
                files=1,
                pages=1,
                state=PileState.READ,
                found="[]",
                uploaded_at=NOON,
            )
            case = side.declaration()
            self.make._add(
                PaperReceipt,
                {},
                pile_id=pile.id,
                declaration_id=case.id,
                received_at=NOON,
                received_by_id=account.id,
                received_by="经办",
                office="接收机构",
                pages=1,
                due=1,
                whole=True,
            )
            made.append((pile, case))
        self.a.keep("paper_pile", *[pile for pile, _ in made[:2]])
        self.b.keep("paper_pile", made[2][0])
        for shelf, (pile, case) in zip((self.a.records, self.a.siblings, self.b.records), made, strict=True):
            shelf["paper_receipt"] = {"pk": pile.id, "case": case.id}

    def _own_work(self, account):
        """Long work and imports belong to who asked for them."""
        make = self.make
        colleague = make.account(r.UNIT_OFFICER, organisation_id=self.a.offices.unit.id)
        for shelf, owner in zip(
            (self.a.records, self.a.siblings, self.b.records), (account, colleague, colleague), strict=True
        ):
            job = make._add(
                Job,
                {},
                account_id=owner.id,
                kind="export",
                title="导出",
                state=JobState.DONE,
                asked_at=NOON,
                ended_at=NOON,
            )
            batch = make._add(
                ImportBatch,
                {},
                kind="acceptance",
                account_id=owner.id,
                file_name="机构.xlsx",
                sha256="0" * 64,
                state=ImportState.PREVIEWED,
                created_at=NOON,
                choices={"level": "assistant", "way": "initial"},
            )
            letter = make._add(
                Letter,
                {},
                key=f"{owner.id}-{len(shelf)}",
                kind="duty",
                channel="mail",
                receiver="wang@example.cn",
                subject="待办",
                text="请登录系统查看。",
                state=LetterState.GIVEN_UP,
                made_at=NOON,
            )
            shelf["letter"] = {"pk": letter.id}
            shelf |= {"job": {"pk": job.id}, "import_batch": {"pk": batch.id}}
        for owner, side, shelf in self._applicants(account):
            draft = shelf["declaration_draft"]["pk"]
            shelf["upload"] = {"pk": self._photo(owner, draft).id}
            whose = owner.person_id if owner.plays(r.APPLICANT) else self.a.person.id
            entry = self.make._add(
                LibraryEntry, {}, person_id=whose, section="awards", name="奖", content={"name": "奖"},
                print=f"{owner.id}-{account.id}", changed_at=NOON,
            )  # fmt: skip
            shelf["library_entry"] = {"pk": entry.id}
            self.make._add(LibraryUse, {}, entry_id=entry.id, declaration_id=draft, section="awards", place=entry.id)
            stored = side.file(entry)
            self.make._add(LibraryFile, {}, entry_id=entry.id, kind="award", file=stored)
            shelf["file_of_library_entry"] = {"key": stored.key}

    def _applicants(self, account):
        """Whoever has an upload on the way: the tested account, a colleague's, one of the other side."""
        people = (self.a.colleague, self.b.person)
        self.neighbours = self.neighbours or [self.make.account(r.APPLICANT, person_id=person.id) for person in people]
        others = self.neighbours
        shelves = (self.a.records, self.a.siblings, self.b.records)
        return zip((account, *others), (self.a, self.a, self.b), shelves, strict=True)

    def _photo(self, owner, declaration_id):
        """A photo that has come whole and waits to be joined."""
        data = picture((owner.id % 251, 3, 3))
        digest = digest_of(data)
        photo = self.make._add(
            Upload,
            {},
            account_id=owner.id,
            declaration_id=declaration_id,
            kind="education",
            name="毕业证.png",
            size=len(data),
            received=len(data),
            paged=True,
            whole_at=NOON,
            expires_at=datetime(2027, 1, 1),
        )
        self.make._add(UploadPiece, {}, upload_id=photo.id, start=0, size=len(data), sha256=digest)
        store().put(digest, data, under=under(photo))
        return photo

    def of(self, subject, relation):
        """What the address of a route needs for that record, or None where there is no such relation."""
        shelf = {"near": self.a.records, "beside": self.a.siblings, "far": self.b.records}[relation]
        return shelf.get(subject)
