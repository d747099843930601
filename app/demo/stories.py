"""The life of one declaration in the demo, from the draft to the committee's desk, with its twists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from app.demo.filling import fill
from app.demo.schedule import Story
from app.demo.stage import HEAD, Stage
from models.accounts.account import Account
from models.awards.publicity import Objection
from models.batches.batch import Batch
from models.committees.catalogue import Specialty, Title
from models.declarations.declaration import Declaration, DeclarationMode, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.signing import Signing
from models.register.organisation import NodeKind, Organisation
from workflow.awards import objection as objections
from workflow.awards import publicity
from workflow.declarations import comparison, paper_desk, quota, quota_need, submission
from workflow.declarations.declaration import (
    DECLARATION,
    PUBLICISED,
    last_to_look,
    publicity_needed,
    unit_publicity,
)
from workflow.declarations.liability import LIABILITY_ITEMS
from workflow.declarations.signing import SIGNING
from workflow.office import working_days

UNSIGNED = 3  #: every third case left lying at a committee waits there for the 负责人
PLACES = 8  #: that an institution of the demo asks for, of its 16 vacancies


@dataclass
class Case:
    """One declaration to be told: who, what, from which day, how far, and what happens on the way."""

    username: str
    batch_id: int
    title_id: int
    unit_id: int
    starts: date
    specialty_id: int | None = None
    stops_at: str = ""  #: the state in which the applicant or an office leaves it lying
    twist: str = ""  #: return_unit, return_deep, objection_untrue, objection_true, disqualify, withdraw, abandon
    mode: str = DeclarationMode.NORMAL
    stop_position: int = 1  #: at which level of the path it is left lying
    declaration_id: int = field(default=0)


def live(stage: Stage, case: Case) -> Story:
    """Tell the case; every sentence is a verb by the account whose turn it is."""
    yield case.starts
    with stage.acting(case.username) as uow:
        declaration = submission.start(
            uow,
            batch=uow.session.get_one(Batch, case.batch_id),
            title=uow.session.get_one(Title, case.title_id),
            unit=uow.session.get_one(Organisation, case.unit_id),
            mode=case.mode,
            specialty=uow.session.get(Specialty, case.specialty_id) if case.specialty_id else None,
        )
        case.declaration_id = declaration.id
        fill(stage, uow, declaration)
        if case.stops_at == S.DRAFT:
            return
        if case.twist == "abandon":
            DECLARATION.perform(uow, declaration, "abandon", opinion="因个人原因放弃本年度申报")
            return
        DECLARATION.perform(uow, declaration, "submit")
    if case.twist == "withdraw":
        yield _days(stage, 1)
        with stage.acting(case.username) as uow:
            DECLARATION.perform(uow, _get(uow, case), "withdraw")
        return
    if case.stops_at == S.SUBMITTED:
        return
    yield from _unit(stage, case)


def _unit(stage: Stage, case: Case) -> Story:
    yield _days(stage, 1)
    officer = _officer(stage, case.unit_id)
    with stage.acting(officer) as uow:
        declaration = _get(uow, case)
        DECLARATION.perform(uow, declaration, "accept")
        if case.stops_at == S.UNIT_REVIEW:
            return
        _check(uow, declaration)
    if case.twist == "return_unit":
        yield from _returned(stage, case, officer)
        if case.stops_at == S.RETURNED:
            return
    if publicity_needed(stage.session.get_one(Declaration, case.declaration_id)):
        yield from _publicised(stage, case, officer)
        state = stage.session.get_one(Declaration, case.declaration_id).state
        if state == S.TERMINATED or case.stops_at == S.UNIT_PUBLICITY:
            return
    _place(stage, case, officer)
    with stage.acting(officer) as uow:
        declaration = _get(uow, case)
        DECLARATION.perform(
            uow,
            declaration,
            "recommend",
            assessment="公示无异议，测评合格",
            opinion="材料真实，业绩突出，同意推荐。",
            in_post=quota_need.IN_POST if quota_need.asked_of(declaration) else None,
            **_head(stage, officer),
        )
    _sign(stage, case)
    yield from _levels(stage, case)


def _place(stage: Stage, case: Case, officer: str) -> None:
    """An institution without places for its candidate declares them, and its superior approves."""
    declaration = stage.session.get_one(Declaration, case.declaration_id)
    if not quota_need.needs_place(declaration) or quota.suitable(stage.session, declaration):
        return
    unit = declaration.unit
    with stage.acting(officer) as uow:
        made = quota.create_quota(
            uow,
            unit=uow.session.get_one(Organisation, unit.id),
            year=declaration.year,
            level=declaration.level,
            requested=PLACES,
            posts=24,
            held=8,
            establishment="湘人社岗设〔2024〕1 号",
        )
        quota.QUOTA.perform(uow, made, "declare")
        number = made.id
    above = unit.superior
    if above is not None and above.kind == NodeKind.DISTRICT and above.superior is not None:
        above = above.superior
    province = above is None or above.kind == NodeKind.PROVINCE
    with stage.acting("hrss_audit" if province else _officer(stage, above.id)) as uow:
        quota.QUOTA.perform(
            uow,
            uow.session.get_one(quota.Quota, number),
            "approve",
            approved=PLACES,
            document=f"湘人社职数〔{declaration.year}〕3 号",
            opinion="在空缺岗位范围内，同意。",
        )


def _publicised(stage: Stage, case: Case, officer: str) -> Story:
    yield _days(stage, 1)
    with stage.acting(officer) as uow:
        declaration = _get(uow, case)
        publicity.post_unit(
            uow,
            [declaration],
            title=f"{declaration.applicant_name}同志职称申报公示",
            place="单位公告栏及单位网站",
            contents=PUBLICISED,
            complaint_department="人事科",
            complaint_telephone="0731-00008555",
        )
    if case.stops_at == S.UNIT_PUBLICITY:
        return
    if case.twist.startswith("objection"):
        yield _days(stage, 2)
        if (yield from _objected(stage, case, officer)):
            return
    posting = unit_publicity(_asking(stage), stage.session.get_one(Declaration, case.declaration_id))
    yield max(posting.ends_on + timedelta(days=1), stage.now.date())  # type: ignore[union-attr]
    with stage.acting(officer) as uow:
        outcome = "untrue" if case.twist == "objection_untrue" else "none"
        said = {"outcome": outcome, **_head(stage, officer)}
        publicity.PUBLICITY.perform(uow, unit_publicity(uow, _get(uow, case)), "close", **said)


def _objected(stage: Stage, case: Case, officer: str):  # type: ignore[no-untyped-def]
    with stage.acting(officer) as uow:
        objection = objections.register_objection(
            uow,
            _get(uow, case),
            text="反映其一项业绩的本人排名与实际不符。",
            named=True,
            informant="王某",
            telephone="1390000****",
        )
        objections.OBJECTION.perform(uow, objection, "investigate")
        number = objection.id
    yield _days(stage, 2)
    true = case.twist == "objection_true"
    with stage.acting(officer) as uow:
        objection = uow.session.get_one(Objection, number)
        objections.OBJECTION.perform(
            uow,
            objection,
            "uphold" if true else "dismiss",
            finding="已向项目单位核实。" + ("情况属实。" if true else "排名与证书一致。"),
        )
        objections.OBJECTION.perform(uow, objection, "reply", answer="核查结果已书面答复。")
        if true:
            said = {"opinion": "公示期间异议经查证属实，不予报送", **_head(stage, officer)}
            DECLARATION.perform(uow, _get(uow, case), "stop", **said)
    if true:
        _sign(stage, case)
    return true


def _levels(stage: Stage, case: Case) -> Story:
    """形式审查 level by level, with a return in depth where the case has one."""
    returned = False
    while True:
        declaration = stage.session.get_one(Declaration, case.declaration_id)
        if declaration.state != S.UNDER_AUDIT:
            break
        if case.stops_at == S.UNDER_AUDIT and declaration.position >= case.stop_position:
            return
        yield _days(stage, 2)
        declaration = stage.session.get_one(Declaration, case.declaration_id)
        officer = _officer(stage, _at(stage, declaration))
        last = declaration.position == max(stop.position for stop in declaration.route)
        if case.twist == "return_deep" and last and not returned:
            returned = True
            yield from _returned(stage, case, officer)
            if case.stops_at == S.RETURNED:
                return
            continue
        with stage.acting(officer) as uow:
            declaration = _get(uow, case)
            DECLARATION.perform(
                uow,
                declaration,
                "approve",
                opinion="材料齐全，公示规范，同意上报。",
                publicity_checked=True,
                consistency=_compared(uow, declaration),
                **_head(stage, officer),
            )
        _sign(stage, case)
    declaration = stage.session.get_one(Declaration, case.declaration_id)
    unsigned = case.stops_at == S.AT_COMMITTEE and declaration.id // UNSIGNED % UNSIGNED == 0
    if declaration.state == S.AT_COMMITTEE and (unsigned or case.stops_at != S.AT_COMMITTEE):
        yield _days(stage, 2)
        office = declaration.committee.account_name  # type: ignore[union-attr]
        with stage.acting(office) as uow:
            if case.twist == "disqualify":
                DECLARATION.perform(
                    uow,
                    _get(uow, case),
                    "disqualify",
                    cause="05",
                    opinion="任现职年限不足 5 年，不符合申报条件。",
                    **_head(stage, office),
                )
            else:
                declaration = _get(uow, case)
                same = _compared(uow, declaration)
                said = {"opinion": "复核合格，同意参评。", "consistency": same, **_head(stage, office)}
                DECLARATION.perform(uow, declaration, "qualify", **said)
        if not unsigned:
            _sign(stage, case)


def _head(stage: Stage, officer: str) -> dict[str, str]:
    """Whom the desk puts its opinion before."""
    return {"head": str(stage.account(officer + HEAD).id)}


def _sign(stage: Stage, case: Case) -> None:
    """The 负责人 of the desk confirms what waits for him; a county that passes a case on signs alone."""
    waiting = stage.session.get_one(Declaration, case.declaration_id).signing_id
    if waiting is None:
        return
    head = stage.session.get_one(Account, stage.session.get_one(Signing, waiting).head_id)
    with stage.acting(str(head.username)) as uow:
        SIGNING.perform(uow, uow.session.get_one(Signing, waiting), "confirm")


def _compared(uow, declaration: Declaration) -> str:  # type: ignore[no-untyped-def]
    """The paper goes to the last who looks; he lays it beside every file."""
    if not last_to_look(declaration):
        return "pending"
    receipt = {"received_on": uow.today, "place": "材料柜"}
    DECLARATION.perform(uow, declaration, "receive_paper", **receipt)
    files, stubs = comparison.files_of(uow, declaration), comparison.stubs_of(uow, declaration)
    same = [{one.item.id: ("same", "") for one in items} for items in (files, stubs)]
    paper_desk.compare(uow, declaration, *same)
    return "same"


def _returned(stage: Stage, case: Case, officer: str) -> Story:
    """退回, down layer by layer, mended, and back to the level that asked."""
    with stage.acting(officer) as uow:
        DECLARATION.perform(
            uow,
            _get(uow, case),
            "send_back",
            cause="01",
            items="补充 2024 年度继续教育学时认定单\n业绩 2 补充验收证明",
            opinion="材料不齐，请一次性补正。",
        )
    while stage.session.get_one(Declaration, case.declaration_id).position >= 0:
        yield _days(stage, 1)
        below = _officer(stage, _at(stage, stage.session.get_one(Declaration, case.declaration_id)))
        with stage.acting(below) as uow:
            DECLARATION.perform(uow, _get(uow, case), "pass_down", opinion="请按上级意见补正。")
    if case.stops_at == S.RETURNED:
        return
    yield _days(stage, 2)
    with stage.acting(case.username) as uow:
        DECLARATION.perform(uow, _get(uow, case), "resubmit", opinion="已按要求补齐。")
    declaration = stage.session.get_one(Declaration, case.declaration_id)
    if declaration.state == S.UNIT_REVIEW:
        with stage.acting(officer) as uow:
            _check(uow, _get(uow, case))


def _check(uow, declaration: Declaration) -> None:  # type: ignore[no-untyped-def]
    DECLARATION.perform(
        uow,
        declaration,
        "check",
        opinion="逐项核对原件，属实。",
        **{key: str(uow.actor.id) for key, _ in LIABILITY_ITEMS},
    )


def _get(uow, case: Case) -> Declaration:  # type: ignore[no-untyped-def]
    return uow.session.get_one(Declaration, case.declaration_id)


def _asking(stage: Stage):  # type: ignore[no-untyped-def]
    from workflow.base.unit_of_work import asking

    return asking(stage.account("system"), now=stage.now, session=stage.session)


def _at(stage: Stage, declaration: Declaration) -> int:
    """The organisation whose desk the declaration lies on."""
    return stage.session.scalars(
        select(RouteStep.organisation_id).where(
            RouteStep.declaration_id == declaration.id, RouteStep.position == declaration.position
        )
    ).one()


def _officer(stage: Stage, organisation_id: int) -> str:
    return (
        stage.session.scalars(
            select(Account.username)
            .where(Account.organisation_id == organisation_id, Account.active, Account.username.not_like("hrss%"))
            .order_by(Account.id)
        ).first()
        or "hrss_audit"
    )


def _days(stage: Stage, n: int) -> date:
    return working_days.add(stage.session, stage.now.date(), n)
