"""抽取评委: who may draw when, what is kept, and that anybody can draw again from the files."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.commands.draw import draw_commands
from models.accounts.account import Account
from models.committees.committee import CommitteeOffice
from models.committees.expert import Expert, ExpertState, Relation
from models.review.draw import Draw, DrawState, Witness
from models.review.plan import Plan, PlanState
from models.review.session import Recusal, SessionState
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import COMMITTEE_OFFICE, EXPERT, HRSS_AUDIT, SUPERVISOR
from workflow.committees import expert as pool
from workflow.committees.expert import EXPERT_POOL
from workflow.review import draw as draws
from workflow.review import review_desk
from workflow.review import zc_draw as zc
from workflow.review.draw import DRAW
from workflow.review.draw_codes import code_for, experts_of

EVE = datetime(2026, 5, 20, 9, 0)
OPENING = EVE + timedelta(days=1)


@pytest.fixture
def hrss(make):
    return make.account(HRSS_AUDIT)


@pytest.fixture
def inspector(make):
    return make.account(SUPERVISOR)


@pytest.fixture
def plan(make):
    """Two groups, five seats, twelve experts, three candidates."""
    series = make.series()
    machines = make.specialty(series=series)
    plan = make.plan(committee=make.committee(series=series), members=5, needs={"S1": (3, machines), "S2": 2})
    below = make.specialty(series=series, parent=machines)
    for n in range(12):
        make.expert(series=series, specialty=below if n % 2 else None)
    for _ in range(3):
        make.declaration(state="planned", batch=plan.batch, title=make.title(series=series), plan_id=plan.id)
    return plan


def drawn(as_, plan, hrss, inspector, now=EVE):
    """A draw after its reveal."""
    draw = draws.freeze(as_(hrss, now), plan)
    DRAW.perform(as_(hrss, now), draw, "commit", outside=["李四，组建单位机关纪委，书记"])
    DRAW.perform(as_(hrss, now), draw, "contribute", label="RST-01", value="5526143361")
    DRAW.perform(as_(inspector, now), draw, "contribute", label="JW-01", value="3615246152")
    DRAW.perform(as_(hrss, now), draw, "reveal")
    return draw


def test_a_committee_is_drawn_from_freezing_to_the_session(plan, as_, hrss, inspector, session):
    draw = drawn(as_, plan, hrss, inspector)
    assert plan.state == PlanState.DRAWN and draw.drawn_at == EVE
    assert [stratum for stratum, _ in draws.members(draw)] == ["S1", "S1", "S1", "S2", "S2"]
    review = DRAW.perform(as_(hrss, EVE), draw, "close")
    assert draw.state == DrawState.CLOSED and review.state == SessionState.PREPARING
    assert {m.code for m in review.members} == {code for _, code in draws.members(draw)}
    assert all(m.code == code_for(draw.salt, m.expert_id) for m in review.members)
    (chair,) = [m for m in review.members if m.chair]
    tickets = [line.split(b"\t") for line in draw.result.splitlines() if line.startswith(b"ticket\tS1")]
    assert chair.code == tickets[0][3].decode()


def test_the_files_draw_the_same_committee_again(plan, as_, hrss, inspector, tmp_path):
    draw = drawn(as_, plan, hrss, inspector)
    code = draws.members(draw)[0][1]
    DRAW.perform(as_(hrss, EVE), draw, "decline", code=code, reason="SICK")
    for name, data in draws.transcript(draw).items():
        (tmp_path / name).write_bytes(data)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["declines.txt", "entropy.txt", "manifest.txt", "result.txt"]
    draw_commands.main(["verify", str(tmp_path)], standalone_mode=False)


def test_the_commitment_binds_the_system_before_anybody_speaks(plan, as_, hrss):
    draw = draws.freeze(as_(hrss, EVE), plan)
    uow = as_(hrss, EVE)
    DRAW.perform(uow, draw, "commit", outside=["王五，组建单位机关纪委，书记"])
    manifest = zc.Manifest.parse(draw.manifest)
    assert draw.commitment == zc.commitment(manifest, draw.r0)
    assert draw.r0 not in str(uow.entries)
    assert "entropy.txt" not in draws.transcript(draw)


def test_specialists_sit_in_their_own_group_and_the_rest_in_the_general_one(plan, as_, hrss, session):
    draw = draws.freeze(as_(hrss, EVE), plan)
    strata = {expert.code: expert.stratum for expert in zc.Manifest.parse(draw.manifest).experts}
    experts = experts_of(session, draw)
    assert len(strata) == 12
    for code, stratum in strata.items():
        assert stratum == ("S1" if experts[code].specialty_id else "S2")


def test_no_code_of_the_pool_is_seen_in_a_draw_and_no_two_draws_share_one(plan, make, as_, hrss, inspector, session):
    """Whoever proposed an expert knows his code in the pool (令40号 第二十三条)."""
    draw = drawn(as_, plan, hrss, inspector)
    review = DRAW.perform(as_(hrss, EVE), draw, "close")
    known = {code.encode() for code in session.scalars(select(Expert.code))}
    files = draws.transcript(draw)
    assert not [(code, name) for name, text in files.items() for code in known if code in text]
    assert not {member.code.encode() for member in review.members} & known
    other = make.plan(committee=plan.committee, members=5)
    again = draws.freeze(as_(hrss, EVE), other)
    codes = [{e.code for e in zc.Manifest.parse(one.manifest).experts} for one in (draw, again)]
    assert len(codes[0]) == len(codes[1]) == 12 and not codes[0] & codes[1]
    calls = draws.call_list(as_(hrss, EVE), draw)
    names = {member.code: member.expert.person.name for member in review.members}
    assert {call.code: call.name for call in calls} == names


def test_an_expert_bound_to_a_candidate_is_listed_with_the_reason_and_never_drawn(
    plan, make, as_, hrss, inspector, session
):
    one, two, three = session.scalars(select(Expert).where(Expert.series_id == plan.committee.series_id)).all()[:3]
    candidates = plan.candidates
    candidates[0].person = one.person
    session.add(Relation(expert_id=two.id, person_id=candidates[1].person_id, kind="导师"))
    three.state = ExpertState.REMOVED
    session.flush()
    draw = drawn(as_, plan, hrss, inspector)
    status = {e.code: e.status for e in zc.Manifest.parse(draw.manifest).experts}
    one, two, three = (code_for(draw.salt, expert.id) for expert in (one, two, three))
    assert status[one] == "RECUSE:SELF" and status[two] == "RECUSE:RELATION"
    assert three not in status
    assert not {one, two} & {code for _, code in draws.members(draw)}


def test_colleagues_of_a_candidate_may_be_drawn_but_stand_aside_for_him(plan, as_, hrss, inspector, session):
    for expert in session.scalars(select(Expert).where(Expert.series_id == plan.committee.series_id)):
        expert.unit_id = plan.candidates[0].unit_id
    plan.unit_cap = 5
    draw = drawn(as_, plan, hrss, inspector)
    uow = as_(hrss, EVE)
    review = DRAW.perform(uow, draw, "close")
    rows = session.scalars(select(Recusal).where(Recusal.session_id == review.id)).all()
    assert {row.declaration_id for row in rows} == {plan.candidates[0].id} and len(rows) == 5
    assert all(row.reason == "同一工作单位" for row in rows)
    assert plan.candidates[0].number not in str(uow.entries)


def test_at_least_a_third_comes_from_outside_the_host(make, as_, hrss):
    plan = make.plan(members=5)
    host = make.organisation()
    make.session.add(CommitteeOffice(committee=plan.committee, organisation=host))
    plan.unit_cap = 5
    for _ in range(4):
        make.expert(series=plan.committee.series, unit=host)
    make.session.flush()
    with pytest.raises(Refused, match="外单位"):
        draws.freeze(as_(hrss, EVE), plan)
    for _ in range(2):
        make.expert(series=plan.committee.series)
    manifest = zc.Manifest.parse(draws.freeze(as_(hrss, EVE), plan).manifest)
    assert manifest.groupcaps == {"HOST": 3}


def test_experts_out_of_term_or_of_a_lower_title_are_not_on_the_list(plan, as_, hrss, session):
    late, low, *_ = session.scalars(select(Expert).where(Expert.series_id == plan.committee.series_id)).all()
    late.term_to = date(2026, 5, 20)
    low.level = "intermediate"
    session.flush()
    draw = draws.freeze(as_(hrss, EVE), plan)
    codes = {e.code for e in zc.Manifest.parse(draw.manifest).experts}
    assert not {code_for(draw.salt, expert.id) for expert in (late, low)} & codes


@pytest.mark.parametrize("day", [EVE - timedelta(days=1), OPENING])
def test_only_on_the_day_before_the_opening(plan, as_, hrss, day):
    with pytest.raises(Refused, match="开评前 1 天（2026-05-20）"):
        draws.freeze(as_(hrss, day), plan)


def test_an_unfiled_plan_a_lapsed_committee_and_an_even_bench_are_refused(plan, as_, hrss):
    plan.state = PlanState.FILED
    with pytest.raises(NotNow, match="先审核备案"):
        draws.freeze(as_(hrss, EVE), plan)
    plan.state, plan.committee.valid_to = PlanState.APPROVED, date(2026, 5, 20)
    with pytest.raises(Refused, match="有效期"):
        draws.freeze(as_(hrss, EVE), plan)
    plan.committee.valid_to, plan.members = date(2027, 1, 1), 4
    with pytest.raises(Refused, match="单数"):
        draws.freeze(as_(hrss, EVE), plan)


def test_the_committees_office_cannot_draw(plan, make, as_):
    with pytest.raises(NotYou):
        draws.freeze(as_(make.account(COMMITTEE_OFFICE, committee_id=plan.committee_id), EVE), plan)


def test_nobody_speaks_twice_and_the_inspection_must_have_spoken(plan, make, as_, hrss):
    draw = draws.freeze(as_(hrss, EVE), plan)
    DRAW.perform(as_(hrss, EVE), draw, "commit", outside=["王五，组建单位机关纪委，书记"])
    DRAW.perform(as_(hrss, EVE), draw, "contribute", label="RST-01", value="123456")
    with pytest.raises(Refused, match="每人只能报一次"):
        DRAW.perform(as_(hrss, EVE), draw, "contribute", label="RST-02", value="654321")
    assert "至少需要 2 名" in str(DRAW.refusal(as_(hrss, EVE), draw, "reveal"))
    other = make.account(HRSS_AUDIT)
    with pytest.raises(Refused, match="已经报数"):
        DRAW.perform(as_(other, EVE), draw, "contribute", label="RST-01", value="1")
    with pytest.raises(Refused, match="四种符号"):
        DRAW.perform(as_(other, EVE), draw, "contribute", label="RST-03", value="六六六")
    uow = as_(other, EVE)
    DRAW.perform(uow, draw, "contribute", label="RST-03", value="99")
    assert "'99'" not in str(uow.entries)
    assert "纪检监察人员尚未报数" in str(DRAW.refusal(as_(hrss, EVE), draw, "reveal"))


def test_who_cannot_come_is_replaced_by_the_next_of_the_same_order(plan, as_, hrss, inspector):
    draw = drawn(as_, plan, hrss, inspector)
    before, first = draw.result_hash, draws.members(draw)[0][1]
    with pytest.raises(Refused, match="三次呼叫时间"):
        DRAW.perform(as_(hrss, EVE), draw, "decline", code=first, reason="NO-ANSWER")
    DRAW.perform(as_(hrss, EVE), draw, "decline", code=first, reason="NO-ANSWER", note="9:05、9:20、9:40 三次未接")
    members = [code for _, code in draws.members(draw)]
    assert first not in members and len(members) == 5 and draw.result_hash != before
    with pytest.raises(Refused, match="不是已抽中的成员"):
        DRAW.perform(as_(hrss, EVE), draw, "decline", code=first, reason="SICK")
    assert len(draw.declines) == 1


def test_an_exhausted_group_leads_to_a_second_attempt_without_those_already_called(make, as_, hrss, inspector):
    plan = make.plan(members=3)
    for _ in range(4):
        make.expert(series=plan.committee.series)
    draw = drawn(as_, plan, hrss, inspector)
    DRAW.perform(as_(hrss, EVE), draw, "decline", code=draws.members(draw)[0][1], reason="SICK")
    with pytest.raises(Refused, match="另起第 2 次"):
        DRAW.perform(as_(hrss, EVE), draw, "decline", code=draws.members(draw)[0][1], reason="SICK")
    with pytest.raises(Refused, match="提请中止"):
        DRAW.perform(as_(inspector, EVE), draw, "abort")
    DRAW.perform(as_(hrss, EVE), draw, "ask_abort", reason="专业组无人递补")
    DRAW.perform(as_(inspector, EVE), draw, "abort")
    assert draw.state == DrawState.ABORTED and "entropy.txt" in draws.transcript(draw)
    for _ in range(3):
        make.expert(series=plan.committee.series)
    again = draws.freeze(as_(hrss, EVE), plan)
    manifest = zc.Manifest.parse(again.manifest)
    assert again.attempt == 2
    assert sum(e.status == "RECUSE:TOUCHED" for e in manifest.experts) == 4


def test_a_draw_ends_early_only_with_both_signatures_and_stays_listed(plan, as_, hrss, inspector, session):
    draw = draws.freeze(as_(hrss, EVE), plan)
    with pytest.raises(NotNow, match="第 1 次抽取"):
        draws.freeze(as_(hrss, EVE), plan)
    DRAW.perform(as_(hrss, EVE), draw, "ask_abort", reason="名册有误")
    DRAW.perform(as_(inspector, EVE), draw, "abort")
    assert draws.freeze(as_(hrss, EVE), plan).attempt == 2
    assert session.scalars(select(Draw).where(Draw.plan_id == plan.id)).all()[0].abort_reason == "名册有误"


def test_one_account_cannot_sign_twice_even_in_another_role(plan, make, as_, session):
    """Both roles at once are refused by the database; one after the other the draw itself remembers who signed."""
    who = make.account(HRSS_AUDIT)
    draw = draws.freeze(as_(who, EVE), plan)
    DRAW.perform(as_(who, EVE), draw, "ask_abort", reason="名册有误")
    who.roles = [make.role(SUPERVISOR)]
    session.flush()
    with pytest.raises(Refused, match="不能是同一账号"):
        DRAW.perform(as_(who, EVE), draw, "abort")


def test_no_name_reaches_the_files_or_the_journal(plan, as_, hrss, inspector, session):
    draw = drawn(as_, plan, hrss, inspector)
    uow = as_(hrss, EVE)
    calls = draws.call_list(uow, draw)
    assert len(calls) == 5 and all(call.name and call.phone for call in calls)
    text = b"".join(draws.transcript(draw).values()).decode() + str([facts for _, _, facts in uow.entries])
    for expert in session.scalars(select(Expert)):
        assert expert.person.name not in text and expert.person.id_number not in text
    with pytest.raises(NotYou):
        draws.call_list(as_(session.get(Account, expert.account_id), EVE), draw)


# -- The pool --------------------------------------------------------------------------------------


def test_an_office_recommends_and_the_province_admits_for_at_most_three_years(make, as_, hrss):
    committee = make.committee()
    office = make.account(COMMITTEE_OFFICE, committee_id=committee.id)
    person = make.person()
    fields = dict(
        person=person, unit=make.organisation(), series=committee.series, level="full_senior", title="正高级工程师"
    )
    uow = as_(office)
    expert = pool.apply(uow, **fields, account=make.account(EXPERT, person_id=person.id))
    assert person.name not in str(uow.entries[-1][2])
    with pytest.raises(Refused, match="已在"):
        pool.apply(as_(office), **fields)
    with pytest.raises(Refused, match="不得超过 3 年"):
        EXPERT_POOL.perform(as_(hrss), expert, "admit", term_from=date(2026, 1, 1), term_to=date(2029, 1, 1))
    EXPERT_POOL.perform(as_(hrss), expert, "admit", term_from=date(2026, 1, 1), term_to=date(2028, 12, 31))
    assert pool.pool(make.session, committee.series_id, date(2028, 12, 31), "full_senior")[-1] == expert
    EXPERT_POOL.perform(as_(hrss), expert, "remove", reason="泄露评委身份")
    assert expert not in pool.pool(make.session, committee.series_id, date(2026, 6, 1), "full_senior")


def test_an_office_recommends_only_in_its_own_series(make, as_):
    office = make.account(COMMITTEE_OFFICE, committee_id=make.committee().id)
    other = make.series("卫生技术人员")
    fields = dict(person=make.person(), unit=make.organisation(), level="full_senior", title="主任医师")
    with pytest.raises(Refused, match="本评委会所属系列"):
        pool.apply(as_(office), **fields, series=other)
    with pytest.raises(NotYou):
        pool.apply(as_(make.account(HRSS_AUDIT)), **fields, series=other)


def test_a_three_year_term_that_begins_on_29_february_ends_before_its_anniversary(session):
    assert pool.latest_end(session, date(2024, 2, 29)) == date(2027, 2, 28)
    assert pool.latest_end(session, date(2026, 1, 1)) == date(2028, 12, 31)


def test_the_province_links_an_expert_to_his_own_account(make, as_, hrss):
    expert = make.expert(account=None)
    mine, stranger = make.account(EXPERT, person_id=expert.person_id), make.account(EXPERT, person_id=make.person().id)
    for username in (stranger.username, make.account(HRSS_AUDIT).username):
        with pytest.raises(Refused, match="不是此人的评委账号"):
            EXPERT_POOL.perform(as_(hrss), expert, "link_account", username=username)
    EXPERT_POOL.perform(as_(hrss), expert, "link_account", username=mine.username)
    assert expert.account_id == mine.id
    with pytest.raises(Refused, match="已关联其他评委"):
        EXPERT_POOL.perform(as_(hrss), make.expert(account=None), "link_account", username=mine.username)


def turns(session, account, now=EVE):
    """How many plans the badge of 抽取评委 counts for the account."""
    return len(session.scalars(select(Plan.id).where(review_desk.plans_to_draw(account, now.date()))).all())


def test_the_badge_counts_only_what_is_ones_turn_on_the_day(make, as_, plan, hrss, inspector, session):
    office = make.account(COMMITTEE_OFFICE, committee=plan.committee)
    assert turns(session, hrss, EVE - timedelta(days=1)) == 0, "not before the eve"
    assert (turns(session, hrss), turns(session, inspector), turns(session, office)) == (1, 1, 0)
    draw = draws.freeze(as_(hrss, EVE), plan)
    assert (turns(session, hrss), turns(session, inspector)) == (1, 0), "the system commits first"
    DRAW.perform(as_(hrss, EVE), draw, "commit", outside=["李四，组建单位机关纪委，书记"])
    session.flush()
    assert (turns(session, hrss), turns(session, inspector)) == (1, 1)
    DRAW.perform(as_(inspector, EVE), draw, "contribute", label="JW-01", value="3615246152")
    session.flush()
    assert turns(session, inspector) == 0, "who has spoken has nothing left to do"
    DRAW.perform(as_(hrss, EVE), draw, "ask_abort", reason="名册有误")
    session.flush()
    assert turns(session, inspector) == 1, "the abort wants the other signature"


class TestWhoWatches:
    """在场监督人员 are accounts that are picked, or persons from outside with name, organisation and post."""

    @pytest.fixture
    def frozen(self, plan, as_, hrss):
        return draws.freeze(as_(hrss, EVE), plan)

    def test_accounts_and_outsiders_are_kept_as_such(self, frozen, as_, hrss, inspector, session):
        given = {"witnesses": [str(inspector.id)], "outside": ["文正清，机关纪委，书记"]}
        DRAW.perform(as_(hrss, EVE), frozen, "commit", **given)
        session.flush()
        kept = session.scalars(select(Witness).order_by(Witness.id)).all()
        assert [(w.account_id, w.name) for w in kept] == [(inspector.id, inspector.full_name), (None, "文正清")]
        assert (kept[1].organisation, kept[1].post) == ("机关纪委", "书记")
        assert inspector.full_name in frozen.witnesses and "文正清（机关纪委，书记）" in frozen.witnesses

    def test_nobody_words_and_the_actor_himself_watch_nothing(self, frozen, as_, hrss, inspector, make):
        hrss.last_name, hrss.first_name = "办", "抽取"
        stranger = make.account("单位经办人")
        for given, field, why in (
            ({}, "witnesses", "须在监督下进行"),
            ({"outside": ["李四"]}, "outside", "应写明姓名、单位、职务"),
            ({"outside": ["李四，，书记"]}, "outside", "应写明姓名、单位、职务"),
            ({"outside": ["李4，机关纪委，书记"]}, "outside", "姓名"),
            ({"outside": ["办抽取，机关纪委，书记"]}, "outside", "不能是办理抽取的本人"),
            ({"outside": ["李四，机关纪委，书记", "李四，机关纪委，委员"]}, "outside", "重复登记"),
            ({"witnesses": [str(hrss.id)]}, "witnesses", "不能是办理抽取的本人"),
            ({"witnesses": [str(stranger.id)]}, "witnesses", "在用账号"),
        ):
            with pytest.raises(Refused, match=why) as refused:
                DRAW.perform(as_(hrss, EVE), frozen, "commit", **given)
            assert set(refused.value.fields) == {field}
        assert frozen.witnesses == ""
