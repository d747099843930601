"""The rows as the office keeps them (附件3 1.2 上，申报条件): confirmed beside the document, changed, put out of use.

What was read in a copy or recalled refuses nobody until somebody of the province has laid it beside the document and
says where it stands there (118号 三(一): 国家标准、省级标准、自主评审标准 in their order).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import TitleLevel
from models.conditions.condition import (
    Condition,
    ConditionKind,
    ConditionState,
    ConditionWay,
    Confidence,
    ExaminedTitle,
    ExaminedTitleState,
    Exclusion,
    ExclusionState,
    HeldBasis,
    WorkBasis,
    YearCounting,
)
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.journal import canonical
from workflow.base.unit_of_work import UnitOfWork
from workflow.conditions.judge import Alternative, compiled

ENTER = verb("condition.enter", "新增申报条件", "申报条件", roles.HRSS_CONFIG)
CLAUSE = "118号 三(一)"
Row = Condition | Exclusion | ExaminedTitle

#: The columns a row is judged by; together they are what was valid on a day.
JUDGED = (
    "alt_id", "series", "branch", "level", "title_target", "way", "exception_kind", "degree", "held_level",
    "held_basis", "held_years", "work_years", "work_counts_from", "extra", "counting", "document", "article",
    "confidence",
)  # fmt: skip


def facts_of(row: Condition) -> dict[str, Any]:
    """A stored row as the judge reads it."""
    return {name: getattr(row, name) for name in JUDGED} | {"confirmed_at": row.state == ConditionState.CONFIRMED}


def alternatives(
    session: Session, year: int, *, series: int | None = None, level: str = "", way: str = ""
) -> list[Alternative]:
    """The rows in force for a batch of that year, compiled; only those of a series (and of all), a level, a way."""
    query = select(Condition).where(Condition.state != ConditionState.RETIRED).order_by(Condition.id)
    if series is not None:
        query = query.where(Condition.series.in_((0, series)))
    if level:
        query = query.where(Condition.level == level)
    if way:
        query = query.where(Condition.way == way)
    return [compiled(facts_of(row)) for row in session.scalars(query) if row.in_force(year)]


def checksum(session: Session, keys: Sequence[str]) -> str:
    """SHA-256 of the rows of these numbers, as they stand now."""
    rows = session.scalars(select(Condition).where(Condition.alt_id.in_(keys)).order_by(Condition.alt_id))
    return hashlib.sha256(canonical({row.alt_id: facts_of(row) for row in rows})).hexdigest()


def levels_of(row: ExaminedTitle) -> list[str]:
    """The levels of an examination by their names."""
    known = {level.value: level.label for level in TitleLevel}
    return [known.get(level, level) for level in row.levels.split(",") if level]


# -- keeping them --------------------------------------------------------------------------------------


def _now(name: str) -> Callable[[UnitOfWork, Any], Any]:
    return lambda _uow, row: getattr(row, name)


def _text(name: str, label: str, most: int, hint: str = "", required: bool = False) -> Ask:
    return Ask(name, label, required=required, max_length=most, hint=hint, default=_now(name))


def _pick(name: str, label: str, words: Any, none: str = "") -> Ask:
    choices = ([("", none)] if none else []) + [(value, text) for value, text in words.choices() if value or not none]
    return Ask(name, label, "choice", required=not none, choices=choices, default=_now(name))


def _years(name: str, label: str) -> Ask:
    return Ask(name, label, "number", required=False, least=0, most=60, default=_now(name), hint="不填为不要求年限")


CONFIRM = [
    _text("document", "文件", 200, "填写文件名称和文号，以官方原文为准", required=True),
    _text("confirmed_page", "原文出处（页、条）", 120, "写明所对照的页码或条款", required=True),
    Ask(
        "confidence",
        "对照的原文",
        "choice",
        choices=[(c.value, c.label) for c in (Confidence.OFFICIAL, Confidence.MIRROR)],
        hint="没有见到文件原文的不能确认",
        default=lambda _uow, row: row.confidence if row.confidence != Confidence.MEMORY else None,
    ),
]
SOURCE = [
    _text("document", "文件", 200, required=True),
    _pick("confidence", "可信程度", Confidence),
    _text("note", "备注", 600),
]
COLUMNS = [
    _text("branch", "分支", 80, "* 表示所有分支；几个分支用 | 分隔", required=True),
    _text("title_target", "职称名称", 80),
    _text("degree", "学历学位", 80, "代码，任一即可的用 | 分隔；不填为不限"),
    _pick("held_level", "现任职称级别", TitleLevel, "不要求"),
    _pick("held_basis", "任职起算", HeldBasis, "不要求"),
    _years("held_years", "任职年限"),
    _years("work_years", "从业年限"),
    _pick("work_counts_from", "从业起算", WorkBasis, "不要求"),
    _text("extra", "附加条件", 300, "用 ; 分隔的都须具备，用 | 分隔的具备其一"),
    _pick("counting", "年限计算", YearCounting),
    _text("article", "条款", 120),
    _text("effective_from", "施行日期", 10, "YYYY、YYYY-MM 或 YYYY-MM-DD"),
    _text("effective_to", "废止日期", 10, "未废止的不填"),
]
#: What only a new row is asked: they name it for good.
NAMED = [
    Ask("alt_id", "条件编号", max_length=40, hint="例如 5.as.9：系列、级别、序号"),
    Ask("series", "系列序号", "number", least=0, most=9999, hint="0 表示所有系列"),
    _pick("level", "职称级别", TitleLevel),
    _pick("way", "取得方式", ConditionWay),
    _pick("exception_kind", "途径", ConditionKind),
]


def _flow(name: str, states: Any, columns: list[Ask]) -> Flow:
    kept = roles.HRSS_CONFIG
    here, sure, gone = states.UNCONFIRMED, states.CONFIRMED, states.RETIRED
    reason = Ask("reason", "原因", "area", max_length=300)
    return Flow(name, states, [
        Step("confirm", "确认",     {here},       sure, kept, (), CONFIRM, clause=CLAUSE, tone="primary"),
        Step("edit",    "修订",     {here, sure}, here, kept, (), [*columns, *SOURCE], clause=CLAUSE),
        Step("reopen",  "撤销确认", {sure},       here, kept, (), [reason], clause=CLAUSE),
        Step("retire",  "停用",     {here, sure}, gone, kept, (), [reason], clause=CLAUSE, tone="bad",
             confirm="停用后不再据此核对新的申报，已提交的申报保留当时的核对结果，确定停用吗？"),
        Step("restore", "恢复",     {gone},       here, kept, clause=CLAUSE),
    ])  # fmt: skip


CONDITION = _flow("申报条件", ConditionState, COLUMNS)
EXCLUSION = _flow(
    "不得申报情形",
    ExclusionState,
    [
        _text("name", "情形", 120, required=True),
        _text("test", "判断依据", 200),
        _text("effect", "处理", 80),
    ],
)
EXAMINED = _flow(
    "以考代评",
    ExaminedTitleState,
    [
        _text("branch", "分支或专业", 80, "专业写作 specialty:专业名称", required=True),
        _text("levels", "职称级别", 80, required=True),
        _text("examination", "考试", 200, required=True),
    ],
)


def enter(uow: UnitOfWork, **values: Any) -> Condition:
    """新增申报条件. Refused: a number that is there already, a demand that cannot be read."""
    uow.lead(ENTER, "只有省厅配置岗可以维护申报条件（118号 三(一)）。")
    number = str(values["alt_id"]).strip()
    if uow.session.scalar(select(Condition.id).where(Condition.alt_id == number)):
        raise Refused(f"条件编号 {number} 已存在（编号不重复使用）；请另用一个编号，或修订原有条件。", field="alt_id")
    row = Condition(alt_id=number, state=ConditionState.UNCONFIRMED, counting=YearCounting.DAY)
    _fill(row, {name: value for name, value in values.items() if name != "alt_id"})
    _readable(row)
    uow.session.add(row)
    uow.session.flush()
    uow.record("enter_condition", row, label="新增申报条件", **facts_of(row))
    return row


def _fill(row: Row, values: dict[str, Any]) -> None:
    for name, value in values.items():
        empty = None if name in ("held_years", "work_years") else ""
        setattr(row, name, empty if value in (None, "") else value)


def _readable(row: Row) -> None:
    """Refuse a row that could not be judged by: a demand nobody has declared, a basis without its years."""
    if isinstance(row, ExaminedTitle) and (strange := set(row.levels.split(",")) - set(TitleLevel)):
        raise Refused(
            f"职称级别“{'、'.join(sorted(strange))}”无法识别；可用：{','.join(TitleLevel)}，用英文逗号分隔。",
            field="levels",
        )
    if not isinstance(row, Condition):
        return
    if row.held_years is not None and not row.held_level:
        raise Refused("填写了任职年限，没有填写现任职称级别；请选择现任职称级别，或清除任职年限。", field="held_level")
    if row.work_counts_from == WorkBasis.DEGREE and not row.degree:
        raise Refused("从业年限自取得学历起算，没有填写学历学位；请填写学历学位。", field="degree")
    if row.held_level and not row.held_basis:
        row.held_basis = HeldBasis.OBTAINED
    if row.work_years is not None and not row.work_counts_from:
        row.work_counts_from = WorkBasis.ANY
    try:
        compiled(facts_of(row))
    except Refused as refusal:
        raise Refused(refusal.sentence, field="degree" if "学历代码" in refusal.sentence else "extra") from None


def _confirm(flow: Flow) -> None:
    @flow.performs("confirm")
    def confirm(uow: UnitOfWork, row: Row, *, document: str, confirmed_page: str, confidence: str) -> None:
        """确认: somebody has laid the row beside the document; from now on it may refuse."""
        _readable(row)
        flow.advance(uow, row, "confirm", document=document, confirmed_page=confirmed_page, confidence=confidence)
        row.document, row.confirmed_page, row.confidence = document.strip(), confirmed_page.strip(), confidence
        row.confirmed_by_id, row.confirmed_at = uow.actor.id, uow.now.replace(microsecond=0)


def _edit(flow: Flow) -> None:
    @flow.performs("edit")
    def edit(uow: UnitOfWork, row: Row, **values: Any) -> None:
        """修订: what is changed has to be confirmed again."""
        before = {name: getattr(row, name) for name in values}
        with uow.session.no_autoflush:
            _fill(row, values)
            changed = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
            if not changed:
                raise NotNow("没有任何改动；请修改后再保存，或返回。")
            _readable(row)
        flow.advance(uow, row, "edit", changed=changed)
        _unconfirmed(row)


def _takes_back(flow: Flow, name: str) -> None:
    @flow.performs(name)
    def takes_back(uow: UnitOfWork, row: Row, *, reason: str) -> None:
        """撤销确认、停用 with the reason."""
        flow.advance(uow, row, name, opinion=reason.strip())
        _unconfirmed(row)


def _unconfirmed(row: Row) -> None:
    row.confirmed_by_id, row.confirmed_at, row.confirmed_page = None, None, ""


for _one in (CONDITION, EXCLUSION, EXAMINED):
    _confirm(_one)
    _edit(_one)
    _takes_back(_one, "reopen")
    _takes_back(_one, "retire")
