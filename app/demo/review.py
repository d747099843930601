"""The story of one review: plan, draw, session, vote, publicity, filing, certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from app.demo.schedule import Story
from app.demo.stage import HEAD, Stage
from models.accounts.account import Account
from models.awards.certificate import Certificate, Issuer
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity
from models.batches.batch import Batch
from models.committees.catalogue import Specialty
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.register.organisation import NodeKind, Organisation
from models.review.ballot import Poll
from models.review.draw import Draw
from models.review.plan import Plan, PlanKind, ScoreItem, ScorePhase
from models.review.session import Member, ReviewSession
from workflow.awards import appeal, certificate, certificate_number, filing, publicity, reporting
from workflow.awards import objection as objections
from workflow.base import policy
from workflow.office import working_days
from workflow.review import ballot, result, scoring
from workflow.review import draw as draws
from workflow.review import plan as plans
from workflow.review import session as sessions

OFFICE_PASS, SUPERVISOR_PASS = "评委会办公室口令2026", "驻厅纪检组口令2026"
OUTSIDE = ("文正清，评委会组建单位机关纪委，书记",)  #: who watches a draw and has no account
ITEMS = (
    {
        "phase": ScorePhase.MATERIAL,
        "kind": "score",
        "name": "专业理论与技术水平",
        "maximum": 20,
        "criterion": "按评价标准分档计分",
    },
    {
        "phase": ScorePhase.MATERIAL,
        "kind": "score",
        "name": "工作业绩与贡献",
        "maximum": 30,
        "criterion": "项目规模、本人作用、经济社会效益",
    },
    {"phase": ScorePhase.MATERIAL, "kind": "score", "name": "代表性成果", "maximum": 20, "criterion": "成果质量与应用"},
    {
        "phase": ScorePhase.MATERIAL,
        "kind": "bonus",
        "name": "服务基层一线",
        "maximum": 5,
        "criterion": "年限和效果（118号 八(一)）",
    },
    {"phase": ScorePhase.INTERVIEW, "kind": "score", "name": "答辩表现", "maximum": 30, "criterion": "专业问题回答"},
)


@dataclass
class Review:
    """One plan of a committee: when it opens, and how far its story goes."""

    account: str
    batch_id: int
    name: str
    opens_on: date
    needs: tuple[tuple[str, str, int], ...]
    kind: str = PlanKind.NORMAL
    most: int = 40
    stops_at: str = ""  #: draft, filed, approved, drawn, scoring, voted, posted, filing, filed, issued, all
    plan_id: int = 0
    draft_ahead: int = 14


def hold(stage: Stage, review: Review) -> Story:
    """Tell the review from the plan to the certificates."""
    yield working_days.subtract(stage.session, review.opens_on, review.draft_ahead)
    _plan(stage, review)
    if review.stops_at == "draft":
        return
    yield working_days.subtract(stage.session, review.opens_on, review.draft_ahead - 1)
    with stage.acting(review.account) as uow:
        plans.PLAN.perform(uow, uow.session.get_one(Plan, review.plan_id), "file")
    if review.stops_at == "filed":
        return
    yield working_days.subtract(stage.session, review.opens_on, review.draft_ahead - 3)
    auditor = "hrss_special" if review.kind == PlanKind.SPECIAL else "hrss_audit"
    with stage.acting(auditor) as uow:
        plans.PLAN.perform(
            uow, uow.session.get_one(Plan, review.plan_id), "approve", opinion="方案符合要求，同意备案。"
        )
    if review.stops_at == "approved":
        return
    yield review.opens_on - timedelta(days=1)
    _draw(stage, review)
    if review.stops_at == "drawn":
        return
    yield review.opens_on
    yield from _meet(stage, review)
    if review.stops_at in ("scoring", "voted"):
        return
    yield from _afterwards(stage, review)


def _plan(stage: Stage, review: Review) -> None:
    with stage.acting(review.account) as uow:
        committee = uow.actor.committee
        batch = uow.session.get_one(Batch, review.batch_id)
        ready = uow.session.scalars(
            select(Declaration.id)
            .where(Declaration.batch_id == batch.id, Declaration.state == S.QUALIFIED, Declaration.plan_id.is_(None))
            .order_by(Declaration.id)
            .limit(review.most)
        ).all()
        needs = [
            (
                code,
                name,
                number,
                uow.session.scalar(select(Specialty).where(Specialty.code == code)) if code[:1].isdigit() else None,
            )
            for code, name, number in review.needs
        ]
        plan = plans.create(
            uow,
            batch,
            name=review.name,
            opens_on=review.opens_on,
            arrival_place="湘府宾馆",
            review_place="省人才大厦三楼封闭评审区",
            interview_place="省人才大厦五楼答辩室",
            members=committee.size,
            needs=needs,
            items=ITEMS,
            kind=review.kind,
            standards="湖南省专业技术职称申报评价条件（湘人社规〔2021〕等）",
            interview_scheme="每人 15 分钟，陈述 5 分钟，提问 10 分钟。",
            training_contact="已于开评前与省厅专技处对接一次",
            candidates=ready,
            unit_cap=4,
        )
        review.plan_id = plan.id


def _draw(stage: Stage, review: Review) -> None:
    with stage.acting("hrss_audit") as uow:
        number = draws.freeze(uow, uow.session.get_one(Plan, review.plan_id)).id
    watching = [str(stage.account(name).id) for name in ("supervisor", "supervisor2")]
    with stage.acting("hrss_audit") as uow:
        draws.DRAW.perform(uow, uow.session.get_one(Draw, number), "commit", witnesses=watching, outside=OUTSIDE)
        draws.DRAW.perform(uow, uow.session.get_one(Draw, number), "contribute", label="RST-01", value=_dice(stage))
    with stage.acting("supervisor") as uow:
        draws.DRAW.perform(uow, uow.session.get_one(Draw, number), "contribute", label="JW-01", value=_dice(stage))
    with stage.acting("hrss_audit") as uow:
        draws.DRAW.perform(uow, uow.session.get_one(Draw, number), "reveal")
    with stage.acting("hrss_audit") as uow:
        draw = uow.session.get_one(Draw, number)
        _, code = draws.members(draw)[0]
        draws.DRAW.perform(
            uow, draw, "decline", code=code, reason="NO-ANSWER", note="09:40、09:50、10:00 三次呼叫无人接听"
        )
    with stage.acting("hrss_audit") as uow:
        draws.DRAW.perform(uow, uow.session.get_one(Draw, number), "close")


def _dice(stage: Stage) -> str:
    return "".join(str(stage.names.random.randint(1, 6)) for _ in range(10))


def _meet(stage: Stage, review: Review) -> Story:
    """报到, 培训, 材料复审, 打分, 面试, 评议, 投票, 封存."""
    number = stage.session.scalars(select(ReviewSession.id).where(ReviewSession.plan_id == review.plan_id)).one()
    experts = stage.session.scalars(
        select(Account.username)
        .join(Expert, Expert.account_id == Account.id)
        .join(Member, Member.expert_id == Expert.id)
        .where(Member.session_id == number)
        .order_by(Member.id)
    ).all()

    def office(verb: str, **answers: object) -> None:
        with stage.acting(review.account) as uow:
            sessions.SESSION.perform(uow, uow.session.get_one(ReviewSession, number), verb, **answers)

    with stage.acting(review.account) as uow:
        sessions.schedule_interviews(
            uow,
            uow.session.get_one(ReviewSession, number),
            starts_at=datetime.combine(review.opens_on, time(13, 30)),
            minutes=5,
            group="第一组",
        )
        sessions.notify(uow, uow.session.get_one(ReviewSession, number))
    office("open_check_in")
    for username in experts:
        with stage.acting(username) as uow:
            sessions.SESSION.perform(
                uow,
                uow.session.get_one(ReviewSession, number),
                "sign_in",
                secrecy=True,
                statement=True,
                recusals=[],
                recusal_reason="",
            )
    office("keep_devices", devices="手机等通讯工具统一封存，编号登记，两人保管")
    office("start_training")
    office("start_review", training_note="学习评审政策、纪律和打分细则")
    _each(stage, experts, number, lambda uow, d: scoring.material_review(uow, d, passed=True, opinion="材料齐全"))
    office("start_scoring")
    if review.stops_at == "scoring":
        _each(stage, experts[: len(experts) // 2], number, lambda uow, d: _score(stage, uow, d, ScorePhase.MATERIAL))
        return
    _each(stage, experts, number, lambda uow, d: _score(stage, uow, d, ScorePhase.MATERIAL))
    office("start_interview")
    _each(stage, experts, number, lambda uow, d: _score(stage, uow, d, ScorePhase.INTERVIEW))
    office("start_discussion")
    _each(stage, experts, number, lambda uow, d: scoring.opinion(uow, d, text="业绩较突出，答辩较好。", fail_reason=""))
    office("start_voting", late_vote_reason="")
    poll = stage.session.scalars(select(Poll.id).where(Poll.session_id == number)).one()
    with stage.acting(review.account) as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "key_office", office_pass=OFFICE_PASS)
    with stage.acting("supervisor") as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "key_supervisor", supervisor_pass=SUPERVISOR_PASS)
    with stage.acting(review.account) as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "open", absent="")
    for username in experts:
        with stage.acting(username) as uow:
            held = uow.session.get_one(Poll, poll)
            slip = ballot.slip(uow, held)
            ballot.POLL.perform(uow, held, "cast", choices={d.id: _choice(stage, d) for d in slip})
    with stage.acting(review.account) as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "end", early_reason="")
    with stage.acting("supervisor") as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "release", supervisor_pass=SUPERVISOR_PASS)
    with stage.acting(review.account) as uow:
        ballot.POLL.perform(uow, uow.session.get_one(Poll, poll), "close", office_pass=OFFICE_PASS)
    with stage.acting(review.account) as uow:
        sitting = [m for m in uow.session.get_one(ReviewSession, number).members if m.signed_in_at]
        leader = next(m.code for m in sitting if m.chair)
        counters = [m.code for m in sitting if not m.chair][:2]
    office("seal", chair=leader, scrutineers=counters, minutes="大会审议并无记名投票表决。")
    with stage.acting(review.account) as uow:
        session = uow.session.get_one(ReviewSession, number)
        while ties := result.preview(uow.session, session).ties:
            order = [str(n) for n in ties[0].ids]
            result.RESULT.perform(uow, session, "decide_tie", order=order, reason="大会复议业绩材料后依次确定")
        result.RESULT.perform(uow, session, "declare", late_vote_reason="")
    yield stage.now.date()


def _each(stage: Stage, experts, number: int, verb) -> None:  # type: ignore[no-untyped-def]
    """Every expert does the same for every candidate he may judge."""
    for username in experts:
        with stage.acting(username) as uow:
            plan_id = uow.session.get_one(ReviewSession, number).plan_id
            rows = policy.visible(uow.actor, Declaration).where(Declaration.plan_id == plan_id).order_by(Declaration.id)
            for declaration in uow.session.scalars(rows).all():
                verb(uow, declaration)


def _contest(stage: Stage, review: Review) -> None:
    """申请复查 (令40号 第二十六条) of one who did not pass; it waits for the committee's office."""
    refused = (
        select(Account.username, Declaration.id)
        .join(Account, Account.person_id == Declaration.person_id)
        .where(Declaration.plan_id == review.plan_id, Declaration.state == S.FAILED)
        .order_by(Declaration.id)
    )
    username, number = stage.session.execute(refused).tuples().first() or ("", 0)
    if username:
        with stage.acting(username) as uow:
            text = "面试答辩当日通知的时间与实际不一致，答辩时间不足，请求复查评审程序。"
            appeal.apply(uow, declaration=str(number), text=text, telephone="0731-00005521")


def _score(stage: Stage, uow, declaration: Declaration, phase: str) -> None:  # type: ignore[no-untyped-def]
    items = uow.session.scalars(
        select(ScoreItem).where(ScoreItem.plan_id == declaration.plan_id, ScoreItem.phase == phase)
    ).all()
    strength = 62 + (declaration.id * 7) % 33
    points = {
        i.id: min(i.maximum * 100, i.maximum * (strength + stage.names.random.randint(-4, 4)))
        if i.kind == "score"
        else 0
        for i in items
    }
    scoring.score(uow, declaration, phase=phase, points=points)


def _choice(stage: Stage, declaration: Declaration) -> str:
    liked = ((declaration.id * 7) % 33) / 33
    chance = stage.names.random.random()
    if chance < 0.55 + liked * 0.42:
        return "yes"
    return "abstain" if chance > 0.985 else "no"


def _afterwards(stage: Stage, review: Review) -> Story:
    """公示, 异议, 备案, 编号, 发证, 上报, and one revocation."""
    yield working_days.add(stage.session, stage.now.date(), 2)
    with stage.acting(review.account) as uow:
        plan = uow.session.get_one(Plan, review.plan_id)
        posted = publicity.post_results(
            uow,
            plan,
            title=f"{plan.name}评审结果公示",
            place="评委会办事机构网站",
            complaint_department="省人社厅专业技术人员管理处",
            complaint_telephone="0731-00008490",
        )
        ends, posting = posted.ends_on, posted.id
    if review.stops_at == "posted":
        _contest(stage, review)
        return
    yield working_days.add(stage.session, stage.now.date(), 2)
    _object(stage, review)
    yield ends + timedelta(days=1)
    head = str(stage.account(review.account + HEAD).id)
    with stage.acting(review.account) as uow:
        if not uow.session.scalars(select(Objection).where(Objection.publicity_id == posting)).all():
            publicity.PUBLICITY.perform(
                uow, uow.session.get_one(Publicity, posting), "close", outcome="none", head=head
            )
        number = filing.apply(
            uow,
            uow.session.get_one(Plan, review.plan_id),
            application_number=f"湘职评备〔{review.opens_on.year}〕{review.plan_id} 号",
            summary="评审工作规范有序，投票原始记录等已归档。",
            objected="1 人公示期间收到实名异议，正在核查，待处理结束后另行备案。",
        ).id
    if review.stops_at == "filing":
        return
    yield working_days.add(stage.session, stage.now.date(), 2)
    with stage.acting("hrss_audit") as uow:
        found = uow.session.get_one(Filing, number)
        day = filing.default_date(uow.session, found.plan, found)
        filing.FILING.perform(
            uow,
            found,
            "approve",
            document=f"湘人社职备〔{review.opens_on.year}〕{number} 号",
            filed_on=day,
            date_reason="",
            opinion="同意备案。",
        )
    if review.stops_at == "filed":
        return
    yield working_days.add(stage.session, stage.now.date(), 2)
    yield from _certify(stage, review)


def _object(stage: Stage, review: Review) -> None:
    """One of the results is objected to, and stays under investigation."""
    with stage.acting(review.account) as uow:
        someone = uow.session.scalars(
            select(Declaration)
            .where(Declaration.plan_id == review.plan_id, Declaration.state == S.RESULT_PUBLICITY)
            .order_by(Declaration.id.desc())
            .limit(1)
        ).first()
        if someone is not None:
            objection = objections.register_objection(
                uow, someone, text="反映其论文署名与实际不符。", named=True, informant="刘某", telephone="1390000****"
            )
            objections.OBJECTION.perform(uow, objection, "investigate")


def _certify(stage: Stage, review: Review) -> Story:
    with stage.acting("hrss_cert") as uow:
        issuer = uow.session.scalars(
            select(Issuer).join(Organisation).where(Organisation.kind == NodeKind.PROVINCE)
        ).one()
        ready = uow.session.scalars(
            select(Declaration)
            .where(Declaration.plan_id == review.plan_id, Declaration.state == S.FILED)
            .order_by(Declaration.id)
        ).all()
        generate_for(uow, ready, issuer)
        issued = certificate.issue(uow, ready, issuer)
        numbers = [c.id for c in issued]
    yield working_days.add(stage.session, stage.now.date(), 1)
    with stage.acting("hrss_cert") as uow:
        held = [uow.session.get_one(Certificate, n) for n in numbers[: len(numbers) * 2 // 3]]
        reporting.report(uow, held)
        for n, one in enumerate(held):
            ok = n % 9 != 4
            certificate.CERTIFICATE.perform(
                uow, one, "receipt", ok=ok, text="接收成功" if ok else "姓名与证件号码不匹配，请核对后重报"
            )
    yield working_days.add(stage.session, stage.now.date(), 3)
    if review.stops_at == "all" and numbers:
        with stage.acting("hrss_cert") as uow:
            certificate.CERTIFICATE.perform(
                uow,
                uow.session.get_one(Certificate, numbers[-1]),
                "revoke",
                reason="经查实提供虚假业绩材料",
                document=f"湘人社函〔{stage.now.year}〕12 号",
                blacklist_kind="forgery",
            )


def generate_for(uow, ready, issuer: Issuer) -> None:  # type: ignore[no-untyped-def]
    """证书编号生成: as many numbers of each key as the people need."""
    keys: dict[tuple[int, int, str, str], int] = {}
    for d in ready:
        key = (
            d.filed_on.year,
            d.series_id,
            certificate_number.grade_of(d.level),
            certificate_number.way_digit_of(d.way),
        )
        keys[key] = keys.get(key, 0) + 1
    for (year, series_id, grade, way), count in keys.items():
        series = uow.session.get_one(certificate_number.Series, series_id)
        prefix = certificate_number.prefix_of(
            uow.session, grade=grade, series=series, year=year, way_digit=way, issuer=issuer
        )
        first = certificate_number.next_serial(uow.session, prefix)
        certificate_number.generate(
            uow,
            year=year,
            series=series,
            grade=grade,
            way_digit=way,
            issuer=issuer,
            first=first,
            last=first + count + 19,
        )
