"""证书: numbers without a gap, what a certificate says, corrections, revocations, and the public's question."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from models.awards.certificate import Certificate, CertificateNumber, Issuer, IssuerState, NumberCounter, NumberState
from models.awards.certificate import CertificateState as S
from models.committees.catalogue import Series, TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.paths.path import Way
from models.register.blacklist import BlacklistEntry, BlacklistKind, BlacklistState
from models.register.organisation import NodeKind
from models.registry import by_table
from tests.access.world import picture
from tests.arena import arena_on
from workflow.awards import certificate as certificates
from workflow.awards import certificate_number as numbers
from workflow.awards import correction, verification
from workflow.awards.certificate import CERTIFICATE
from workflow.awards.certificate_number import NUMBER
from workflow.awards.issuer import ISSUER
from workflow.base import journal, roles
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork, unit_of_work
from workflow.declarations import named

NOON = datetime(2026, 11, 3, 12, 0)
FILED_ON = date(2026, 10, 23)
SCAN = picture("white")


class Desk:
    """省厅证书岗 with the province's issuing code; `filed` is a declaration that waits for its certificate."""

    def __init__(self, make, as_=None):
        self.make, self._as = make, as_
        self.clerk, self.second = make.account(roles.HRSS_CERT), make.account(roles.HRSS_AUDIT)
        self.issuer = make._add(
            Issuer,
            {},
            organisation=make.organisation(NodeKind.PROVINCE, name="湖南省人力资源和社会保障厅"),
            code="00000000",
        )

    @classmethod
    def again(cls, make, as_):
        """The desk of a province that has one already, or a new one."""
        found = make.session.scalar(select(Issuer).where(Issuer.code == "00000000"))
        if found is None:
            return cls(make, as_)
        desk = cls.__new__(cls)
        desk.make, desk._as, desk.issuer = make, as_, found
        desk.clerk, desk.second = make.account(roles.HRSS_CERT), make.account(roles.HRSS_AUDIT)
        return desk

    def uow(self, actor=None):
        return self._as(actor or self.clerk, NOON)

    def key(self, **given):
        return dict(year=2026, series=self.make.series(), grade="A", way_digit="1", issuer=self.issuer) | given

    def generate(self, first, last, **given):
        return numbers.generate(self.uow(), **self.key(**given), first=first, last=last)

    def filed(self, **given):
        given.setdefault("batch", None) or given.update(batch=self.make.batch())
        return self.make.declaration(state=D.FILED, filed_on=FILED_ON, filing_number="湘职改备〔2026〕12号", **given)

    def issued(self, **given):
        declaration = self.filed(**given)
        if not self.make.session.scalar(
            select(CertificateNumber.id).where(CertificateNumber.state == NumberState.FREE)
        ):
            start = numbers.next_serial(self.make.session, self.prefix())
            self.generate(start, start + 9)
        return certificates.issue(self.uow(), [declaration], self.issuer)[0]

    def apply(self, made, verb, uow=None, **answers):
        """更正 or 补发 as it is applied for."""
        basis = dict(reason="登记有误", document="公安机关证明", file=(SCAN, "证明.png"))
        return CERTIFICATE.perform(uow or self.uow(), made, verb, **basis | answers)

    def changed(self, made, verb="correct", **answers):
        """Applied for, and agreed to by a second person."""
        self.apply(made, verb, **answers)
        return CERTIFICATE.perform(self.uow(self.second), made, "agree")

    def newest(self, made):
        """The edition in force of the number."""
        query = select(Certificate).where(Certificate.number == made.number).order_by(Certificate.edition.desc())
        return self.make.session.scalars(query.limit(1)).one()

    def prefix(self, **given):
        return numbers.prefix_of(self.make.session, **self.key(**given))


@pytest.fixture
def desk(make, as_):
    return Desk(make, as_)


# -- The number library ---------------------------------------------------------------------------


def test_a_number_is_built_as_the_rule_says(desk):
    series = desk.make.series()
    made = desk.generate(1, 3)
    assert [n.number for n in made] == [f"A{series.certificate_code}26100000000{i:04d}" for i in (1, 2, 3)]
    assert all(re.fullmatch(r"[ABC]\d{17}", n.number) for n in made)


@pytest.mark.parametrize(
    ("level", "grade"),
    [
        (TitleLevel.FULL_SENIOR, "A"),
        (TitleLevel.ASSOCIATE_SENIOR, "A"),
        (TitleLevel.INTERMEDIATE, "B"),
        (TitleLevel.ASSISTANT, "C"),
        (TitleLevel.TECHNICIAN, "C"),
    ],
)
def test_the_letter_says_the_grade(level, grade):
    assert numbers.grade_of(level) == grade


@pytest.mark.parametrize(("way", "digit"), [(Way.REVIEW, "1"), (Way.INITIAL, "3"), (Way.RECOGNITION, "3")])
def test_the_digit_says_the_way(way, digit):
    assert numbers.way_digit_of(way) == digit


@pytest.mark.parametrize(
    ("first", "last", "why"), [(5, 9, "开始序号应为 4"), (3, 9, "开始序号应为 4"), (4, 3, "小于开始序号")]
)
def test_numbers_follow_on_without_a_gap(desk, session, first, last, why):
    desk.generate(1, 3)
    with pytest.raises(Refused, match=why):
        desk.generate(first, last)
    assert numbers.next_serial(session, desk.prefix()) == 4
    desk.generate(4, 9)


def test_each_prefix_counts_for_itself(desk):
    desk.generate(1, 2)
    desk.generate(1, 2, grade="B")
    desk.generate(1, 2, year=2025)
    desk.generate(1, 2, way_digit="3")
    assert len(set(desk.make.session.scalars(select(CertificateNumber.prefix)))) == 4


def test_the_serial_space_ends_at_9999_and_the_prefix_is_named(desk, session):
    prefix = desk.prefix()
    session.add(NumberCounter(prefix=prefix, last=9997))
    session.flush()
    with pytest.raises(Refused, match=f"编号前缀 {prefix} 的序号最大为 9999，从 9998 起最多还能生成 2 个"):
        desk.generate(9998, 10000)
    assert session.scalars(select(CertificateNumber).where(CertificateNumber.prefix == prefix)).all() == []
    desk.generate(9998, 9999)
    with pytest.raises(Refused, match=f"编号前缀 {prefix} 的序号空间已用尽"):
        desk.generate(10000, 10000)


def test_a_cancelled_issuer_and_a_strange_key_are_refused_at_the_fields(desk):
    desk.issuer.state = IssuerState.CANCELLED
    with pytest.raises(Refused) as refused:
        desk.generate(1, 1, grade="D", way_digit="9", year=26)
    assert set(refused.value.fields) == {"grade", "way_digit", "year", "issuer"}


def test_void_numbers_are_never_taken(desk, session):
    first, second, third, _ = desk.generate(1, 4)
    NUMBER.perform(desk.uow(), first, "void", opinion="印制错误")
    assert numbers.void_range(desk.uow(), prefix=first.prefix, first=1, last=2, reason="印制错误") == 1
    (issued,) = certificates.issue(desk.uow(), [desk.filed()], desk.issuer)
    assert issued.number == third.number
    session.refresh(second)
    assert (second.state, third.state) == (NumberState.VOID, NumberState.TAKEN)


def test_only_the_certificate_desk_generates_and_issues(desk, make):
    stranger = make.account(roles.HRSS_AUDIT)
    with pytest.raises(NotYou):
        numbers.generate(desk.uow(stranger), **desk.key(), first=1, last=1)
    with pytest.raises(NotYou):
        certificates.issue(desk.uow(stranger), [desk.filed()], desk.issuer)


# -- Issue ----------------------------------------------------------------------------------------


def test_certificates_are_numbered_in_the_order_given(desk):
    desk.generate(1, 3)
    people = [desk.filed() for _ in range(3)]
    issued = certificates.issue(desk.uow(), [people[2], people[0], people[1]], desk.issuer)
    assert [c.declaration_id for c in issued] == [people[2].id, people[0].id, people[1].id]
    assert [c.number[-4:] for c in issued] == ["0001", "0002", "0003"]
    assert {d.state for d in people} == {D.ISSUED}


def test_a_certificate_says_what_was_so_on_the_day(desk, session):
    made = desk.issued()
    d = session.get(Declaration, made.declaration_id)
    assert (made.holder_name, made.unit_name, made.title_name) == (d.person.name, d.unit.name, d.title.name)
    assert (made.body_name, made.issuer_name) == (d.committee.name, "湖南省人力资源和社会保障厅")
    assert (made.document, made.obtained_on, made.level_name, made.way_name) == (
        "湘职改备〔2026〕12号",
        FILED_ON,
        "副高级",
        "评审",
    )
    assert re.fullmatch("[0-9a-f]{32}", made.token)
    name = made.holder_name
    d.person.name = "改名"
    session.flush()
    assert made.holder_name == name


def test_a_certificate_carries_title_and_specialty_under_the_names_of_the_year_of_the_declaration(desk, make, session):
    specialty = make.specialty(parent=make.specialty(), name="悬索桥")
    declaration = desk.filed(specialty=specialty)
    named.keep(desk.uow(), declaration)
    specialty.name, specialty.retired_from, declaration.title.retired_from = "缆索承重桥梁", 2026, 2026
    desk.generate(1, 1)
    made = certificates.issue(desk.uow(), [declaration], desk.issuer)[0]
    assert (made.title_name, made.specialty_name) == (declaration.title.name, "悬索桥"), (
        "what is out of use since is still printed"
    )


def test_the_number_takes_its_year_from_the_filing_day(desk):
    desk.generate(1, 1, year=2025)
    declaration = desk.filed()
    declaration.filed_on = date(2025, 12, 29)
    (made,) = certificates.issue(desk.uow(), [declaration], desk.issuer)
    assert made.number[3:5] == "25"


def test_too_few_numbers_are_told_with_prefix_and_place_and_nothing_is_issued(desk, session):
    desk.generate(1, 2)
    people = [desk.filed() for _ in range(5)]
    with pytest.raises(Refused, match=f"编号前缀 {desk.prefix()} 需要 5 个，库存 2 个，缺 3 个；请先在“证书编号生成”"):
        certificates.issue(desk.uow(), people, desk.issuer)
    assert {d.state for d in people} == {D.FILED}
    assert numbers.free_count(session, desk.prefix()) == 2


def test_several_prefixes_are_served_in_one_act_and_all_shortages_told_at_once(desk, make):
    senior, middle = desk.filed(), desk.filed(title=make.title(TitleLevel.INTERMEDIATE))
    with pytest.raises(Refused) as refused:
        certificates.issue(desk.uow(), [senior, middle], desk.issuer)
    assert desk.prefix() in refused.value.sentence
    assert desk.prefix(grade="B") in refused.value.sentence
    desk.generate(1, 1)
    desk.generate(1, 1, grade="B")
    issued = certificates.issue(desk.uow(), [middle, senior], desk.issuer)
    assert [c.number[0] for c in issued] == ["B", "A"]


@pytest.mark.parametrize("state", [s for s in D if s != D.FILED])
def test_only_filed_declarations_receive_a_certificate(desk, state):
    desk.generate(1, 1)
    declaration = desk.filed()
    declaration.state = state
    with pytest.raises(Refused, match="不在“已备案”状态"):
        certificates.issue(desk.uow(), [declaration], desk.issuer)


def blacklist(make, person):
    make._add(
        BlacklistEntry,
        {},
        person=person,
        kind=BlacklistKind.FORGERY,
        reason="造假",
        starts_on=date(2026, 10, 1),
        ends_on=date(2029, 9, 30),
        state=BlacklistState.ACTIVE,
    )


def test_a_blacklisted_person_is_refused_by_name(desk, make):
    desk.generate(1, 2)
    good, bad = desk.filed(), desk.filed()
    blacklist(make, bad.person)
    with pytest.raises(Refused, match=f"{bad.applicant_name}在失信黑名单记录期内"):
        certificates.issue(desk.uow(), [good, bad], desk.issuer)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_eight_desks_issue_four_hundred_and_none_twice(kind, tmp_path):
    with arena_on(kind, tmp_path) as arena:
        with arena.stage() as (session, make):
            desk = Desk(make, lambda actor, now: _uow(actor, now, session))
            batch = make.batch()
            ids = [desk.filed(batch=batch).id for _ in range(400)]
            desk.generate(1, 400)
            prefix, issuer_id = desk.prefix(), desk.issuer.id
            clerks = [make.account(roles.HRSS_CERT).id for _ in range(8)]
        piles = [ids[n : n + 10] for n in range(0, 400, 10)]
        for round_ in range(0, len(piles), 8):
            tasks = [
                (clerk, lambda uow, pile=pile: _issue(uow, pile, issuer_id))
                for clerk, pile in zip(clerks, piles[round_ : round_ + 8], strict=True)
            ]
            answers = arena.race(tasks, now=NOON)
            assert answers == [10] * 8
        with arena.stage() as (session, _):
            made = sorted(session.scalars(select(Certificate.number)))
            assert made == [f"{prefix}{n:04d}" for n in range(1, 401)]
            assert numbers.free_count(session, prefix) == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_desks_that_generate_at_once_leave_no_gap(kind, tmp_path):
    with arena_on(kind, tmp_path) as arena:
        with arena.stage() as (_, make):
            desk = Desk(make)
            series_id, issuer_id, clerk = make.series().id, desk.issuer.id, desk.clerk.id

        def ten_more(uow):
            key = dict(
                year=2026,
                series=uow.session.get_one(Series, series_id),
                grade="A",
                way_digit="1",
                issuer=uow.session.get_one(Issuer, issuer_id),
            )
            start = numbers.next_serial(uow.session, numbers.prefix_of(uow.session, **key))
            return len(numbers.generate(uow, **key, first=start, last=start + 9))

        answers = arena.race([(clerk, ten_more)] * 8, now=NOON)
        assert answers == [10] * 8
        with arena.stage() as (session, _):
            assert list(session.scalars(select(CertificateNumber.serial).order_by(CertificateNumber.serial))) == list(
                range(1, 81)
            )


def _issue(uow, pile, issuer_id):
    people = [uow.session.get_one(Declaration, key) for key in pile]
    return len(certificates.issue(uow, people, uow.session.get_one(Issuer, issuer_id)))


def _uow(actor, now, session):
    session.flush()
    return UnitOfWork(actor, now, session)


# -- Correct and revoke ---------------------------------------------------------------------------


def test_a_correction_is_a_new_edition_under_the_same_number(desk):
    old = desk.issued()
    new = desk.changed(old, holder_name="张三丰")
    assert (new.number, new.edition, new.holder_name, new.state) == (old.number, 2, "张三丰", S.ISSUED)
    assert (old.state, old.holder_name != "张三丰", new.token != old.token) == (S.CORRECTED, True, True)
    assert (new.declaration.person.name, new.declaration.person.pinyin) == ("张三丰", "zsf"), (
        "the identity is mended too"
    )


def test_what_agrees_with_identity_and_decision_is_not_corrected(desk):
    made = desk.issued()
    for name in ("", "  ", made.declaration.person.name):
        with pytest.raises(Refused, match="没有需要更正的内容"):
            desk.apply(made, "correct", holder_name=name)


@pytest.mark.parametrize("name", ["戴阳敏😀3", "张三3", "张<b>三</b>"])
def test_a_name_that_is_none_or_cannot_be_printed_is_no_correction(desk, name):
    """A name comes in through the one door: what is written on a certificate is read before it is applied for."""
    made = desk.issued()
    with pytest.raises(Refused, match="姓名") as refused:
        desk.apply(made, "correct", holder_name=name)
    assert refused.value.fields.keys() == {"holder_name"}
    assert desk.changed(made, holder_name=" 张　三丰 ").holder_name == "张三丰"


@pytest.mark.parametrize("field", correction.CORRECTABLE)
def test_every_field_comes_from_identity_or_decision_and_none_is_typed(desk, field):
    """Whatever the paper says wrongly, the correction says what the sources say."""
    made = desk.issued()
    right = getattr(made, field)
    setattr(made, field, "误")
    assert set(correction.differences(desk.uow(), made)) == {field}
    assert getattr(desk.changed(made), field) == right
    asked = {ask.name for ask in CERTIFICATE["correct"].asks}
    assert asked == {"holder_name", "reason", "document", "file"}, "the name is corrected in the identity first"


def test_the_sex_of_a_resident_is_read_from_the_number(desk, make):
    made = desk.issued(person=make.person(id_number="430102199001010016", sex="女"))
    assert made.sex == "男"


@pytest.mark.parametrize("missing", ["reason", "document", "file"])
def test_a_change_needs_a_reason_a_document_and_its_scan(desk, missing):
    for verb, more in (("correct", {"holder_name": "张三丰"}), ("reissue", {"issuer": 1})):
        with pytest.raises(Refused, match="请填写"):
            desk.apply(desk.issued(), verb, **more | {missing: ""})


def test_who_applied_does_not_agree_and_nothing_changes_before(desk, make, session):
    made = desk.issued()
    change = desk.apply(made, "correct", holder_name="张三丰")
    for verb, answers in (("agree", {}), ("refuse", {"opinion": "x"})):
        with pytest.raises(Refused, match="申请人不能复核自己的申请"):
            CERTIFICATE.perform(desk.uow(), made, verb, **answers)
    assert (made.state, made.truth.version, made.declaration.person.name) == (S.ISSUED, 1, made.holder_name)
    with pytest.raises(Refused, match="已有待复核的更正换发申请"):
        desk.apply(made, "reissue", issuer=desk.issuer.id)
    CERTIFICATE.perform(desk.uow(desk.second), made, "refuse", opinion="证明不符")
    assert (change.agreed, change.decided_by, made.truth.version) == (False, desk.second.id, 1)
    with pytest.raises(Refused, match="没有待复核"):
        CERTIFICATE.perform(desk.uow(desk.second), made, "agree")
    desk.apply(made, "correct", holder_name="张三丰")
    CERTIFICATE.perform(desk.uow(), made, "take_back")
    new = desk.changed(made, holder_name="张三丰", uow=desk.uow(make.account(roles.HRSS_CERT)))
    assert new.edition == 2


def city(desk, make):
    """长沙 as issuer, and a committee of 长沙 with a certificate under the province's number."""
    issuer = make._add(Issuer, {}, organisation=make.organisation(NodeKind.CITY, region_code="430100"), code="01000000")
    made = desk.issued()
    made.declaration.committee.region_code = "430100"
    numbers.generate(desk.uow(), **desk.key(issuer=issuer), first=1, last=3)
    return issuer, made


def test_a_wrong_issuer_is_mended_under_a_new_number_and_the_title_stays(desk, make, session):
    issuer, old = city(desk, make)
    new = desk.changed(old, "reissue", issuer=str(issuer.id))
    assert (new.number[6:14], new.edition, new.issuer_name) == ("01000000", 1, issuer.organisation.name)
    assert (old.state, old.truth.replaced_by, new.state) == (S.REPLACED, new.number, S.ISSUED)
    assert old.declaration.state == D.ISSUED
    verdict = verification.verify(session, token=old.token)
    assert (verdict.status, verdict.since, new.number in verdict.instead) == ("已补发新证", NOON.date(), True)
    assert verification.verify(session, token=new.token).valid
    with pytest.raises(Refused, match="已补发新证"):
        CERTIFICATE.perform(desk.uow(), old, "revoke", reason="x", document="x", blacklist_kind="none")
    with pytest.raises(Refused, match="不在“已备案”"):
        certificates.issue(desk.uow(), [old.declaration], desk.issuer)


def test_an_issuer_must_be_another_in_force_and_above_the_deciding_body(desk, make):
    issuer, made = city(desk, make)
    far = make._add(Issuer, {}, organisation=make.organisation(NodeKind.CITY, region_code="430200"), code="02000000")
    for wrong, why in ((desk.issuer, "无需补发"), (far, "区划不包括")):
        with pytest.raises(Refused, match=why):
            desk.apply(made, "reissue", issuer=wrong.id)
    with pytest.raises(Refused, match="区划不包括"):
        certificates.issue(desk.uow(), [desk.filed(committee=made.declaration.committee)], far)
    desk.apply(made, "reissue", issuer=issuer.id)
    issuer.state = IssuerState.CANCELLED
    with pytest.raises(Refused, match="已注销"):
        CERTIFICATE.perform(desk.uow(desk.second), made, "agree")


def test_what_is_revoked_while_a_change_waits_is_not_changed(desk, session):
    made = desk.issued()
    change = desk.apply(made, "correct", holder_name="张三丰")
    CERTIFICATE.perform(desk.uow(), made, "revoke", reason="造假", document="文号", blacklist_kind="none")
    assert (change.agreed, change.opinion) == (None, "证书已撤销，申请终止。")
    with pytest.raises(Refused, match="已撤销"):
        CERTIFICATE.perform(desk.uow(desk.second), made, "agree")


def test_revoking_ends_the_title_and_proposes_the_blacklist(desk, session):
    made = desk.issued()
    CERTIFICATE.perform(
        desk.uow(),
        made,
        "revoke",
        reason="论文造假",
        document="湘人社函〔2026〕99号",
        blacklist_kind=BlacklistKind.FORGERY,
    )
    assert (made.state, made.revoked_on, made.declaration.state) == (S.REVOKED, NOON.date(), D.REVOKED)
    entry = session.scalar(select(BlacklistEntry).where(BlacklistEntry.person_id == made.person_id))
    assert (entry.state, entry.ends_on) == (BlacklistState.PROPOSED, date(2029, 11, 2))


def test_a_revocation_that_is_not_the_holders_fault_lists_nobody(desk, session):
    made = desk.issued()
    CERTIFICATE.perform(desk.uow(), made, "revoke", reason="单位未公示", document="文号", blacklist_kind="none")
    assert session.scalar(select(BlacklistEntry).where(BlacklistEntry.person_id == made.person_id)) is None


def test_a_revoked_certificate_is_neither_corrected_nor_revoked_again(desk):
    made = desk.issued()
    CERTIFICATE.perform(desk.uow(), made, "revoke", reason="造假", document="文号", blacklist_kind="none")
    for verb, answers in (
        ("revoke", dict(document="文号", blacklist_kind="none")),
        ("correct", dict(holder_name="别名", document="x", file=(SCAN, "a.png"))),
        ("reissue", dict(issuer=1, document="x", file=(SCAN, "a.png"))),
    ):
        with pytest.raises(Refused, match="已撤销"):
            CERTIFICATE.perform(desk.uow(), made, verb, reason="再来", **answers)


# -- Verification ---------------------------------------------------------------------------------


def ask(session, made, **given):
    facts = dict(number=made.number, name=made.holder_name, id_tail=made.declaration.person.id_number[-4:])
    return verification.verify(session, **facts | given)


def test_the_code_and_the_three_facts_both_find_the_certificate(desk, session):
    made = desk.issued()
    assert verification.verify(session, token=made.token) == ask(session, made)
    verdict = ask(session, made)
    assert verdict.valid
    assert verdict.holder[0] == made.holder_name[0]
    assert made.holder_name not in str(verdict)
    assert made.declaration.person.id_number not in str(verdict)


def test_small_letters_and_spaces_do_not_matter(desk, session):
    made = desk.issued()
    tail = made.declaration.person.id_number[-4:].lower()
    assert ask(session, made, number=f" {made.number.lower()} ", id_tail=f"{tail} ") is not None


@pytest.mark.parametrize(
    "wrong",
    [dict(number="A08261000000009999"), dict(name="李四"), dict(id_tail="0000"), dict(id_tail=""), dict(name="")],
)
def test_every_wrong_question_has_the_same_answer(desk, session, wrong):
    assert ask(session, desk.issued(), **wrong) is None


@pytest.mark.parametrize("token", ["0" * 32, "x", "' OR 1=1 --"])
def test_an_unknown_code_finds_nothing(desk, session, token):
    desk.issued()
    assert verification.verify(session, token=token) is None


def test_nothing_is_asked_nothing_is_found(session):
    assert verification.verify(session) is None


def test_an_old_edition_says_so_and_the_number_finds_the_newest(desk, session):
    old = desk.issued()
    new = desk.changed(old, holder_name="张三丰")
    verdict = verification.verify(session, token=old.token)
    assert (verdict.status, verdict.instead, verdict.since) == ("已更正换发", "同一编号的第 2 版", NOON.date())
    assert ask(session, new).edition == 2
    assert ask(session, old) is None


def test_a_revoked_certificate_is_shown_as_revoked(desk, session):
    made = desk.issued()
    CERTIFICATE.perform(desk.uow(), made, "revoke", reason="造假", document="文号", blacklist_kind="none")
    verdict = ask(session, made)
    assert (verdict.status, verdict.tone, verdict.valid) == ("已撤销", "bad", False)


def test_every_edition_of_a_revoked_number_is_revoked(desk, session):
    """A paper printed before a correction must not stay 已更正换发, nor a newer one 有效."""
    editions = [desk.issued()]
    for name in ("张三丰", "张四丰"):
        editions.append(desk.changed(editions[-1], holder_name=name))
    CERTIFICATE.perform(desk.uow(), editions[-1], "revoke", reason="造假", document="文号", blacklist_kind="none")
    told = [verification.verify(session, token=edition.token) for edition in editions]
    assert [(v.status, v.since, v.edition) for v in told] == [("已撤销", NOON.date(), n) for n in (1, 2, 3)]


def test_a_certificate_that_no_number_vouches_for_is_none(desk, session):
    made = desk.issued()
    session.delete(made.truth)
    session.flush()
    session.expire_all()
    assert verification.verify(session, token=made.token) is None
    with pytest.raises(Refused, match="没有现状登记"):
        desk.apply(made, "correct", holder_name="张三丰")


# -- The journal ----------------------------------------------------------------------------------


def test_what_the_desk_did_agrees_with_the_journal_and_what_it_did_not_is_named(tmp_path):
    with arena_on("sqlite", tmp_path) as arena, arena.stage() as (session, make):
        desk = Desk(make)
        people = [desk.filed() for _ in range(3)]
        clerk, config = desk.clerk, make.account(roles.HRSS_CONFIG)
        session.commit()
        with unit_of_work(clerk, session=session, now=NOON) as uow:
            numbers.generate(uow, **desk.key(), first=1, last=6)
        with unit_of_work(clerk, session=session, now=NOON) as uow:
            made = certificates.issue(uow, people, desk.issuer)
        with unit_of_work(clerk, session=session, now=NOON) as uow:
            desk.apply(made[0], "correct", uow, holder_name="张三丰")
            CERTIFICATE.perform(uow, made[1], "revoke", reason="造假", document="文号", blacklist_kind="none")
        with unit_of_work(desk.second, session=session, now=NOON) as uow:
            CERTIFICATE.perform(uow, made[0], "agree")
        with unit_of_work(config, session=session, now=NOON) as uow:
            ISSUER.perform(uow, desk.issuer, "cancel", reason="撤并")
        assert list(journal.verify(session, by_table())) == []
        session.execute(update(Certificate).where(Certificate.id == made[2].id).values(holder_name="冒名者"))
        session.expire_all()
        assert any(f"certificate:{made[2].id}" in fault.reason for fault in journal.verify(session, by_table()))
