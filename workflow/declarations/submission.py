"""The applicant's verbs: start a declaration, 暂存 its sections, attach materials, 提交, 撤回, 重新提交."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from sqlalchemy import delete, select

from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Specialty, Title
from models.committees.committee import REVIEWS
from models.declarations.declaration import Channel, Declaration, DeclarationMode, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material, StoredFile
from models.declarations.paper_stub import PaperStub
from models.declarations.standing import with_applicant
from models.materials import following
from models.register.organisation import Organisation
from workflow.accounts import personal
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.notices import tell
from workflow.base.remembered import once
from workflow.base.roles import APPLICANT
from workflow.base.unit_of_work import UnitOfWork
from workflow.conditions import judged
from workflow.declarations import bound, carry, content, eligibility, named, quota, quota_need, term
from workflow.declarations.audit import link, open_corrections
from workflow.declarations.content import materials_of
from workflow.declarations.corrections import answered, unlocked
from workflow.declarations.declaration import DECLARATION, is_review, step_at
from workflow.forms import form
from workflow.paths import acceptance, route
from workflow.paths.path_version import current
from workflow.storage import files, printing

BEGIN = verb("declaration.begin", "开始申报", "申报", APPLICANT)


def start(
    uow: UnitOfWork,
    *,
    batch: Batch,
    title: Title,
    unit: Organisation,
    specialty: Specialty | None = None,
    mode: str = DeclarationMode.NORMAL,
    channel: str = Channel.UNIT,
    secret: bool = False,
) -> Declaration:
    """Open a draft of the acting person in `batch` for `title`, recommended by `unit`."""
    actor = uow.actor
    uow.lead(BEGIN, "只有申报人可以申报职称；请用个人账号登录（附件1 一）。")
    if actor.person is None:
        raise NotYou("只有申报人可以申报职称；请用个人账号登录（附件1 一）。")
    _check_choice(batch, title, specialty)
    _refuse_same_draft(uow, batch, title, unit)
    declaration = Declaration(
        number=uuid.uuid4().hex[:24],
        year=batch.year,
        batch=batch,
        way=batch.way,
        person=actor.person,
        applicant_name=actor.person.name,
        unit=unit,
        region_code=unit.region_code,
        series_id=title.series_id,
        title=title,
        level=title.level,
        specialty=specialty,
        committee_id=batch.committee_id,
        office_id=batch.office_id,
        mode=mode,
        channel=channel,
        secret=secret,
        state=S.DRAFT,
        content=form.begun(uow.session, batch.year),
    )
    quota_need.settle(declaration)
    uow.session.add(declaration)
    uow.session.flush()
    declaration.number = f"HN{batch.year}{declaration.id:08d}"
    uow.record(
        "start", declaration, label="暂存申报", after=str(S.DRAFT), batch=batch.name, title=title.name, aside=True
    )
    carry.carry(uow, declaration, facts_of(uow, declaration))
    quota_need.settle(declaration)
    return declaration


def _refuse_same_draft(uow: UnitOfWork, batch: Batch, title: Title, unit: Organisation) -> None:
    """Who presses twice, or again after a cut connection, has one draft and is told where it is."""
    same = select(Declaration).where(
        Declaration.person_id == uow.actor.person_id,
        Declaration.batch_id == batch.id,
        Declaration.title_id == title.id,
        Declaration.unit_id == unit.id,
        Declaration.state == S.DRAFT,
    )
    if found := uow.session.scalars(same.limit(1)).first():
        raise NotNow(
            f"您在该批次已有同一职称的草稿 {found.number}，请继续填写；不再需要的请先放弃申报。",
            links=[(found.number, "declaration", found.id)],
        )


def _check_choice(batch: Batch, title: Title, specialty: Specialty | None) -> None:
    wrong: dict[str, str] = {}
    if batch.state != BatchState.PUBLISHED:
        wrong["batch_id"] = f"批次“{batch.name}”未开放申报；请选择已提交的年度批次（附件2 1.4.2）。"
    if batch.committee and title.level not in REVIEWS[batch.committee.level]:
        wrong["title_id"] = f"“{batch.committee.name}”不评审该级别职称（118号 七(四)）；请选择相应级别的评委会批次。"
    if batch.committee and title.series_id != batch.committee.series_id:
        wrong["title_id"] = f"“{batch.committee.name}”不评审该系列职称（令40号 第六条）；请选择相应系列的批次。"
    if batch.office and title.level != batch.office.level:
        wrong["title_id"] = "受理机构不受理该级别职称（附件3 1.3）；请选择相应级别的批次。"
    elif batch.office and (sentence := acceptance.receives(batch.office, title.series_id, specialty)):
        wrong["specialty_id" if "请选择申报专业" in sentence else "title_id"] = sentence
    if specialty and specialty.series_id != title.series_id:
        wrong["specialty_id"] = "所选专业不属于申报系列；请在专业树中重新选择。"
    if wrong:
        raise Refused("申报信息有误，请按提示修改。", fields=wrong)


def own_and_open(uow: UnitOfWork, declaration: Declaration) -> None:
    """Refuse a change that is not the applicant's, or not now."""
    if declaration.person_id != uow.actor.person_id:
        raise NotYou("只能修改本人的申报；请用申报人本人的账号登录。")
    if not with_applicant(declaration):
        raise Refused("申报已提交，不能修改（附件1 二）；单位受理前可先撤回，受理后须由审核机构退回。")


def save_section(
    uow: UnitOfWork, declaration: Declaration, key: str, raw: Any, seen: str | None = None
) -> dict[str, str]:
    """暂存 one section. Whatever was typed is kept; the answer names what is wrong so far, by field.

    `seen` is the edition that the page showed (`content.edition`); refused where another window has saved since.
    """
    own_and_open(uow, declaration)
    errors = _write_section(uow, declaration, key, raw, seen)
    carry.looked_through(declaration, key)
    section = form.form_of(declaration).section(key)
    uow.record("save_section", declaration, label="暂存申报", section=section.title, quiet=True)
    return errors


def keep_section(uow: UnitOfWork, declaration: Declaration, key: str, raw: Any, seen: str) -> dict[str, str]:
    """自动保存 of what is being typed: as 暂存, but nothing counts as looked through, and nothing new is no change."""
    own_and_open(uow, declaration)
    before = declaration.content.sections
    errors = _write_section(uow, declaration, key, raw, seen)
    if content.same((before or {}).get(key), declaration.content.sections[key]):
        declaration.content.sections = before
    else:
        section = form.form_of(declaration).section(key)
        uow.record("keep_section", declaration, label="自动保存", section=section.title, quiet=True)
    return errors


def _write_section(uow: UnitOfWork, declaration: Declaration, key: str, raw: Any, seen: str | None) -> dict[str, str]:
    section = form.form_of(declaration).section(key)
    value, errors = form.clean(
        section, raw, cutoff=declaration.batch.evidence_on, context=facts_of(uow, declaration), draft=True
    )
    before = (declaration.content.sections or {}).get(key)
    if section.repeated:
        section.left_in_rows(before or [], value)
    else:
        value |= section.left(before)
    content.refuse_overtaken(declaration, section, value, seen)
    unlocked.refuse_section(uow.session, declaration, section, value)
    if section.repeated:
        following.follow(uow.session, declaration.id, key, before, value)
    declaration.content.sections = {**(declaration.content.sections or {}), key: value}
    quota_need.settle(declaration)
    return errors


def clear_part(uow: UnitOfWork, declaration: Declaration, key: str) -> None:
    """清空 one part of a draft: everything typed in the section, or all materials."""
    own_and_open(uow, declaration)
    if key == carry.MATERIALS:
        for material in materials_of(uow, declaration):
            detach(uow, declaration, material)
    else:
        section = form.form_of(declaration).section(key)
        unlocked.refuse_clearing(uow.session, declaration, section)
        declaration.content.sections = {k: v for k, v in (declaration.content.sections or {}).items() if k != key}
        following.follow(uow.session, declaration.id, key, None, None)
        quota_need.settle(declaration)
        uow.record("clear_section", declaration, label="清空", section=section.title, quiet=True)
    carry.looked_through(declaration, key)


def confirm_part(uow: UnitOfWork, declaration: Declaration, key: str) -> None:
    """已核对: what was carried over into that part is right as it stands."""
    own_and_open(uow, declaration)
    carry.looked_through(declaration, key)
    uow.record("confirm_carried", declaration, label="核对带入内容", section=key, quiet=True)


def change_choice(uow: UnitOfWork, declaration: Declaration, **changes: Any) -> None:
    """Change title, specialty, unit, mode, channel or secrecy of a draft (section 0)."""
    own_and_open(uow, declaration)
    title = changes.get("title", declaration.title)
    specialty = changes.get("specialty", declaration.specialty)
    _check_choice(declaration.batch, title, specialty)
    if declaration.state == S.RETURNED and changes.get("unit", declaration.unit) is not declaration.unit:
        raise Refused("退回补正期间不能更换所在单位；确需更换请放弃后重新申报。", field="unit_id")
    _refuse_locked(uow, declaration, changes)
    for name, value in changes.items():
        setattr(declaration, name, value)
    if declaration.level != title.level:
        declaration.path_version = None  # its route was that of another level: 重新提交 fixes it anew
    declaration.level, declaration.series_id = title.level, title.series_id
    declaration.declared_unit_id = declaration.unit.id
    declaration.region_code = declaration.unit.region_code
    quota_need.settle(declaration)
    uow.record("change_choice", declaration, label="修改申报信息", fields=sorted(changes), quiet=True)


def _refuse_locked(uow: UnitOfWork, declaration: Declaration, changes: dict[str, Any]) -> None:
    """What the unit has recommended defines the case: only what an open return names may be another."""
    recommended = bound.recommendation(uow.session, declaration) is not None
    if not recommended and unlocked.opened(uow.session, declaration) is None:
        return
    named_ones = {name for correction in open_corrections(uow, declaration) for name in correction.facts or ()}
    when, clause = ("单位推荐上报后", "118号 四(二)3") if recommended else ("退回补正期间", "118号 四(三)")
    locked = {
        {"title": "title_id", "specialty": "specialty_id"}.get(name, name): (
            f"{when}，“{label}”已锁定，不能更改（{clause}）；确需更改的，请由审核机构在“退回”时指明该项。"
        )
        for name, label in content.CASE_FACTS.items()
        if name in changes and changes[name] != getattr(declaration, name) and name not in named_ones
    }
    if locked:
        raise Refused("；".join(s.rstrip("。") for s in locked.values()) + "。", fields=locked)


def attach(
    uow: UnitOfWork, declaration: Declaration, kind: str, content: Any, name: str, *, no_secrets: bool = True
) -> Material:
    """申报材料上传: one file of a declared kind; refuses what is not declared, too large or does not open."""
    own_and_open(uow, declaration)
    declared = form.form_of(declaration).material(kind)
    unlocked.refuse_file(uow.session, declaration, kind)
    if not no_secrets:
        raise Refused("涉密材料信息严禁网上填写提交（118号 一）；请勾选“确认不含涉密内容”后再上传。", field=kind)
    content = content if isinstance(content, bytes) else content.read()
    held = [m for m in materials_of(uow, declaration) if m.kind == kind]
    if hashlib.sha256(content).hexdigest() in {m.file.sha256 for m in held}:  # pressed twice, or again after a cut
        raise NotNow(
            f"“{files.clean_name(name)}”已经上传到“{declared.label}”，无须再传；如需更换，请先移除。", field=kind
        )
    if len(held) >= declared.max_files:
        raise Refused(
            f"“{declared.label}”最多上传 {declared.max_files} 件；请先移除不用的，或合并为一个 PDF。", field=kind
        )
    if declared.shape:
        low, high = declared.shape
        files.check_shape(
            content, files.clean_name(name), lowest=low, highest=high, least=declared.least_width, field=kind
        )
    stored = files.store(
        uow,
        content,
        name,
        owner=declaration,
        purpose=declared.label,
        accept=declared.accept,
        max_mb=declared.max_mb,
        field=kind,
    )
    material = Material(declaration_id=declaration.id, kind=kind, file=stored)
    uow.session.add(material)
    uow.session.flush()
    uow.record("attach", declaration, label="申报材料上传", kind=declared.label, file=stored.name, quiet=True)
    return material


def detach(uow: UnitOfWork, declaration: Declaration, material: Material) -> None:
    """Take a material out of a draft; the file itself stays in the store."""
    own_and_open(uow, declaration)
    if material.declaration_id != declaration.id:
        raise NotYou("该材料不属于本申报。")
    unlocked.refuse_file(uow.session, declaration, material.kind)
    uow.record("detach", declaration, label="移除材料", kind=material.kind, file=material.file.name, quiet=True)
    uow.session.delete(material)


def promise(uow: UnitOfWork, declaration: Declaration, device: str) -> None:
    """个人承诺 (118号 四(一) 告知承诺制): the applicant vouches for truth; wording and device are kept."""
    own_and_open(uow, declaration)
    declaration.content.promised_at = uow.now.replace(microsecond=0)
    declaration.content.promised_hash = content.digest(uow.session, declaration)
    declaration.content.promised_from = device[:200]
    uow.record("promise", declaration, label="个人承诺", aside=True)


def facts_of(uow: UnitOfWork, declaration: Declaration) -> dict[str, Any]:
    """What decides which fields and materials the form asks of this declaration; read once while nothing changes."""
    return dict(once(uow.session, (facts_of, declaration), lambda: _facts(uow, declaration)))


def _facts(uow: UnitOfWork, declaration: Declaration) -> dict[str, Any]:
    return {
        "way": str(declaration.way),
        "level": str(declaration.level),
        "mode": str(declaration.mode),
        "channel": str(declaration.channel),
        "needs_quota": quota_need.needs_place(declaration),
        "secret": declaration.secret,
        "series_number": declaration.series.number,
        "born_on": declaration.person.born_on,
        **personal.asked(declaration.person, uow.today),
        "today": uow.today,
        "materials": {m.kind for m in materials_of(uow, declaration)},
        "stubs": _stubbed(uow, declaration),
        "promised": bound.promised(uow.session, declaration),
        **eligibility.facts_in(declaration, "declaring"),
    }


def _stubbed(uow: UnitOfWork, declaration: Declaration) -> set[str]:
    """Kinds of which a secret declaration hands in paper only, each under its name."""
    if not declaration.secret:
        return set()
    return set(uow.session.scalars(select(PaperStub.kind).where(PaperStub.declaration_id == declaration.id)))


def problems_of(uow: UnitOfWork, declaration: Declaration) -> list[form.Problem]:
    """What is still wrong or missing in what was filled in, all of it; looked for once while nothing changes."""

    def look() -> list[form.Problem]:
        sections, context = declaration.content.sections or {}, facts_of(uow, declaration)
        by, cutoff = form.form_of(declaration), declaration.batch.evidence_on
        return list(form.problems(sections, cutoff=cutoff, context=context, by=by))

    return once(uow.session, (problems_of, declaration), look)


def review(uow: UnitOfWork, declaration: Declaration) -> tuple[dict[str, str], dict[str, str]]:
    """检查并提交: (errors, warnings) by field, everything at once, before anything is sent."""
    errors: dict[str, str] = {}
    warnings: dict[str, str] = {}
    for problem in problems_of(uow, declaration):
        (warnings if problem.level == "warning" else errors).setdefault(problem.place, problem.sentence)
    for key in declaration.content.carried or ():
        title = "申报材料" if key == carry.MATERIALS else form.form_of(declaration).section(key).title
        warnings.setdefault(
            key, f"“{title}”为带入上次申报 {declaration.content.carried_from} 的内容，尚未核对；请核对后暂存。"
        )
    errors |= answered.missing(uow, declaration)
    for finding in eligibility.findings(uow, declaration):
        errors.setdefault(finding.field, finding.sentence)
    return errors, warnings


@DECLARATION.performs("submit")
def submit(uow: UnitOfWork, declaration: Declaration) -> None:
    """提交: everything is checked at once; the route is fixed as the configuration stands today."""
    _refuse_errors(uow, declaration)
    _fix_route(uow, declaration)
    declaration.active_key = eligibility.active_key(declaration) if declaration.batch.one_per_year else None
    declaration.submitted_at = uow.now.replace(microsecond=0)
    declaration.content_hash = content.digest(uow.session, declaration)
    DECLARATION.advance(uow, declaration, "submit", content=declaration.content_hash, named=named.called(declaration))
    term.reaches(uow, declaration, 0)
    named.keep(uow, declaration)
    judged.keep(uow, declaration, eligibility.judgement(uow, declaration))
    tell(
        uow,
        declaration.unit,
        "有新的职称申报待受理",
        f"{declaration.applicant_name} 提交了 {declaration.number}，请受理。",
        link(declaration),
    )


def _refuse_errors(uow: UnitOfWork, declaration: Declaration) -> None:
    errors, _ = review(uow, declaration)
    if errors:
        first = "；".join(s.rstrip("。") for s in list(errors.values())[:3])
        raise Refused(f"还有 {len(errors)} 处需要修改：{first}。", fields=errors)


def _fix_route(uow: UnitOfWork, declaration: Declaration) -> None:
    stops = route.route(
        uow.session,
        way=declaration.way,
        level=declaration.level,
        committee=declaration.committee,
        office=declaration.office,
        unit=declaration.unit,
        today=uow.today,
    )
    declaration.path_version = current(uow.session, route.kind_for(declaration.way, declaration.level), uow.today)
    declaration.route.clear()
    uow.session.flush()
    declaration.region_code = route.region_of([stop.organisation for stop in stops], declaration.committee)
    now = uow.now.replace(microsecond=0)
    for position, stop in enumerate(stops):
        declaration.route.append(
            RouteStep(
                position=position,
                organisation_id=stop.organisation.id,
                fast_return=stop.fast_return,
                final=stop.final,
                deadline=getattr(stop, "deadline", None),
                reached_at=now if position == 0 else None,
            )
        )
    uow.session.flush()


@DECLARATION.performs("withdraw")
def withdraw(uow: UnitOfWork, declaration: Declaration) -> None:
    """撤回 before the unit has opened the file: back to a draft that can be changed."""
    DECLARATION.advance(uow, declaration, "withdraw")
    declaration.position, declaration.active_key, declaration.held_since = -1, None, None
    for stop in declaration.route:
        stop.reached_at = None


@DECLARATION.performs("abandon")
def abandon(uow: UnitOfWork, declaration: Declaration, *, opinion: str) -> None:
    """放弃申报: the year's place is free again."""
    DECLARATION.advance(uow, declaration, "abandon", opinion=opinion)
    declaration.active_key, declaration.due_on = None, None
    if declaration.quota_id:
        quota.release(uow, declaration)


@DECLARATION.performs("discard")
def discard(uow: UnitOfWork, declaration: Declaration) -> None:
    """删除草稿: nobody else has seen it; the row and its files go, the journal keeps that it was there."""
    key, session = declaration.id, uow.session
    if refusal := DECLARATION.refusal(uow, declaration, "discard"):
        raise refusal
    owned = (StoredFile.owner_kind == Declaration.__tablename__) & (StoredFile.owner_id == key)
    held = session.scalars(select(StoredFile).where(owned)).all()
    uow.record(
        "discard",
        f"{Declaration.__tablename__}:{key}",
        label="删除草稿",
        deleted=True,
        number=declaration.number,
        title=declaration.title.name,
        files=[file.sha256 for file in held],
    )
    for material in materials_of(uow, declaration):
        session.delete(material)
    session.execute(delete(PaperStub).where(PaperStub.declaration_id == key))
    printing.forget(uow, declaration)
    session.flush()
    for file in held:  # what they hold is swept from the store once no row names it (workflow.storage.stocktaking)
        session.delete(file)
    session.delete(declaration)
    session.flush()


@DECLARATION.performs("resubmit")
def resubmit(uow: UnitOfWork, declaration: Declaration, *, opinion: str) -> None:
    """重新提交: back to the level that returned it; to the unit if anything of what it recommended has changed."""
    _refuse_errors(uow, declaration)
    back = declaration.returned_from or 0
    now = content.digest(uow.session, declaration)
    changed = now != declaration.content_hash
    if changed:
        back = 0
        if declaration.path_version is None:
            _fix_route(uow, declaration)
    beyond = is_review(declaration) and step_at(declaration, back) is None
    to = S.AT_COMMITTEE if beyond else S.UNDER_AUDIT if back > 0 else S.UNIT_REVIEW
    DECLARATION.advance(
        uow,
        declaration,
        "resubmit",
        to=to,
        opinion=opinion,
        republicise=changed,
        content=now,
        named=named.called(declaration),
    )
    named.keep(uow, declaration)
    judged.keep(uow, declaration, eligibility.judgement(uow, declaration))
    term.reaches(uow, declaration, back)
    declaration.content_hash = now
    for correction in open_corrections(uow, declaration):
        correction.answered_at = uow.now.replace(microsecond=0)
    stop = step_at(declaration, back)
    receiver = stop.organisation if stop else declaration.committee or declaration.unit
    lost = bound.lost(uow.session, declaration)
    note = f"（申报内容有变化，{'、'.join(lost)}已失效，须重新办理）" if lost else ""
    tell(
        uow, receiver, "补正材料已重新提交", f"{declaration.number} 已补正并重新提交{note}，请审核。", link(declaration)
    )
