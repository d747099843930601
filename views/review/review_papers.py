"""Papers of a review: 抽取记录表, 投票结果统计表, 面试通知书, 评审结果公示名单. Experts stand here by code only."""

from __future__ import annotations

import io

from models.awards.publicity import Publicity
from models.base import db
from models.declarations.declaration import DeclarationState
from models.review.ballot import Poll
from models.review.draw import Draw, DrawState
from models.review.plan import Plan
from views.storage.papers import day, pdf
from workflow.office.clauses import NOTICE
from workflow.review import ballot, scoring
from workflow.review.count import unanimous
from workflow.review.draw import REASONS, members
from workflow.review.draw_list import lines

#: What the walk did with a ticket, in words (ZC-DRAW/1 step 6).
TOLD = {
    "TAKE": "抽中",
    "SKIP-UNITCAP": "越过：同单位已满",
    "SKIP-GROUPCAP": "越过：组建单位已满",
    "SKIP-LOOKAHEAD": "越过：为保证各组抽满",
}


def told(what: str) -> str:
    """A word of the log as people read it; a decline with its reason."""
    return (
        f"不能参加：{dict(REASONS).get(what.removeprefix('DECLINE:'), what)}"
        if what.startswith("DECLINE")
        else TOLD.get(what, what)
    )


def spoken(draw: Draw) -> list[tuple[str, str]]:
    """Who spoke, and what; the values stay hidden until the draw is revealed (ZC-DRAW/1 step 3)."""
    open_ = draw.state in (DrawState.DRAWN, DrawState.CLOSED, DrawState.ABORTED)
    return [(c.label, c.value if open_ else "已封存，揭示后公布") for c in draw.contributions]


def draw_record_pdf(draw: Draw) -> io.BytesIO:
    """评委抽取记录表: the hashes, every step of the walk and who sits now, for the witnesses' signatures (118号
    五(二))."""
    plan, groups = draw.plan, {need.code: need.name for need in draw.plan.needs}
    seated = {code for _, code in members(draw)}
    rows = [
        [str(n), groups.get(stratum, "—"), code, told(what), "是" if code in seated and what == "TAKE" else "否"]
        for n, (_, stratum, code, what) in enumerate((line for line in lines(draw, 4) if line[0] == "log"), 1)
    ]
    return pdf(
        "roster",
        {
            "title": "评委抽取记录表",
            "subtitle": plan.name,
            "facts": [
                ["评委会", plan.committee.name],
                ["抽取编号", draw.name],
                ["次数", f"第 {draw.attempt} 次"],
                ["抽取时间", f"{day(draw.drawn_at)} {draw.drawn_at:%H:%M}" if draw.drawn_at else "尚未抽取"],
                ["监督人员", draw.witnesses],
                ["名册校验码", draw.pool_hash],
                ["系统承诺码", draw.commitment or ""],
                ["结果校验码", draw.result_hash or ""],
            ],
            "columns": ["序号", "专业组", "评委代码", "抽取结果", "现为成员"],
            "rows": rows,
            "footer_facts": [
                ["报数", "；".join(f"{label} {value}" for label, value in spoken(draw))],
                [
                    "不能参加",
                    "；".join(f"{d.code} {dict(REASONS).get(d.reason, d.reason)}" for d in draw.declines) or "无",
                ],
            ],
            "signatures": ["省人社厅", "机关纪委", "组建单位"],
            "note": "任何人都可以凭公开文件重新推演、独立复核",
        },
    )


def tally_pdf(poll: Poll) -> io.BytesIO:
    """投票结果统计表, signed by the chair and the scrutineers and sealed by the committee (令40号 第二十一条)."""
    review, plan = poll.session, poll.session.plan
    counts = {tally.declaration_id: tally for tally in ballot.tallies(db.session, poll)}
    points = scoring.standings(db.session, review)
    people = sorted(
        (d for d in plan.candidates if d.id in counts),
        key=lambda d: (-counts[d.id].yes, -(points[d.id].points if d.id in points else 0), d.number),
    )
    rows = []
    for n, d in enumerate(people, 1):
        count = counts[d.id]
        mean = f"{points[d.id].points / scoring.POINT:.2f}" if d.id in points else "—"
        result = (
            "待宣布"
            if d.state == DeclarationState.IN_REVIEW
            else "未通过"
            if d.state == DeclarationState.FAILED
            else "通过"
        )
        rows.append(
            [
                str(n),
                d.applicant_name,
                d.unit.name,
                d.title.name,
                mean,
                str(count.yes),
                str(count.no),
                str(count.abstain),
                str(count.attending),
                "是" if count.passed else "否",
                result,
            ]
        )
    return pdf(
        "roster",
        {
            "title": "投票结果统计表",
            "subtitle": plan.name,
            "facts": [
                ["评委会", plan.committee.name],
                ["投票日期", day(review.voted_on) or "尚未登记"],
                ["应到", f"{poll.members} 人"],
                ["实到", f"{poll.attending} 人"],
                ["表决人数", f"{len(rows)} 人"],
                ["全票一致", f"{sum(map(unanimous, counts.values()))} 人（等于公开每位评委的表决，请保密）"],
            ],
            "columns": [
                "序号",
                "姓名",
                "所在单位",
                "申报职称",
                "综合得分",
                "同意",
                "不同意",
                "弃权",
                "出席",
                "达三分之二",
                "评审结果",
            ],
            "rows": rows,
            "paragraphs": [
                "回避评委不计入该人出席人数。"
                if plan.recused_leave_denominator
                else "回避评委对该人不投票，仍计入出席人数。"
            ],
            "footer_facts": [
                ["主持人", review.chair],
                ["计票、监票人", review.scrutineers],
                ["计票摘要", poll.tally_hash],
            ],
            "signatures": ["主任委员", "计票人", "监票人"],
            "signature": f"{plan.committee.name}（盖章）",
        },
    )


def publicity_pdf(publicity: Publicity) -> io.BytesIO:
    """评审结果公示名单, as it is posted."""
    people = sorted((item.declaration for item in publicity.people), key=lambda d: d.number)
    plan = db.session.get_one(Plan, publicity.plan_id)
    return pdf(
        "roster",
        {
            "title": publicity.title,
            "subtitle": "" if plan.name in publicity.title else plan.name,
            "orientation": "portrait",
            "paragraphs": [
                f"根据{NOTICE}六（一），现将{plan.committee.name}评审通过的 {len(people)} 名同志公示如下。"
                f"公示期自{day(publicity.starts_on)}至{day(publicity.ends_on)}"
                "（含首尾，不少于 5 个工作日）。"
                f"公示期间如有异议，请以实名向{publicity.complaint_department}反映，"
                f"电话 {publicity.complaint_telephone}。",
            ],
            "columns": ["序号", "姓名", "所在单位", "申报职称", "申报专业", "评审结果"],
            "rows": [
                [
                    str(n),
                    d.applicant_name,
                    d.unit.name,
                    d.title.name,
                    d.specialty.name if d.specialty else "无",
                    "通过",
                ]
                for n, d in enumerate(people, 1)
            ],
            "signature": f"{plan.committee.name}（盖章）",
            "date": day(publicity.posted_on),
        },
        ("RP", f"FA{plan.year}-{plan.id}", plan.version),
    )
