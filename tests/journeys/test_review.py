"""One declaration from person1's draft to the public verification page, and one that the committee does not agree
to."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.journeys.bench import Correspondent
from tests.journeys.people import says
from tests.journeys.world import BATCH

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def filed(office):
    """职称申报: person1 fills in, uploads, promises, submits."""
    person = office.as_("person1")
    number = person.declares(BATCH, "高级工程师", office.cast["unit1_name"], "建筑设计")
    person.fills_the_form().submits()
    return number


@pytest.fixture(scope="module")
def recommended(office, filed):
    """受理, 真实性审核, 所在单位申报公示, 单位推荐上报."""
    unit = office.as_("unit1")
    unit.receives(filed)
    unit.checks(filed)
    office.waits_until_after(unit.posts_it(filed))
    unit.closes_posting()
    unit.recommends(filed)
    return filed


@pytest.fixture(scope="module")
def qualified(office, recommended):
    """形式审查 of county and city, 资格复核 of the committee's office."""
    office.as_("district1").audits(recommended)
    office.as_("city1").audits(recommended)
    office.as_("committee1").qualifies(recommended)
    return recommended


@pytest.fixture(scope="module")
def plan(office, qualified):
    """评审方案呈报 three weeks ahead, 呈报方案审核."""
    opens_on = office.today() + timedelta(days=21)
    number = office.as_("committee1").files_plan(opens_on.isoformat())
    office.as_("hrss_audit").approves_plan(number)
    return SimpleNamespace(number=number, opens_on=opens_on)


@pytest.fixture(scope="module")
def drawn(office, plan, tmp_path_factory):
    """抽取评委 on the day before: commit, speak, reveal, one who cannot come, close."""
    office.waits_until(plan.opens_on - timedelta(days=1))
    hall, watch = office.as_("hrss_audit"), office.as_("supervisor")
    hall.freezes_list(plan.number).does("系统承诺", {"外单位在场监督人员": "李纪，组建单位机关纪委，书记"})
    hall.speaks("RST-01", "3614255126")
    watch.enters_hall(plan.number).speaks("JW-01", "2265413361")
    hall.page.reload()
    hall.does("揭示并抽取")
    absent = hall.drawn()[0]
    hall.notes_decline(absent).does("抽取办结")
    members = hall.drawn()
    files = hall.takes_files(tmp_path_factory.mktemp("draw"))
    calls = hall.calls_experts()
    return SimpleNamespace(absent=absent, members=members, files=files, calls=calls)


@pytest.fixture(scope="module")
def bench(office, drawn):
    """The drawn experts: the chair and two others at their screens, the rest by post."""
    office.as_("committee1").opens("评审会议")
    leader = office.as_("committee1").chair()
    codes = sorted(drawn.calls, key=lambda code: code != leader)
    names = [office.cast[drawn.calls[code]] for code in codes]
    return [office.as_(name) for name in names[:3]] + [Correspondent(office, name) for name in names[3:]]


@pytest.fixture(scope="module")
def scored(office, plan, bench):
    """面试通知, 签到, 材料复审, 材料打分, 面试答辩打分, 评审意见."""
    committee = office.as_("committee1")
    committee.invites(f"{plan.opens_on}T14:00")
    office.as_("person1").confirms_interview()
    office.waits_until(plan.opens_on)
    committee.leads("开始报到")
    for expert in bench:
        expert.signs_the_sheet()
    committee.leads("登记通讯工具", {"通讯工具保管记录": "手机 11 部，统一封存，两人保管"})
    committee.leads("开始培训")
    committee.leads("开始材料复审", {"评委培训记录": "学习评审政策、纪律和打分细则"})
    for expert in bench:
        expert.reviews()
    committee.leads("开始材料打分")
    for expert in bench:
        expert.scores("材料打分")
    committee.leads("开始面试答辩")
    for expert in bench:
        expert.scores("面试答辩打分")
    committee.leads("开始小组评议")
    for expert in bench:
        expert.writes_opinions()


@pytest.fixture(scope="module")
def voted(office, filed, scored, bench, tmp_path_factory):
    """投票: everybody agrees to person1, nobody to person2; 计票, 封存, 宣布结果."""
    committee = office.as_("committee1")
    committee.leads("进入大会投票")
    watch = office.as_("supervisor")
    committee.sets_key()
    watch.sets_key()
    committee.opens_poll()
    other = office.as_("person2").number_of(BATCH)
    receipts = [expert.votes({filed: "同意", other: "不同意"}) for expert in bench]
    archive = tmp_path_factory.mktemp("ballot") / "zc-ballot.json"
    committee.ends_poll()
    watch.gives_key()
    archive.write_bytes(committee.counts_votes())
    committee.leads(
        "计票封存",
        {"计票、监票人": committee.members()[1:3], "会议记录": "大会审议并无记名投票表决。"},
    )
    committee.declares_result()
    return SimpleNamespace(passed=filed, failed=other, receipts=receipts, archive=archive)


@pytest.fixture(scope="module")
def certified(office, voted):
    """评审结果公示, 申请备案, 备案, 证书编号生成, 证书发放."""
    committee = office.as_("committee1")
    last = committee.posts_result()
    office.waits_until_after(last)
    committee.closes_posting()
    committee.applies_for_filing("湘职评备〔2026〕1 号")
    office.as_("hrss_audit").files_result("湘人社职备〔2026〕1 号")
    issuer = "湖南省人力资源和社会保障厅"
    desk, name = office.as_("hrss_cert"), office.as_("person1").name()
    desk.generates("高级", "评审", issuer, 5)
    desk.issues(name, issuer)
    return office.as_("person1").certificate()


def run(*command, env):
    """A command of the office, as a person types it."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_declaration_goes_from_the_draft_to_the_committee(as_, qualified):
    assert as_("person1").state() == "复核合格待入方案"


def test_the_plan_is_filed_and_the_committee_drawn(as_, drawn):
    assert len(set(drawn.members)) == 11
    assert drawn.absent not in drawn.members


def test_anybody_can_draw_again_from_the_files(as_, drawn, home):
    assert "不一致" not in run(
        sys.executable, "-m", "flask", "--app", "run", "draw", "verify", str(drawn.files), env=home
    )
    assert "不一致" not in run("sh", "tools/verify_draw.sh", str(drawn.files), env=home)


def test_the_committee_reviews_and_votes(as_, voted):
    assert len(set(voted.receipts)) == 11
    assert as_("person1").state() == "评审通过待公示"


def test_anybody_with_the_archive_can_count_again(as_, voted, home):
    counted = run(sys.executable, "-m", "app.commands.recount", str(voted.archive), env=home)
    rows = [[int(count) for count in line.split("\t")[1:]] for line in counted.splitlines()[1:]]
    assert sorted(yes > 0 for yes, no, abstain in rows) == [False, True]
    assert all(max(row) == sum(row) >= 9 for row in rows), "who stands aside for a candidate has no mark for him"


def test_who_was_not_agreed_to_is_in_no_other_plan_and_cannot_declare_again(as_, office, voted):
    assert as_("person2").looks_up(voted.failed) == "未通过"
    assert voted.failed not in as_("committee1").candidates_offered()
    again = as_("person2").declares(BATCH, "高级工程师", office.cast["unit2_name"], "建筑设计")
    assert again != voted.failed
    refused = as_("person2").is_kept_from_submitting()  # what he filed last year has been carried over
    assert voted.failed in refused and "不得进行复评（118号 五(四)）" in refused


def test_the_certificate_is_issued_and_anybody_can_verify_it(as_, certified):
    assert says(certified.pdf, certified.number, certified.name, "湘人社职备〔2026〕1号")
    status, told = as_("public").verifies(certified)
    assert status == "有效" and "湖南省建设工程系列高级职称评审委员会" in told
    assert certified.name not in told, "the public page masks the name"
    assert as_("public").follows_code(certified) == "有效"
