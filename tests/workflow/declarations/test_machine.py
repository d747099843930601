"""The declaration as a machine: everybody does anything at any time, and what must hold holds after each step.

A run makes STEPS steps in a database in memory; `MACHINE_STEPS=10000` is the full run. The model beside the product is
small and knows nothing of its digests: it remembers copies of what was declared when somebody signed, posted or
recommended it, and since when the applicant has had a return.
"""

from __future__ import annotations

import copy
import os
from datetime import date, datetime, timedelta
from typing import ClassVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityItem, PublicityState
from models.base import metadata
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material, StoredFile
from models.declarations.opinion import Opinion
from models.declarations.quota import Quota, QuotaState
from models.declarations.signing import Signing
from models.register.organisation import UnitNature
from models.sealed import install_keys
from tests.factories import Make
from tests.named_ways import missing
from workflow.awards import objection as objections
from workflow.awards import publicity
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, install
from workflow.declarations import comparison, content, desk, paper_desk, submission
from workflow.declarations.declaration import DECLARATION, PUBLICISED
from workflow.declarations.liability import LIABILITY_ITEMS
from workflow.declarations.signing import SIGNING
from workflow.forms import form as forms
from workflow.office import reference, working_days
from workflow.paths import route

STEPS = int(os.environ.get("MACHINE_STEPS", "600"))
DEPTH = 50
BEGIN = datetime(2026, 5, 11, 9)
TERM = 5  #: correction_days
#: How a year may end against the applicant.
ENDS = {"lapse", "stop", "disqualify", "terminate"}
#: The verbs that carry what was recommended onward.
FORWARD = {"recommend", "approve", "qualify"}
RETURNABLE = (S.UNIT_REVIEW, S.UNIT_PUBLICITY, S.UNDER_AUDIT, S.AT_COMMITTEE)
CASES, OFFICES = st.integers(0, 1), st.integers(0, 2)
#: Every verb that a person leads on a declaration until the committee has it: a full run leads each of them.
LED = {
    step.verb
    for step in DECLARATION.steps
    if not step.inner and set(step.sources) & {S.DRAFT, S.SUBMITTED, *RETURNABLE, S.RETURNED}
}
#: States a full run has seen.
SEEN = {"card", "draft", "submitted", *map(str, RETURNABLE), "returned", "qualified", "terminated", "withdrawn"}


@pytest.fixture(scope="module")
def memory():
    """The schema and the reference data, in memory."""
    install_keys(b"k" * 32)
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    install(engine, sync="OFF")
    metadata.create_all(engine)
    with Session(engine) as session:
        reference.load_into(session)
        session.commit()
    yield engine
    engine.dispose()


class Office(RuleBasedStateMachine):
    """Two applicants of one institution with one place, one to three auditing levels, a committee, the province."""

    engine = None
    #: Verbs led and states seen by all examples of a run.
    led: ClassVar[set[str]] = set()
    reached: ClassVar[set[str]] = set()

    @initialize(levels=st.integers(1, 3), fast=st.booleans())
    def open(self, levels, fast):
        connection = self.engine.connect()
        self.outer = connection.begin()
        self.session = Session(connection, join_transaction_mode="create_savepoint")
        self.connection, self.now = connection, BEGIN
        type(self).opened = self
        make = self.make = Make(self.session)
        self.offices = [make.organisation(kind) for kind in ("district", "city", "bureau")[:levels]]
        self.unit = make.organisation(superior=self.offices[0], nature=UnitNature.INSTITUTION)
        self.committee = make.committee()
        self.batch = make.batch(committee=self.committee, quota_factor=1)
        self.stops = [route.Stop(o, fast_return=fast and n == levels) for n, o in enumerate((self.unit, *self.offices))]
        self.quota = make._add(
            Quota, {}, unit=self.unit, year=2026, level=TitleLevel.ASSOCIATE_SENIOR, requested=1, kind="vacancy",
            state=QuotaState.APPROVED, approved=1, reserve_limit=1, reserved=0, used=0, document="文",
        )  # fmt: skip
        roles_of = (roles.DISTRICT_OFFICER, roles.CITY_OFFICER, roles.BUREAU_OFFICER)
        self.who = {
            "unit": make.account(roles.UNIT_OFFICER, organisation_id=self.unit.id),
            "committee": make.account(roles.COMMITTEE_OFFICE, committee=self.committee),
            "province": make.account(roles.HRSS_AUDIT),
            "system": make.account(roles.SYSTEM),
        }
        for n, office in enumerate(self.offices):
            self.who[f"office{n}"] = make.account(roles_of[n], organisation_id=office.id)
        for name in [name for name in self.who if name in ("unit", "committee") or name.startswith("office")]:
            self.who[f"{name} head"] = make.head(self.who[name])
        self.titles = [make.title(level, self.committee.series) for level in list(TitleLevel)[:2]]
        self.cases, self.model, self.files = [None, None], [{}, {}], 0
        for n in (0, 1):
            person = make.person()
            self.who[f"person{n}"] = make.account(roles.APPLICANT, person=person, person_id=person.id)
            self.begin(n)

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    # -- how anything is done ----------------------------------------------------------------------------

    def uow(self, name, later=0):
        return UnitOfWork(self.who[name], self.now + timedelta(days=later), self.session)

    def do(self, name, work):
        """Like a unit of work: all or nothing. Whether it was done."""
        point = self.session.begin_nested()
        try:
            work(self.uow(name))
            self.session.flush()
        except Refused as refusal:
            point.rollback()
            self.session.expire_all()
            assert refusal.sentence.endswith("。"), refusal.sentence
            self.said = refusal.sentence
            return False
        point.commit()
        return True

    def perform(self, n, name, verb, **answers):
        """A verb of the lifecycle; a second click on the page that was seen is refused as such."""
        case = self.cases[n]
        if case is None:
            return False
        seen, before, key = case.version, self.look(case), case.id
        was_posted = self.posting(case)
        state = str(case.state)
        done = self.do(name, lambda uow: DECLARATION.perform(uow, case, verb, **answers))
        if not done:
            if DECLARATION.leads(self.who[name], DECLARATION[verb]) and (said := self.said):
                assert not missing(DECLARATION, state, self.who[name], said), (state, name, said)
            assert self.look(case) == before, "a refusal leaves nothing behind"
            return False
        self.led.add(verb)
        if verb == "discard":
            self.cases[n] = None
            return True
        self.reached.add(str(case.state))
        if verb == "check":
            self.reached.add("card")
        assert self.session.get_one(Declaration, key).version > seen, "the other tab's page is no longer the record"
        if case.signing_id is not None:
            assert self.look(case)[:2] == before[:2], "nothing moves before the 负责人 has signed"
        else:
            self.remember(n, name, verb, was_posted)
        return True

    def head(self, name):
        return {"head": str(self.who[f"{name} head"].id)}

    @rule(n=CASES, who=st.integers(0, 4))
    def sign(self, n, who):
        """Whoever is a 负责人 tries to sign what waits; only before whom it lies does."""
        case = self.cases[n]
        if case is None or case.signing_id is None:
            return
        signing = self.session.get_one(Signing, case.signing_id)
        names = [name for name in self.who if name.endswith("head")]
        name, verb, was_posted = names[who % len(names)], str(signing.verb), self.posting(case)
        if self.do(name, lambda uow: SIGNING.perform(uow, signing, "confirm")):
            assert signing.head_id == self.who[name].id != signing.handler_id
            self.remember(n, name, verb, was_posted)

    @rule(n=CASES, back=st.booleans())
    def not_signed(self, n, back):
        """The 负责人 gives it back, or the 经办人 takes it back."""
        case = self.cases[n]
        if case is None or case.signing_id is None:
            return
        signing = self.session.get_one(Signing, case.signing_id)
        (name,) = [
            name for name, one in self.who.items() if one.id == (signing.head_id if back else signing.handler_id)
        ]
        verb, said = ("give_back", {"reason": "不妥"}) if back else ("withdraw", {})
        assert self.do(name, lambda uow: SIGNING.perform(uow, signing, verb, **said)) and case.signing_id is None

    def signed_by_all(self, n):
        for who in range(len([name for name in self.who if name.endswith("head")])):
            self.sign(n, who)

    def look(self, case):
        return (str(case.state), case.position, case.due_on, case.quota_id, case.version, self.copied(case))

    def copied(self, case):
        """What is declared, as the model sees it."""
        files = self.session.execute(
            select(Material.kind, StoredFile.sha256)
            .join(StoredFile, StoredFile.id == Material.file_id)
            .where(Material.declaration_id == case.id)
        )
        chosen = (case.title_id, case.specialty_id, case.mode, case.channel, case.secret, case.level)
        return copy.deepcopy((chosen, case.content.sections, sorted(map(tuple, files))))

    def posting(self, case):
        item = select(Publicity).join(PublicityItem).where(PublicityItem.declaration_id == case.id)
        return self.session.scalar(item.where(Publicity.state != PublicityState.VOID).order_by(Publicity.id.desc()))

    # -- the model ---------------------------------------------------------------------------------------

    def remember(self, n, name, verb, was_posted):
        case, model = self.cases[n], self.model[n]
        now = self.copied(case)
        if verb == "check":
            model["checked"] = now
        if verb == "recommend":
            assert model.get("checked") == now, "the card speaks of what goes on"
            assert model.get("posted") == now, "so does the posting"
            assert was_posted.ends_on < self.now.date()
            assert working_days.between(self.session, was_posted.posted_on, was_posted.ends_on) >= 5
            model["recommended"] = now
        if verb in FORWARD:
            said = select(Opinion).where(Opinion.declaration_id == case.id).order_by(Opinion.id.desc()).limit(1)
            last = self.session.scalars(said).one()
            alone = last.organisation_id == self.offices[0].id and verb == "approve"
            assert (last.head_id is None) is alone and last.head_id != last.handler_id, "two sign, but for a county"
            assert model.get("promised") == now, "the applicant has vouched for what goes on"
            assert model.get("recommended") == now, "what goes on is what was recommended"
            in_post = case.content.sections["basic"]["in_established_post"]
            assert bool(case.quota_id) == in_post, "nobody in a post of the institution goes on without a place"
        if verb in ("send_back", "pass_down", "hand_down") and case.position == -1:
            model["mine_since"] = self.now.date()
        if verb == "lapse":
            since = model["mine_since"]
            assert self.now.date() > working_days.add(self.session, since, TERM), "ended by another's delay"
        if verb == "resubmit":
            assert self.now.date() <= working_days.add(self.session, model.pop("mine_since"), TERM)
            if case.position > 0:
                assert model.get("recommended") == now
        if case.state == S.TERMINATED:
            assert verb in ENDS, verb

    # -- rules: the applicant ------------------------------------------------------------------------------

    def begin(self, n):
        def start(uow):
            case = submission.start(uow, batch=self.batch, title=self.titles[1], unit=self.unit)
            titles = [{"level": "intermediate", "name": "工程师", "obtained_on": "2018-12-01"}]
            submission.save_section(uow, case, "titles", titles)
            submission.save_section(uow, case, "basic", {"in_established_post": True, "post": "岗位"})
            self.cases[n], self.model[n] = case, {}

        if self.do(f"person{n}", start):
            self.reached.add("draft")

    @rule(n=CASES)
    def anew(self, n):
        """Whoever gave up or deleted his draft may begin again."""
        if self.cases[n] is None or self.cases[n].state == S.WITHDRAWN:
            self.begin(n)

    @rule(n=CASES, in_post=st.sampled_from([True, True, False]))
    def state_post(self, n, in_post):
        if case := self.cases[n]:
            said = {"in_established_post": in_post, "post": "岗位"}
            self.do(f"person{n}", lambda uow: submission.save_section(uow, case, "basic", said))

    @rule(n=CASES, words=st.sampled_from(["甲奖", "乙奖"]))
    def edit(self, n, words):
        if case := self.cases[n]:
            self.do(f"person{n}", lambda uow: submission.save_section(uow, case, "awards", [{"name": words}]))

    @rule(
        n=CASES,
        change=st.sampled_from([{"mode": "green"}, {"mode": "normal"}, {"secret": True}, {"secret": False},
                                {"title": 0}, {"title": 1}, {"channel": "agency"}, {"channel": "unit"}]),
    )  # fmt: skip
    def choose(self, n, change):
        if (case := self.cases[n]) is None:
            return
        given = {"title": self.titles[change["title"]]} if "title" in change else change
        (name,) = change
        before, seen = self.copied(case), case.state
        named = {f for c in self.open_ones(case) for f in c.facts}
        if self.do(f"person{n}", lambda uow: submission.change_choice(uow, case, **given)):
            assert seen in (S.DRAFT, S.RETURNED) and case.position == -1
            if self.copied(case) != before and self.model[n].get("recommended"):
                assert name in named, "locked once recommended"

    def open_ones(self, case):
        from workflow.declarations.audit import open_corrections

        return open_corrections(self.uow("system"), case)

    @rule(n=CASES, add=st.booleans())
    def material(self, n, add):
        if (case := self.cases[n]) is None:
            return
        held = self.session.scalars(select(Material).where(Material.declaration_id == case.id)).all()

        def work(uow):
            submission.own_and_open(uow, case)
            if add:
                self.files += 1
                stored = StoredFile(
                    key=f"k{self.files}", sha256=f"{self.files:064d}", name="件.pdf", media_type="application/pdf",
                    size=1, owner_kind="declaration", owner_id=case.id, uploaded_at=uow.now, uploaded_by=uow.actor.id,
                )  # fmt: skip
                uow.session.add(Material(declaration_id=case.id, kind="paper", file=stored))
            elif held:
                submission.detach(uow, case, held[0])

        self.do(f"person{n}", work)

    @rule(n=CASES)
    def promise(self, n):
        if (case := self.cases[n]) and self.do(f"person{n}", lambda uow: submission.promise(uow, case, "浏览器")):
            self.model[n]["promised"] = self.copied(case)

    @rule(n=CASES)
    def submit(self, n):
        if self.perform(n, f"person{n}", "submit"):
            assert self.model[n].get("promised") == self.copied(self.cases[n])

    @rule(n=CASES)
    def withdraw(self, n):
        self.perform(n, f"person{n}", "withdraw")

    @rule(n=CASES)
    def resubmit(self, n):
        self.perform(n, f"person{n}", "resubmit", opinion="已补正")

    @rule(n=CASES, sure=st.integers(0, 9))
    def give_up(self, n, sure):
        if sure == 0:
            self.perform(n, f"person{n}", "abandon", opinion="放弃")
        elif sure == 1:
            self.perform(n, f"person{n}", "discard")

    # -- rules: the unit -----------------------------------------------------------------------------------

    @rule(n=CASES)
    def accept(self, n):
        self.perform(n, "unit", "accept")

    @rule(n=CASES)
    def check(self, n):
        self.perform(
            n, "unit", "check", opinion="属实", **{key: str(self.who["unit"].id) for key, _ in LIABILITY_ITEMS}
        )

    @rule(n=CASES)
    def post(self, n):
        case = self.cases[n]
        if case and self.do(
            "unit",
            lambda uow: publicity.post_unit(
                uow, [case], title="公示", place="公告栏", contents=PUBLICISED, complaint_department="人事科",
                complaint_telephone="0731", handler="经办",
            ),
        ):  # fmt: skip
            self.model[n]["posted"] = self.copied(case)
            self.reached.add(str(case.state))

    @rule(n=CASES)
    def void(self, n):
        if (case := self.cases[n]) and (posting := self.posting(case)):
            void = {"opinion": "张贴有误"}
            if self.do("unit", lambda uow: publicity.PUBLICITY.perform(uow, posting, "void", **void)):
                self.model[n].pop("posted", None)

    @rule(n=CASES, true=st.booleans())
    def object(self, n, true):
        if (case := self.cases[n]) is None or case.state != S.UNIT_PUBLICITY:
            return

        def raised(uow):
            made = objections.register_objection(uow, case, text="排名不实", named=False)
            objections.OBJECTION.perform(uow, made, "investigate")

        self.do("unit", raised)
        for found in self.session.scalars(
            select(Objection).where(
                Objection.declaration_id == case.id, Objection.state == ObjectionState.INVESTIGATING
            )
        ):
            verb = "uphold" if true else "dismiss"
            self.do("unit", lambda uow, o=found, v=verb: objections.OBJECTION.perform(uow, o, v, finding="已核实"))

    @rule(n=CASES)
    def recommend(self, n, in_post=True):
        said = {"late_reason": "已说明", "in_post": "yes" if in_post else "no"}
        self.perform(n, "unit", "recommend", assessment="合格", opinion="同意推荐", **self.head("unit"), **said)

    @rule(n=CASES)
    def recommend_without_a_post(self, n):
        self.recommend(n, in_post=False)

    @rule(n=CASES)
    def stop(self, n):
        self.perform(n, "unit", "stop", opinion="属实", **self.head("unit"))

    # -- rules: who audits ---------------------------------------------------------------------------------

    def auditors(self):
        return [name for name in self.who if name.startswith("office") and not name.endswith("head")]

    @rule(n=CASES, office=OFFICES)
    def approve(self, n, office):
        names = self.auditors()
        said = {"publicity_checked": True, "consistency": self.consistency(n), "late_reason": "已说明"}
        name = names[office % len(names)]
        self.perform(n, name, "approve", opinion="齐全", **said, **self.head(name))

    def consistency(self, n):
        """What a truthful office says of the paper."""
        case = self.cases[n]
        return "same" if case is not None and case.paper_received_on else "pending"

    @rule(n=CASES)
    def qualify(self, n):
        said = {"consistency": self.consistency(n), **self.head("committee")}
        if self.perform(n, "committee", "qualify", opinion="合格", **said):
            case = self.cases[n]
            assert case.paper_received_on is not None, "nobody is qualified whose paper nobody has seen"

    @rule(n=CASES, sure=st.integers(0, 9))
    def end(self, n, sure):
        if sure == 0:
            self.perform(n, "committee", "disqualify", cause="05", opinion="不合格", **self.head("committee"))
        elif sure == 1:
            self.perform(n, "province", "terminate", opinion="造假", document="文")

    @rule(n=CASES, who=st.integers(0, 4), facts=st.lists(st.sampled_from(list(content.CASE_FACTS)), max_size=2))
    def send_back(self, n, who, facts):
        names = ["unit", "committee", *self.auditors()]
        facts = list(dict.fromkeys(facts))
        self.perform(n, names[who % len(names)], "send_back", cause="01", items="请补正", opinion="不齐", facts=facts)

    @rule(n=CASES)
    def pass_down(self, n):
        for name in ("unit", *self.auditors()):
            if self.perform(n, name, "pass_down", opinion=""):
                return

    @rule(n=CASES, who=OFFICES)
    def hand_down(self, n, who):
        self.hand_down_by(n, who)

    def hand_down_by(self, n, who):
        names = ["committee", *self.auditors()]
        case = self.cases[n]
        late = case is not None and case.due_on is not None and case.due_on < self.now.date()
        if self.perform(n, names[who % len(names)], "hand_down", opinion="逾期"):
            assert late

    @rule(n=CASES, who=OFFICES)
    def lapse(self, n, who):
        names = ["system", "committee", *self.auditors()]
        self.perform(n, names[who % len(names)], "lapse")

    @rule(n=CASES)
    def paper(self, n):
        """Whoever has it takes the paper in and lays it beside every file."""
        if (case := self.cases[n]) is None:
            return
        for name in ("unit", "committee", *self.auditors()):
            receipt = {"received_on": self.now.date(), "place": "柜"}
            if self.perform(n, name, "receive_paper", **receipt):
                same = {f.material.id: ("same", "") for f in comparison.files_of(self.uow(name), case)}
                self.do(name, lambda uow, found=same: paper_desk.compare(uow, case, found))

    # -- rules: time and the way as it should go -------------------------------------------------------------

    @rule(days=st.integers(1, 9))
    def wait(self, days):
        self.now += timedelta(days=days)
        if self.now.date() > date(2026, 11, 30):
            self.now = datetime(2026, 11, 30, 9)

    @rule(n=CASES)
    def onward(self, n):
        """The next thing that brings the case on, by whoever can: otherwise few runs would see the committee."""
        case = self.cases[n]
        match str(case.state) if case is not None else "":
            case "draft":
                self.promise(n)
                self.submit(n)
            case "submitted":
                self.accept(n)
            case "unit_review":
                self.check(n)
                self.post(n)
            case "unit_publicity":
                self.now += timedelta(days=12)
                self.recommend(n)
                self.signed_by_all(n)
            case "under_audit":
                if case.paper_received_on:
                    self.paper(n)
                for office in range(len(self.offices)):
                    self.approve(n, office)
                self.signed_by_all(n)
            case "at_committee":
                self.paper(n)
                self.qualify(n)
                self.signed_by_all(n)
            case "returned" if case.position == -1:
                self.promise(n)
                self.resubmit(n)
            case "returned":
                self.pass_down(n)

    @rule(n=CASES, steps=st.integers(2, 7))
    def far(self, n, steps):
        """Several of them: what is done to a case at the committee needs one there."""
        for _ in range(steps):
            self.onward(n)

    @rule(n=CASES)
    def far_and_back(self, n):
        """Up to an office, and returned by it."""
        self.far(n, 4)
        for name in ("committee", *self.auditors(), "unit"):
            if self.perform(n, name, "send_back", cause="01", items="请补正", opinion="不齐", facts=[]):
                return

    @rule(n=CASES)
    def overslept(self, n):
        """Nobody does anything until the day is past; then whoever may acts on it."""
        if (case := self.cases[n]) is not None and case.state != S.RETURNED:
            self.far_and_back(n)
        case = self.cases[n]
        if case is None or case.state != S.RETURNED or case.due_on is None:
            return
        self.now = max(self.now, datetime.combine(case.due_on + timedelta(days=3), BEGIN.time()))
        if case.position >= 0:
            for who in range(1 + len(self.offices)):
                self.hand_down_by(n, who)
        else:
            self.perform(n, "system", "lapse")

    @rule(n=CASES, true=st.booleans())
    def objected(self, n, true):
        """An objection to a posting that runs, and what the unit makes of it."""
        self.far(n, 3)
        self.object(n, true)
        self.stop(n)
        self.signed_by_all(n)

    @rule(n=CASES, verb=st.sampled_from(["disqualify", "terminate", "abandon", "discard"]), begun=st.booleans())
    def ended(self, n, verb, begun):
        """A year that ends early, by each who may end it; and the next one is begun."""
        said = {
            "disqualify": ("committee", {"cause": "05", "opinion": "不合格", **self.head("committee")}),
            "terminate": ("province", {"opinion": "造假", "document": "文"}),
            "abandon": (f"person{n}", {"opinion": "放弃"}),
            "discard": (f"person{n}", {}),
        }
        for _ in range(9 if verb in ("disqualify", "terminate") and begun else 0):
            if (case := self.cases[n]) is not None and case.state != S.AT_COMMITTEE:
                self.onward(n)
        if verb == "discard":  # only what was never handed in
            self.perform(n, f"person{n}", "abandon", opinion="放弃")
            self.anew(n)
        name, given = said[verb]
        self.perform(n, name, verb, **given)
        self.signed_by_all(n)
        self.anew(n)

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def no_place_over_quota(self):
        if not hasattr(self, "quota"):
            return
        holders = self.session.scalar(
            select(func.count()).select_from(Declaration).where(Declaration.quota_id == self.quota.id)
        )
        assert self.quota.used <= self.quota.approved and self.quota.reserved == holders <= 1

    @invariant()
    def no_state_without_a_way(self):
        for case in getattr(self, "cases", ()):
            if case is None or case.state in (S.TERMINATED, S.WITHDRAWN):
                continue
            if case.signing_id is not None:
                waiting = self.session.get_one(Signing, case.signing_id)
                back = [SIGNING.refusal(self.uow(name), waiting, "give_back") for name in self.who]
                assert None in back and waiting.position == case.position
                continue
            steps = [s for s in DECLARATION.steps if str(case.state) in set(s.sources) and not s.inner]
            ways = [
                step
                for later in (0, 60)
                for name in self.who
                for step in steps
                if step.targets and DECLARATION.refusal(self.uow(name, later), case, step) is None
            ]
            assert ways, f"{case.state} at {case.position} has no way"

    @invariant()
    def whoever_is_late_is_seen_by_who_stands_above(self):
        for case in getattr(self, "cases", ()):
            if case is None or case.state != S.RETURNED or case.position < 0 or case.due_on >= self.now.date():
                continue
            clause = desk.late_desk(self.who["committee"], self.now.date())
            assert case.id in self.session.scalars(select(Declaration.id).where(clause)).all()

    @invariant()
    def who_has_a_return_has_days_of_his_own(self):
        for case in getattr(self, "cases", ()):
            if case is not None and case.state == S.RETURNED:
                assert case.due_on > case.held_since.date()
                if case.position == -1:
                    assert case.due_on == working_days.add(self.session, case.held_since.date(), TERM)


def _wrong(sections, *, cutoff, context, by):
    """Of the form only the promise: how whole it must be is held by tests/workflow/declarations/test_form.py."""
    if not context["promised"]:
        yield forms.Problem("promise", "", None, "请阅读并签署个人承诺。")


def test_whatever_everybody_does_nobody_loses_what_is_his_and_nothing_unsigned_goes_on(memory, monkeypatch):
    class Run(Office):
        engine = memory
        led, reached = set(), set()

    monkeypatch.setattr(forms, "problems", _wrong)
    monkeypatch.setattr(submission.route, "route", lambda session, **_given: Run.opened.stops)
    examples = max(1, STEPS // DEPTH)
    held = settings(
        max_examples=examples,
        stateful_step_count=DEPTH,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),  # a run that fails is told as it was: making it short takes minutes
    )
    run_state_machine_as_test(Run, settings=held)
    if STEPS >= 2000:
        assert not LED - Run.led, f"never led: {LED - Run.led}"
        assert not SEEN - Run.reached, f"never seen: {SEEN - Run.reached}"
