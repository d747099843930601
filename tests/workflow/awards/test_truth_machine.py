"""Certificate × report, with a ministry that loses, doubles, delays and refuses: whatever happens, both sides end equal
and every QR code tells today's truth.

Three ministries: one that keeps neither keys nor versions, one that answers a known key without acting, one that also
keeps the higher version of a number.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from models.awards.certificate import Certificate, Issuer
from models.awards.certificate import CertificateState as S
from models.awards.delivery import Delivery
from models.awards.truth import CertificateTruth, TruthState
from models.declarations.declaration import DeclarationState as D
from models.register.organisation import NodeKind
from tests.workflow.awards.test_certificate import NOON, Desk
from workflow.accounts.accounts import install_system_account
from workflow.awards import certificate_number as numbers
from workflow.awards import delivery, reporting, truth, verification
from workflow.awards.certificate import CERTIFICATE, LIVE
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt

KEY = b"s" * 32
CHAINS = int(os.environ.get("TRUTH_CHAINS", "5"))
NAMES = st.sampled_from(["王一", "李二", "张三", "赵坏"])  # who is called 坏 is refused by the ministry
HOW = ["ok", "ok", "ok", "lose request", "lose answer", "twice", "late", "also late", "busy", "never"]


class Ministry:
    """What stands on the platform, by number."""

    def __init__(self, kind):
        self.kind, self.rows, self.seen, self.bodies, self.late = kind, {}, {}, {}, []

    def take(self, key, body):
        assert self.bodies.setdefault(key, body) == body, "a resend changed the body under the same key"
        if self.kind != "plain" and key in self.seen:
            return self.seen[key]
        failed = {}
        for row in json.loads(body)["certificates"]:
            if "坏" in row["name"] and row["status"] == "有效":
                failed[row["number"]] = "姓名与证件号码不匹配"
                continue
            held = self.rows.get(row["number"])
            if self.kind == "versioned" and held and held["version"] > int(row["version"]):
                continue
            self.rows[row["number"]] = {
                "version": int(row["version"]),
                "edition": row["edition"],
                "status": row["status"],
                "name": row["name"],
            }
        self.seen[key] = failed
        return failed

    def answer(self, key, body):
        said = {"receipt": f"R-{key}", "sha256": hashlib.sha256(body).hexdigest(), "failed": self.take(key, body)}
        return delivery.Answer(200, json.dumps(said).encode())

    def line(self, how):
        """A line to it on which `how` happens."""

        def post(body, headers):
            key = headers["Idempotency-Key"]
            if how == "lose request":
                raise ConnectionResetError("断开")
            if how == "busy":
                return delivery.Answer(503, b"{}")
            if how == "never":
                return delivery.Answer(422, b'{"error": "x"}')
            if how == "late":
                self.late.append((key, body))
                raise TimeoutError("超时")
            answer = self.answer(key, body)
            if how == "lose answer":
                raise TimeoutError("超时")
            if how == "twice":
                return self.answer(key, body)
            if how == "also late":
                self.late.append((key, body))
            return answer

        return post


class Office(RuleBasedStateMachine):
    """Three numbers and what people, the wire and the ministry do with them."""

    world = None  # (make, as_, session, kind), set by the test
    played = 0

    def __init__(self):
        super().__init__()
        Office.played += 1
        make, as_, self.session, kind = self.world
        self.ministry, self.desk, self.now = Ministry(kind), Desk.again(make, as_), NOON
        self.system = install_system_account(self.session)
        self.issuers = self._issuers(make)
        self.now = max([NOON, *filter(None, self.session.scalars(select(Delivery.last_at)))]) + timedelta(days=1)
        self.numbers = [self.desk.issued().number for _ in range(3)]
        self.session.commit()

    def _issuers(self, make):
        found = self.session.scalar(select(Issuer).where(Issuer.code == "01000000"))
        if found is None:
            city = make.organisation(NodeKind.CITY, region_code="430100")
            found = make._add(Issuer, {}, organisation=city, code="01000000")
        return [self.desk.issuer, found]

    def newest(self, number):
        return self.session.scalars(
            select(Certificate).join(CertificateTruth, truth.in_force()).where(Certificate.number == number)
        ).one()

    def may(self, act):
        try:
            act()
        except Refused:
            self.session.rollback()
        else:
            self.session.commit()

    numbered = st.integers(0, 2)

    @rule(n=numbered, name=NAMES)
    def correct(self, n, name):
        self.may(lambda: self.desk.changed(self.newest(self.numbers[n]), holder_name=name))

    @rule(n=numbered)
    def reissue(self, n):
        made = self.newest(self.numbers[n])
        if made.state not in LIVE:
            return
        made.declaration.committee.region_code = "430100"
        other = next(i for i in self.issuers if i.code != made.number[6:14])
        key = self.desk.key(issuer=other)
        start = numbers.next_serial(self.session, numbers.prefix_of(self.session, **key))
        numbers.generate(self.desk.uow(), **key, first=start, last=start)

        def act():
            self.numbers.append(self.desk.changed(made, "reissue", issuer=other.id).number)
            self.numbers[n], self.numbers[-1] = self.numbers[-1], self.numbers[n]

        self.may(act)

    @rule(n=numbered)
    def revoke(self, n):
        basis = dict(reason="造假", document="文号", blacklist_kind="none")
        self.may(lambda: CERTIFICATE.perform(self.desk.uow(), self.newest(self.numbers[n]), "revoke", **basis))

    @rule(n=numbered, old=st.booleans())
    def report(self, n, old):
        number = self.numbers[-1 if old else n]
        self.may(lambda: CERTIFICATE.perform(self.desk.uow(), self.newest(number), "report"))

    @rule(ended=st.booleans())
    def report_all(self, ended):
        verb = reporting.report_revocations if ended else reporting.report_all
        self.may(lambda: verb(self.desk.uow()))

    @rule(how=st.sampled_from(HOW))
    def send(self, how):
        self.now += timedelta(hours=5)
        list(delivery.send_due(self.system, self.session, self.ministry.line(how), KEY, self.now))

    @precondition(lambda self: self.ministry.late)
    @rule()
    def arrives(self):
        self.ministry.take(*self.ministry.late.pop(0))

    @rule(ok=st.booleans())
    def receipt_by_hand(self, ok):
        """Whoever telephones hears what the ministry did; sometimes it is entered wrongly."""
        batch = self.session.scalar(select(Delivery.batch).where(Delivery.delivered_at.is_(None)))
        if batch and (not ok or (batch in self.ministry.seen and not self.ministry.seen[batch])):
            self.may(lambda: reporting.receipt_batch(self.desk.uow(), batch, ok=ok, text="电话核对"))

    @rule(n=numbered)
    def tell_anew(self, n):
        self.may(lambda: CERTIFICATE.perform(self.desk.uow(), self.newest(self.numbers[n]), "tell_anew", reason="x"))

    @invariant()
    def every_code_tells_todays_truth(self):
        for number in self.numbers:
            row = truth.of(self.session, number)
            editions = self.session.scalars(
                select(Certificate).where(Certificate.number == number).order_by(Certificate.edition)
            ).all()
            told = [verification.verify(self.session, token=c.token).status for c in editions]
            if row.state == TruthState.VALID:
                assert told == ["已更正换发"] * (len(told) - 1) + ["有效"]
            else:
                assert set(told) == {TruthState(row.state).label}
            assert editions[-1].state == truth.shown(row), "the state of the edition in force follows from the row"
            assert all(c.state == S.CORRECTED for c in editions[:-1])

    @invariant()
    def what_is_acknowledged_stands_on_the_platform(self):
        if self.ministry.kind == "plain" or self.ministry.late:
            return
        for number in self.numbers:
            row = truth.of(self.session, number)
            if row.sent and truth.report_of(row) == truth.Report.RECEIVED:
                self.same(row)

    def same(self, row):
        there = self.ministry.rows[row.number]
        ours = self.newest(row.number)
        assert (there["edition"], there["status"], there["name"]) == (
            str(row.edition), truth.STATUS[TruthState(row.state)], ours.holder_name,
        )  # fmt: skip

    def teardown(self):
        while self.ministry.late:
            self.ministry.take(*self.ministry.late.pop(0))
        for number in self.numbers:
            made = self.newest(number)
            if made.state in LIVE and "坏" in made.holder_name:
                self.desk.changed(made, holder_name="钱好")
                self.session.commit()
        for _round in range(4):
            for batch in self.session.scalars(
                select(Delivery.batch).where(Delivery.delivered_at.is_(None), Delivery.next_at.is_(None))
            ).all():
                attempt(
                    self.system, lambda uow, b=batch: delivery.take_up_again(uow, b), session=self.session, now=self.now
                )
            self.now += timedelta(hours=5)
            list(delivery.send_due(self.system, self.session, self.ministry.line("ok"), KEY, self.now))
            self.may(lambda: reporting.reconcile(self.desk.uow(), self.ministry.rows | self.others()))
            self.may(lambda: reporting.report_all(self.desk.uow()))
        for number in self.numbers:
            row = truth.of(self.session, number)
            if not row.sent:
                assert number not in self.ministry.rows and row.state != TruthState.VALID
                continue
            assert truth.report_of(row) == truth.Report.RECEIVED, (number, vars(row))
            self.same(row)
            made = self.newest(number)
            assert made.declaration.state in (D.REPORTED, D.REVOKED)
        assert truth.waiting(self.session) == [] and delivery.due(self.session, self.now + timedelta(days=99)) == []

    def others(self):
        """Numbers of chains before: their ministry agreed with us at its end."""
        rows = self.session.scalars(select(CertificateTruth).where(CertificateTruth.number.not_in(self.numbers)))
        return {
            r.number: {"edition": str(r.edition), "status": truth.STATUS[TruthState(r.state)]} for r in rows
        }  # fmt: skip


@pytest.mark.parametrize("kind", ["plain", "keyed", "versioned"])
def test_both_sides_end_equal_and_every_code_tells_the_truth(kind, make, as_, session):
    Office.world, Office.played = (make, as_, session, kind), 0
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=CHAINS,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            database=None,
        ),
    )
    assert Office.played >= CHAINS
