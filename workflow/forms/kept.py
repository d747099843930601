"""申报表版本 as the office keeps it (118号 四(一)): made by one, confirmed by another, then it stands still.

An edition takes effect for what is begun afterwards; a declaration keeps the one it was begun with. What decides
cannot be dropped or made optional (`laid.locked`); a change of an edition in force is a new edition.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.declarations.form_edition import FormDemand, FormEdition, FormFieldKind, FormRule, Paper
from models.declarations.form_edition import FormEditionState as S
from models.paths.path import Way
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.journal import canonical
from workflow.base.scopes import part_of
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import editions, laid
from workflow.forms.form import form

CLAUSE = "118号 四(一)"
KEEPERS = (r.HRSS_CONFIG, r.HRSS_AUDIT)
MAKE = verb("form_edition.make", "编制申报表版本", "申报表版本", r.HRSS_CONFIG)
policy.NOUNS[FormEdition] = "申报表版本"
#: The columns of a rule; together they are what an edition says.
SAID = (
    "place", "label", "title", "kind", "choices", "series", "level", "way", "demand", "position", "copies",
    "requirement", "example", "mistake", "clause",
)  # fmt: skip
MOST = 300  #: rules of an edition


@policy.scope(FormEdition, "all", "全部申报表版本", *KEEPERS)
def all_editions(actor: Any) -> Any:
    """Who makes them and who confirms them."""
    return FormEdition.id.is_not(None)


part_of(FormRule, FormRule.edition_id, FormEdition)


# -- an edition ------------------------------------------------------------------------------------------


def has_rules(uow: UnitOfWork, edition: FormEdition) -> str | None:
    """An edition that says nothing and prints as ever is none."""
    plain = edition.paper_size == Paper.A4 and edition.copies == 1 and not edition.both_sides
    if not plain or uow.session.scalar(select(FormRule.id).where(FormRule.edition_id == edition.id).limit(1)):
        return None
    return "该版本没有任何规则，与基础表单相同；请先新增规则或修改打印要求。"


def by_another(uow: UnitOfWork, edition: FormEdition) -> str | None:
    """Who made it, wrote a rule of it or proposed it does not confirm it."""
    if uow.actor.id not in edition.makers:
        return None
    if edition.state == S.STOPPING:
        return f"该版本由您编制、修改或申请停用，停用须由另一人确认（{CLAUSE}）；请由省厅审核岗或另一名省厅配置岗办理。"
    return f"该版本由您编制或修改，须由另一人确认（{CLAUSE}）；请由省厅审核岗或另一名省厅配置岗办理。"


def not_past(uow: UnitOfWork, edition: FormEdition) -> str | None:
    """From this year on: what has been declared is not asked anew."""
    if edition.year >= uow.today.year:
        return None
    again = "请修改" if edition.state == S.DRAFT else "请退回修改"
    return f"生效年度 {edition.year} 已过，已申报的保留原有版本（{CLAUSE}）；{again}生效年度。"


def _now(name: str) -> Any:
    return lambda _uow, edition: getattr(edition, name)


REASON = Ask("reason", "原因", "area", max_length=300)
EDIT = [
    Ask("name", "版本名称", max_length=60, default=_now("name")),
    Ask("year", "生效年度", "number", least=2020, most=2100, default=_now("year")),
    Ask("note", "修订说明", "area", required=False, max_length=300, default=_now("note")),
    Ask("paper_size", "纸张", "choice", choices=Paper.choices(), default=_now("paper_size")),
    Ask("copies", "份数", "number", least=1, most=10, default=_now("copies")),
    Ask("both_sides", "双面打印", "check", required=False, default=_now("both_sides")),
]
# fmt: off
FORM_EDITION = Flow("申报表版本", S, [
    Step("edit",    "修改",     {S.DRAFT},    None,       r.HRSS_CONFIG, [], EDIT, CLAUSE),
    Step("propose", "提交确认", {S.DRAFT},    S.PROPOSED, r.HRSS_CONFIG, [has_rules, not_past], (), CLAUSE,
         tone="primary"),
    Step("give_back", "退回修改", {S.PROPOSED}, S.DRAFT,  KEEPERS, [], [REASON], CLAUSE),
    Step("confirm", "确认生效", {S.PROPOSED}, S.IN_FORCE, KEEPERS, [by_another, not_past], (), CLAUSE, tone="primary",
         confirm="生效后规则不能再改，此后新建的申报按本版本填写，已建的申报保留原版本。确定生效？"),
    Step("stop",    "停用",     {S.DRAFT, S.PROPOSED}, S.STOPPED, r.HRSS_CONFIG, [], [REASON], CLAUSE, tone="bad"),
    Step("ask_stop", "申请停用", {S.IN_FORCE}, S.STOPPING, r.HRSS_CONFIG, [], [REASON], CLAUSE, tone="bad",
         confirm="申请后由另一人确认，确认前新建的申报仍按本版本填写。确定申请停用？"),
    Step("confirm_stop", "确认停用", {S.STOPPING}, S.STOPPED, KEEPERS, [by_another], (), CLAUSE, tone="bad",
         confirm="停用后新建的申报改用此前生效的版本或基础表单，已按本版本填写的不变。确定停用？"),
    Step("keep_on", "不停用", {S.STOPPING}, S.IN_FORCE, KEEPERS, [], [REASON], CLAUSE),
])
# fmt: on


def worked_on(uow: UnitOfWork, edition: FormEdition) -> None:
    """Whoever has a hand in it is one of its makers."""
    if uow.actor.id not in edition.makers:
        edition.makers = [*edition.makers, uow.actor.id]


def make(
    uow: UnitOfWork, *, name: str, year: int, note: str = "", before_id: str | None = None, **printing: Any
) -> FormEdition:
    """新增申报表版本: empty, or with all that another edition says. Refused: a year that is over."""
    uow.lead(MAKE, "只有省厅配置岗可以编制申报表版本（118号 四(一)）。")
    if year < uow.today.year:
        raise Refused(f"生效年度不能早于本年度（{CLAUSE}）；请填写 {uow.today.year} 或以后的年度。", field="year")
    before = uow.session.get(FormEdition, int(before_id)) if before_id else None
    edition = FormEdition(
        name=name.strip(),
        year=year,
        note=note or "",
        before_id=before.id if before else None,
        state=S.DRAFT,
        made_by_id=uow.actor.id,
        made_by=uow.actor.full_name,
        makers=[uow.actor.id],
        **printing,
    )
    uow.session.add(edition)
    uow.session.flush()
    if before is not None:
        for row in editions.rules_of(uow.session, before):
            uow.session.add(FormRule(edition_id=edition.id, **said(row)))
    uow.session.flush()
    uow.record(
        "make_edition", edition, label="新增申报表版本", after=str(S.DRAFT), copied=str(before) if before else ""
    )
    return edition


def said(row: FormRule) -> dict[str, Any]:
    """What a rule says."""
    return {name: getattr(row, name) for name in SAID}


@FORM_EDITION.performs("edit")
def edit(uow: UnitOfWork, edition: FormEdition, **values: Any) -> None:
    """修改 name, year and how it is printed."""
    if int(values["year"]) < uow.today.year:
        raise Refused(f"生效年度不能早于本年度（{CLAUSE}）；请填写 {uow.today.year} 或以后的年度。", field="year")
    for name, value in values.items():
        setattr(edition, name, bool(value) if name == "both_sides" else "" if value is None else value)
    worked_on(uow, edition)
    FORM_EDITION.advance(uow, edition, "edit")


@FORM_EDITION.performs("propose")
def propose(uow: UnitOfWork, edition: FormEdition) -> None:
    """提交确认."""
    worked_on(uow, edition)
    FORM_EDITION.advance(uow, edition, "propose")


@FORM_EDITION.performs("confirm")
def confirm(uow: UnitOfWork, edition: FormEdition) -> None:
    """确认生效: from now on the rules stand still, and the digest is of them."""
    rows = [said(row) for row in editions.rules_of(uow.session, edition)]
    edition.digest = hashlib.sha256(canonical({"edition": edition.id, "rules": rows})).hexdigest()
    edition.confirmed_by, edition.confirmed_at = uow.actor.full_name, uow.now.replace(microsecond=0)
    FORM_EDITION.advance(uow, edition, "confirm", digest=edition.digest)


@FORM_EDITION.performs("give_back")
def give_back(uow: UnitOfWork, edition: FormEdition, *, reason: str) -> None:
    """退回修改, with the reason."""
    FORM_EDITION.advance(uow, edition, "give_back", opinion=reason.strip())


@FORM_EDITION.performs("stop")
def stop(uow: UnitOfWork, edition: FormEdition, *, reason: str) -> None:
    """停用 of one that never counted."""
    FORM_EDITION.advance(uow, edition, "stop", opinion=reason.strip())


@FORM_EDITION.performs("ask_stop")
def ask_stop(uow: UnitOfWork, edition: FormEdition, *, reason: str) -> None:
    """申请停用: it counts on until another person has confirmed it."""
    worked_on(uow, edition)
    FORM_EDITION.advance(uow, edition, "ask_stop", opinion=reason.strip())


@FORM_EDITION.performs("confirm_stop")
def confirm_stop(uow: UnitOfWork, edition: FormEdition) -> None:
    """确认停用: nothing is begun by it any more."""
    FORM_EDITION.advance(uow, edition, "confirm_stop")


@FORM_EDITION.performs("keep_on")
def keep_on(uow: UnitOfWork, edition: FormEdition, *, reason: str) -> None:
    """不停用: it counts as before."""
    FORM_EDITION.advance(uow, edition, "keep_on", opinion=reason.strip())


# -- its rules -------------------------------------------------------------------------------------------


def closed(edition: FormEdition) -> str | None:
    """Why its rules cannot be changed, or None."""
    if edition.state == S.DRAFT:
        return None
    return f"“{edition}”{S(edition.state).label}，规则不能更改（{CLAUSE}）；请退回修改，或以它为底本新增一个版本。"


def add_rule(uow: UnitOfWork, *, edition_id: str | int, **values: Any) -> FormRule:
    """新增规则. With a `label` it is a field (or a kind of material) of the office in that section."""
    uow.lead(MAKE, "只有省厅配置岗可以编制申报表版本（118号 四(一)）。")
    edition = uow.session.get(FormEdition, int(edition_id))
    if edition is None:
        raise Refused("请选择草稿状态的版本；没有的请先新增版本。", field="edition_id")
    if sentence := closed(edition):
        raise NotNow(sentence)
    rule = FormRule(edition_id=edition.id)
    _fill(uow, rule, values)
    held = list(uow.session.scalars(select(FormRule.place).where(FormRule.edition_id == edition.id)))
    if len(held) >= MOST:
        raise Refused(f"一个版本最多 {MOST} 条规则；请先合并或删除不用的规则。")
    part = rule.place
    if new := bool(rule.label and "." not in part):
        rule.place = f"{part}.office_"  # beside what is said of the whole section; its number makes the key
    uow.session.add(rule)
    uow.session.flush()
    if new:
        rule.place = f"{part}.office_{rule.id}"  # the key stays when the edition is copied
    uow.session.flush()
    worked_on(uow, edition)
    uow.record("add_rule", edition, label="新增规则", says=_told(rule))
    return rule


def change_rule(uow: UnitOfWork, rule: FormRule, **values: Any) -> None:
    """修改规则 of a draft; which edition and which place it is of stays."""
    uow.lead(MAKE, "只有省厅配置岗可以编制申报表版本（118号 四(一)）。")
    if sentence := closed(rule.edition):
        raise NotNow(sentence)
    before = said(rule)
    values = {name: value for name, value in values.items() if name in SAID} | {"place": rule.place}
    with uow.session.no_autoflush:
        _fill(uow, rule, values)
    after = said(rule)
    uow.session.flush()
    changed = {name: [before[name], after[name]] for name in SAID if before[name] != after[name]}
    worked_on(uow, rule.edition)
    uow.record("change_rule", rule.edition, label="修改规则", place=rule.place, changed=changed)


def drop_rule(uow: UnitOfWork, rule: FormRule) -> None:
    """删除规则 of a draft."""
    uow.lead(MAKE, "只有省厅配置岗可以编制申报表版本（118号 四(一)）。")
    if sentence := closed(rule.edition):
        raise NotNow(sentence)
    worked_on(uow, rule.edition)
    uow.record("drop_rule", rule.edition, label="删除规则", says=_told(rule))
    uow.session.delete(rule)


def _told(rule: FormRule) -> dict[str, Any]:
    return {name: value for name, value in said(rule).items() if value not in ("", None, 0)}


def _fill(uow: UnitOfWork, rule: FormRule, values: dict[str, Any]) -> None:
    for name in SAID:
        value = values.get(name)
        if name in ("position", "copies"):
            setattr(rule, name, value)
        elif name == "series":
            rule.series = int(value or 0)
        else:
            setattr(rule, name, str(value or "").strip())
    rule.kind = rule.kind or FormFieldKind.TEXT
    if wrong := wrong_in(uow, rule):
        raise Refused("规则有误，请按提示修改。", fields=wrong)


def wrong_in(uow: UnitOfWork, rule: FormRule) -> dict[str, str]:
    """What is wrong with a rule, by field: what decides stays, a rule says something, once for each scope."""
    base, wrong = form(), {}
    part, _dot, key = rule.place.partition(".")
    own = key.startswith("office_") or bool(rule.label and not key)
    if not own and rule.place not in dict(laid.places(base)):
        wrong["place"] = "请选择表中的位置。"
    clause = laid.locked(base, rule.place)
    if clause and rule.demand in (FormDemand.OPTIONAL, FormDemand.HIDDEN):
        wrong["demand"] = (
            f"“{laid.told(base, rule.place)}”为审核和条件核对所依据，"
            f"不能改为{FormDemand(rule.demand).label}（{clause}）；"
            "可以补充说明、调整顺序。"
        )
    if rule.label and key and not own:
        wrong["label"] = "新增栏目时，位置请选择“整个部分”；表中已有的栏目不能改名。"
    if rule.label and part in laid.CLOSED:
        wrong["place"] = "该部分取自人员信息或由本人签署，不能新增栏目；请选择其他部分。"
    wrong |= _wrong_of_part(rule, part, key) | _wrong_copies(rule, part, key)
    if rule.label and part != laid.MATERIALS and rule.kind == FormFieldKind.CHOICE and len(_lines(rule.choices)) < 2:
        wrong["choices"] = "选项类栏目至少填写两个选项，每行一个。"
    if any(len(line) > 60 for line in _lines(rule.choices)):
        wrong["choices"] = "每个选项不超过 60 个字；请缩短。"
    told = (rule.label, rule.title, rule.demand, rule.position, rule.copies, rule.requirement, rule.example,
            rule.mistake, rule.clause)  # fmt: skip
    if not any(told) and not wrong:
        wrong["requirement"] = "请至少填写一项：名称、填写要求、顺序、份数、要求、示例、常见错误或依据。"
    if (rule.level and rule.level not in set(TitleLevel)) or (rule.way and rule.way not in set(Way)):
        wrong["level"] = "请选择列出的职称级别和取得方式。"
    if not wrong and _taken(uow, rule):
        wrong["place"] = "该位置在同一适用范围内已有规则；请修改原有规则，或改变适用范围。"
    return wrong


def _wrong_of_part(rule: FormRule, part: str, key: str) -> dict[str, str]:
    """What a rule may say of a whole section: its name and its place, where no clause decides."""
    if key or rule.label:
        return {"title": "部分名称只能用于“整个部分”；表中已有的栏目不能改名。"} if rule.title else {}
    if rule.demand:
        return {"demand": "整个部分不能设定填写要求；请选择其中的栏目，或只填写名称、顺序和说明。"}
    if not (rule.title or rule.position):
        return {}
    base = form()
    if clause := laid.fixed(part):
        where = {"title": rule.title, "position": rule.position}
        sentence = f"“{laid.told(base, part)}”的名称和顺序由文件规定，不能更改（{clause}）；可以补充说明。"
        return {name: sentence for name, value in where.items() if value}
    low, high = laid.span(base)
    if rule.position and not low <= rule.position <= high:
        return {"position": f"各部分依次为 10、20、30……，可移动的部分排在 {low} 至 {high} 之间；请改填。"}
    if rule.title and rule.title in {section.title for section in base.sections if section.key != part}:
        return {"title": "表中另一部分已用这个名称；请换一个。"}
    return {}


def _wrong_copies(rule: FormRule, part: str, key: str) -> dict[str, str]:
    """Copies are of a kind of material; how many 评审表 are printed stands in the edition itself."""
    if rule.copies and not (part == laid.MATERIALS and (key or rule.label)):
        return {"copies": "纸质份数只用于附件中的材料；评审表的份数请在版本的“份数”中填写。"}
    return {}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _taken(uow: UnitOfWork, rule: FormRule) -> bool:
    if rule.label and "." not in rule.place:
        return False
    same = select(FormRule.id).where(
        FormRule.edition_id == rule.edition_id,
        FormRule.place == rule.place,
        FormRule.series == rule.series,
        FormRule.level == rule.level,
        FormRule.way == rule.way,
        FormRule.id != (rule.id or 0),
    )
    with uow.session.no_autoflush:
        return uow.session.scalar(same) is not None


def differences(uow: UnitOfWork, edition: FormEdition) -> list[tuple[str, str, str]]:
    """(place and scope, before, now) of everything this edition says otherwise than the one it was made from."""
    mine = _by_place(uow, edition)
    theirs = _by_place(uow, edition.before) if edition.before else {}
    return [
        (where, words(theirs[key][1]) if key in theirs else "", words(mine[key][1]) if key in mine else "")
        for key in sorted(mine.keys() | theirs.keys(), key=str)
        for where in [(mine.get(key) or theirs[key])[0]]
        if (said(mine[key][1]) if key in mine else None) != (said(theirs[key][1]) if key in theirs else None)
    ]


def _by_place(uow: UnitOfWork, edition: FormEdition) -> dict[Any, tuple[str, FormRule]]:
    rows = editions.rules_of(uow.session, edition)
    return {(row.place, row.series, row.level, row.way): (where_of(row), row) for row in rows}


def where_of(row: FormRule) -> str:
    """The place in the words of the form, with the field the office adds."""
    told = laid.told(form(), row.place)
    return f"{told} · {row.label}" if row.label else told


def words(row: FormRule) -> str:
    """What a rule says, in one line."""
    kind = FormFieldKind(row.kind).label if row.label and not row.place.startswith(laid.MATERIALS) else ""
    parts = (
        ("新增", kind or "材料" if row.label else ""),
        ("部分名称", row.title),
        ("填写要求", FormDemand(row.demand).label if row.demand else ""),
        ("纸质份数", str(row.copies or "")),
        ("顺序", str(row.position or "")),
        ("选项", "、".join(_lines(row.choices))),
        ("要求", row.requirement),
        ("示例", row.example),
        ("常见错误", row.mistake),
        ("依据", row.clause),
    )
    return "；".join(f"{name}：{text.rstrip('。；')}" for name, text in parts if text)


def scope_words(row: FormRule, series: str = "") -> str:
    """For whom a rule is."""
    said_of = (
        series or (f"第{row.series}系列" if row.series else ""),
        TitleLevel(row.level).label if row.level else "",
        Way(row.way).label if row.way else "",
    )
    return "、".join(filter(None, said_of)) or "全部申报"
