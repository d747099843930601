"""职数: who may ask for how many places and when; and no place is ever given twice."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota, QuotaKind
from models.declarations.quota import QuotaState as S
from models.register.organisation import NodeKind, UnitNature
from tests.arena import arena_on
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base import settings as parameters
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations import quota as quotas
from workflow.declarations.quota import QUOTA
from workflow.storage import files

NOON = datetime(2026, 5, 20, 12, 0)


class Desk:
    """A hospital, the city above it, and their officers."""

    def __init__(self, make):
        self.make = make
        self.city = make.organisation(NodeKind.CITY, name="长沙市人社局", region_code="430100")
        self.unit = make.organisation(name="长沙市第一医院", superior=self.city)
        self.officer = make.account(roles.UNIT_OFFICER, organisation_id=self.unit.id)
        self.auditor = make.account(roles.CITY_OFFICER, organisation_id=self.city.id)
        self.province = make.account(roles.HRSS_AUDIT)

    def quota(self, **given):
        defaults = dict(
            unit=self.unit,
            year=2026,
            level=TitleLevel.ASSOCIATE_SENIOR,
            kind=QuotaKind.VACANCY,
            requested=4,
            posts=20,
            held=15,
            establishment="岗设〔2025〕1号",
            state=S.DECLARED,
            approved=0,
            reserve_limit=0,
            reserved=0,
            used=0,
        )
        return self.make._add(Quota, given, **defaults)

    def approved(self, places=4, limit=6, **given):
        return self.quota(state=S.APPROVED, approved=places, reserve_limit=limit, **given)


@pytest.fixture
def desk(make):
    return Desk(make)


def report(uow, quota):
    """专项报告 as the unit uploads it."""
    files.store(uow, drawing((9, 9)), "专项报告.png", owner=quota, purpose="专项报告")


@pytest.fixture(autouse=True)
def _shelf(file_store):
    """Reports lie in the folder of the test."""


def ask(desk, as_, **given):
    wanted = dict(
        year=2026, level=TitleLevel.ASSOCIATE_SENIOR, requested=4, posts=20, held=15, establishment="岗设〔2025〕1号"
    )
    return quotas.create_quota(as_(desk.officer), unit=desk.unit, **wanted | given)


def test_an_institution_declares_within_its_vacancies_and_the_city_approves(desk, as_):
    quota = ask(desk, as_)
    QUOTA.perform(as_(desk.officer), quota, "declare")
    QUOTA.perform(as_(desk.auditor), quota, "approve", approved=3, document="长人社〔2026〕8号", opinion="同意")
    assert (quota.state, quota.approved, quota.reserve_limit) == (S.APPROVED, 3, 4)  # 3 × 1.5, cut off


def test_more_than_the_vacancies_is_refused_at_the_field(desk, as_):
    with pytest.raises(Refused, match="超过空缺岗位 5 个") as refused:
        ask(desk, as_, requested=6)
    assert "requested" in refused.value.fields


def test_vacancies_of_a_level_are_shared_by_its_specialties(desk, make, as_):
    desk.approved(places=3, specialty=make.specialty())
    quota = desk.quota(requested=4)
    with pytest.raises(Refused, match="其他专业已核准 3 个，最多可核准 2 个"):
        QUOTA.perform(as_(desk.auditor), quota, "approve", approved=3, document="文", opinion="同意")
    QUOTA.perform(as_(desk.auditor), quota, "approve", approved=2, document="文", opinion="同意")


def test_only_institutions_declare_quota_and_only_for_themselves(desk, make, as_):
    private = make.organisation(nature=UnitNature.PRIVATE)
    boss = make.account(roles.UNIT_OFFICER, organisation_id=private.id)
    with pytest.raises(Refused, match="只有事业单位"):
        quotas.create_quota(as_(boss), unit=private, year=2026, level=TitleLevel.ASSOCIATE_SENIOR, requested=1)
    with pytest.raises(NotYou, match="只能申报本单位"):
        quotas.create_quota(as_(boss), unit=desk.unit, year=2026, level=TitleLevel.ASSOCIATE_SENIOR, requested=1)


def test_the_same_places_are_not_declared_twice(desk, as_):
    desk.approved()
    quota = ask(desk, as_, requested=1)
    with pytest.raises(Refused, match="已经申报，不能重复"):
        QUOTA.perform(as_(desk.officer), quota, "declare")


@pytest.mark.parametrize(("day", "open_"), [(date(2026, 7, 20), True), (date(2026, 7, 21), False)])
def test_special_cases_close_on_the_twentieth_of_july(desk, as_, day, open_):
    quota = desk.quota(
        kind=QuotaKind.RETIREMENT,
        retiring=4,
        statement="消化职数阶段",
        state=S.DRAFT,
        posts=10,
        held=14,
        establishment="",
    )
    report(as_(desk.officer), quota)
    refusal = QUOTA.refusal(as_(desk.officer, datetime.combine(day, NOON.time())), quota, "declare")
    assert (refusal is None) == open_
    if refusal:
        assert "07-20截止" in refusal.sentence


@pytest.mark.parametrize(("day", "open_"), [(date(2026, 8, 15), True), (date(2026, 8, 16), False)])
def test_the_years_quota_is_audited_by_the_fifteenth_of_august(desk, as_, day, open_):
    refusal = QUOTA.refusal(as_(desk.auditor, datetime.combine(day, NOON.time())), desk.quota(), "approve")
    assert (refusal is None) == open_


def test_the_office_can_move_the_days(desk, make, as_):
    parameters.change(as_(make.account(roles.HRSS_CONFIG)), "quota_audit_by", "08-31")
    assert QUOTA.refusal(as_(desk.auditor, datetime(2026, 8, 30, 9)), desk.quota(), "approve") is None


def test_a_special_case_needs_people_and_a_report(desk, as_):
    with pytest.raises(Refused) as refused:
        ask(desk, as_, kind=QuotaKind.TALENT, requested=2, people=[{"name": "王强"}], statement="", held=20)
    assert set(refused.value.fields) == {"people", "statement"}


@pytest.mark.parametrize(
    ("kind", "person", "why"),
    [
        (QuotaKind.SCARCE, {"name": "王强", "years": "0"}, "须与用人单位签订服务年限"),
        (QuotaKind.GRASSROOTS, {"name": "王强", "years": "20"}, "请为王强选择具体情形"),
        (
            QuotaKind.GRASSROOTS,
            {"name": "王强", "situation": "乡镇专技岗位累计服务", "years": "19"},
            "须满 20 年，现为 19 年",
        ),
        (QuotaKind.GRASSROOTS, {"name": "王强", "situation": "扎根基层一线青年博士", "years": "4"}, "须满 5 年"),
        (QuotaKind.TALENT, {"name": "王强", "note": "430102199001010016"}, "含有证件号码"),
    ],
)
def test_each_special_case_shows_what_the_notice_asks(desk, as_, kind, person, why):
    with pytest.raises(Refused, match=why):
        ask(desk, as_, kind=kind, requested=1, people=[person], statement="专项报告", held=20)


def test_a_special_case_goes_to_the_province_after_the_first_examination(desk, as_):
    quota = ask(
        desk,
        as_,
        kind=QuotaKind.GRASSROOTS,
        requested=1,
        statement="专项报告",
        posts=0,
        held=0,
        establishment="",
        people=[{"name": "王强", "situation": "乡镇专技岗位累计服务", "years": "22"}],
    )
    with pytest.raises(Refused, match="请在“修改”中上传专项报告后申报"):
        QUOTA.perform(as_(desk.officer), quota, "declare")
    report(as_(desk.officer), quota)
    QUOTA.perform(as_(desk.officer), quota, "declare")
    with pytest.raises(Refused, match="须初核后报省人社厅"):
        QUOTA.perform(as_(desk.auditor), quota, "approve", approved=1, document="文", opinion="同意")
    QUOTA.perform(as_(desk.auditor), quota, "examine", opinion="情况属实")
    with pytest.raises(Refused, match="由省厅审核岗办理"):
        QUOTA.perform(as_(desk.auditor), quota, "send_back", opinion="再看看")
    QUOTA.perform(
        as_(desk.province), quota, "approve_special", approved=1, document="湘人社〔2026〕1号", opinion="同意"
    )
    assert quota.state == S.APPROVED


def retiring(desk, **given):
    """A row of 退多补少 of a unit with more people than posts."""
    return desk.quota(
        kind=QuotaKind.RETIREMENT, posts=10, held=14, statement="报告", **{"retiring": 3, "requested": 3} | given
    )


def test_retirements_of_a_level_are_shared_by_its_specialties(desk, make, as_):
    first, second = (retiring(desk, specialty=make.specialty(), state=S.EXAMINED) for _ in range(2))
    QUOTA.perform(as_(desk.province), first, "approve_special", approved=2, document="文", opinion="同意")
    with pytest.raises(Refused, match=r"本级别其他专业已核准 2 个"):
        QUOTA.perform(as_(desk.province), second, "approve_special", approved=3, document="文", opinion="同意")
    second.requested = 1
    QUOTA.perform(as_(desk.province), second, "approve_special", approved=1, document="文", opinion="同意")
    third = retiring(desk, specialty=make.specialty(), requested=1)
    assert "已核准 3 个" in QUOTA.refusal(as_(desk.auditor), third, "examine").sentence


@pytest.mark.parametrize(
    ("kind", "held", "why"),
    [
        (QuotaKind.TALENT, 1, "还有空缺岗位 9 个（核定 10，已聘 1）.*请先在空缺岗位范围内申报"),
        (QuotaKind.RETIREMENT, 10, "消化职数阶段.*现核定 10、已聘 10"),
    ],
)
def test_a_special_case_is_for_a_unit_without_vacancies(kind, held, why, desk, as_):
    asked = dict(kind=kind, requested=1, posts=10, held=held, retiring=1, statement="报告", people=[{"name": "王强"}])
    with pytest.raises(Refused, match=why) as refused:
        ask(desk, as_, **asked)
    assert set(refused.value.fields) == {"posts"}
    quota = desk.quota(**asked, state=S.EXAMINED)
    with pytest.raises(Refused, match=why):
        QUOTA.perform(as_(desk.province), quota, "approve_special", approved=1, document="文", opinion="同意")


def test_vacancies_that_are_all_granted_are_none_any_more(desk, as_):
    desk.approved(places=5)
    assert (
        ask(desk, as_, kind=QuotaKind.TALENT, requested=1, statement="报告", people=[{"name": "王强"}]).requested == 1
    )


def test_a_person_takes_one_place_however_often_he_is_listed(desk, as_):
    asked = dict(kind=QuotaKind.TALENT, statement="报告", held=20)
    with pytest.raises(Refused, match="张三在本单位本年度的特殊情况名单中出现不止一次"):
        ask(desk, as_, **asked, requested=2, people=[{"name": "张三"}, {"name": "张三"}])
    desk.quota(**asked, requested=1, people=[{"name": "张三"}])
    with pytest.raises(Refused, match="张三在本单位本年度的特殊情况名单中出现不止一次"):
        ask(desk, as_, **asked | {"kind": QuotaKind.SCARCE}, requested=1, people=[{"name": "张三", "years": "5"}])


@pytest.mark.parametrize("level", [TitleLevel.ASSISTANT, TitleLevel.TECHNICIAN])
def test_levels_without_posts_by_number_have_no_quota(level, desk, as_):
    with pytest.raises(Refused, match="不按岗位核定评审职数") as refused:
        ask(desk, as_, level=level)
    assert "level" in refused.value.fields


def test_special_cases_are_for_senior_titles_only(desk, as_):
    with pytest.raises(Refused, match="只限高级职称"):
        ask(desk, as_, level=TitleLevel.INTERMEDIATE, kind=QuotaKind.TALENT, requested=1, held=20, statement="报告",
            people=[{"name": "王强"}])  # fmt: skip


def test_retirements_cap_what_the_province_grants(desk, as_):
    quota = retiring(desk, retiring=1, requested=3, state=S.EXAMINED)
    with pytest.raises(Refused, match="退休的 1 人"):
        QUOTA.perform(as_(desk.province), quota, "approve_special", approved=2, document="文", opinion="同意")


def test_another_citys_officer_is_refused(desk, make, as_):
    stranger = make.account(roles.CITY_OFFICER, organisation_id=make.organisation(NodeKind.CITY).id)
    with pytest.raises(Refused, match="只有长沙市第一医院的上级"):
        QUOTA.perform(as_(stranger), desk.quota(), "approve", approved=1, document="文", opinion="同意")


def test_quota_is_cleared_only_after_its_year(desk, as_):
    quota = desk.approved()
    with pytest.raises(Refused, match="尚未结束"):
        QUOTA.perform(as_(desk.province), quota, "clear")
    assert quotas.clear_year(as_(desk.province, datetime(2027, 1, 4, 9)), 2026) == 1
    assert quota.state == S.CLEARED


# -- The ledger -----------------------------------------------------------------------------------


def case(desk, factor=None, **given):
    if factor is not None:
        given["batch"] = desk.make.batch(quota_factor=factor)
    return desk.make.declaration(unit=desk.unit, needs_quota=True, **given)


def test_a_recommended_candidate_is_counted_once(desk, as_):
    quota, declaration, uow = desk.approved(), case(desk), as_(desk.officer)
    quotas.reserve(uow, declaration)
    quotas.reserve(uow, declaration)
    assert (quota.reserved, declaration.quota_id) == (1, quota.id)
    assert [verb for verb, *_ in uow.entries] == ["reserve"]
    quotas.release(uow, declaration)
    quotas.release(uow, declaration)
    assert (quota.reserved, declaration.quota_id) == (0, None)


def test_a_unit_without_approved_quota_cannot_recommend(desk, as_):
    desk.quota()
    with pytest.raises(Refused, match="没有核准的副高级评审职数"):
        quotas.reserve(as_(desk.officer), case(desk))


def test_when_all_recommendations_are_taken_the_figures_are_named(desk, as_):
    desk.approved(places=1, limit=1)
    quotas.reserve(as_(desk.officer), case(desk))
    with pytest.raises(Refused, match=r"核准职数 1 个，按本批次差额系数 1\.5 可推荐 1 人，已推荐 1 人"):
        quotas.reserve(as_(desk.officer), case(desk))


def test_the_factor_of_the_batch_says_how_many_may_be_recommended(desk, as_):
    quota = desk.approved(places=2, limit=3)
    strict, wide = (desk.make.batch(quota_factor=factor) for factor in (Decimal("1.00"), Decimal("2.00")))
    for batch in (strict, strict, wide, wide):
        quotas.reserve(as_(desk.officer), case(desk, batch=batch))
    assert (quota.reserved, quota.reserve_limit) == (4, 4)
    with pytest.raises(Refused, match="按本批次差额系数 1 可推荐 2 人，已推荐 4 人"):
        quotas.reserve(as_(desk.officer), case(desk, batch=strict))
    with pytest.raises(Refused, match="按本批次差额系数 2 可推荐 4 人"):
        quotas.reserve(as_(desk.officer), case(desk, batch=wide))


def test_a_specialtys_own_quota_is_used_before_the_general_one_and_not_by_others(desk, make, as_):
    surgery, nursing = make.specialty(), make.specialty()
    own = desk.approved(places=1, limit=1, specialty=surgery)
    assert quotas.reserve(as_(desk.officer), case(desk, specialty=make.specialty(parent=surgery))) is own
    with pytest.raises(Refused, match="专业不符"):
        quotas.reserve(as_(desk.officer), case(desk, specialty=nursing))


def test_a_place_granted_to_a_named_person_is_his_alone(desk, make, as_):
    desk.approved(kind=QuotaKind.TALENT, people=[{"name": "王强"}])
    with pytest.raises(Refused):
        quotas.reserve(as_(desk.officer), case(desk))
    quotas.reserve(as_(desk.officer), case(desk, person=make.person(name="王强")))


def test_recommending_more_than_the_quota_is_lawful_filing_more_is_not(desk, as_):
    quota, uow = desk.approved(places=2, limit=3), as_(desk.officer)
    people = [case(desk) for _ in range(3)]
    for declaration in people:
        quotas.reserve(uow, declaration)
    quotas.use(uow, people[0])
    quotas.use(uow, people[1])
    with pytest.raises(Refused, match="核准职数 2 个已全部核销"):
        quotas.use(uow, people[2])
    assert (quota.used, quota.reserved) == (2, 3)


def test_a_filed_place_is_not_given_back(desk, as_):
    desk.approved()
    declaration = case(desk)
    quotas.reserve(as_(desk.officer), declaration)
    declaration.filed_on = date(2026, 12, 29)
    with pytest.raises(Refused, match="已核销，不能释放"):
        quotas.release(as_(desk.officer), declaration)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_fifty_at_once_for_ten_places_ten_are_granted(kind, tmp_path):
    with arena_on(kind, tmp_path) as arena:
        with arena.stage() as (_, make):
            desk = Desk(make)
            quota_id = desk.approved(places=10, limit=10).id
            actor_id = desk.officer.id
            ids = [case(desk, 1).id for _ in range(50)]
        tasks = [(actor_id, lambda uow, i=i: quotas.reserve(uow, uow.session.get_one(Declaration, i)).id) for i in ids]
        answers = arena.race(tasks, now=NOON)
        assert answers.count(quota_id) == 10
        assert sum(isinstance(a, Refused) and not isinstance(a, NotNow) for a in answers) == 40
        with arena.stage() as (session, _):
            assert session.get_one(Quota, quota_id).reserved == 10
            assert len(session.scalars(select(Declaration.id).where(Declaration.quota_id == quota_id)).all()) == 10


def test_whatever_happens_the_ledger_stays_within_its_bounds(session, make, as_):
    """Stateful: recommend, give back, file, in any order and number; never over, never negative."""

    class Ledger(RuleBasedStateMachine):
        @initialize(places=st.integers(1, 4), factor=st.sampled_from((Decimal(1), Decimal("1.5"), Decimal(2))))
        def approve(self, places, factor):
            self.desk = Desk(make)
            self.quota = self.desk.approved(places=places, limit=int(places * factor))
            self.waiting, self.counted, self.filed = [case(self.desk, factor) for _ in range(8)], [], []
            self.uow = as_(self.desk.officer)

        @rule()
        def recommend(self):
            if not self.waiting:
                return
            try:
                quotas.reserve(self.uow, self.waiting[0])
            except Refused:
                assert len(self.counted) + len(self.filed) == self.quota.reserve_limit
            else:
                self.counted.append(self.waiting.pop(0))

        @rule(which=st.integers(0, 7))
        def give_back(self, which):
            if which < len(self.counted):
                declaration = self.counted.pop(which)
                quotas.release(self.uow, declaration)
                self.waiting.append(declaration)

        @rule(which=st.integers(0, 7))
        def file(self, which):
            if which >= len(self.counted):
                return
            declaration = self.counted[which]
            try:
                quotas.use(self.uow, declaration)
            except Refused:
                assert len(self.filed) == self.quota.approved
            else:
                declaration.filed_on = date(2026, 12, 29)
                self.filed.append(self.counted.pop(which))

        @invariant()
        def the_row_says_what_happened(self):
            if hasattr(self, "quota"):
                session.refresh(self.quota)
                assert self.quota.reserved == len(self.counted) + len(self.filed) <= self.quota.reserve_limit
                assert self.quota.used == len(self.filed) <= self.quota.approved

    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
