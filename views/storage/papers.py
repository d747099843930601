"""Papers made of records: the 评审表, notices, rosters and certificates, as PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import current_app, g, url_for
from PIL import Image
from sqlalchemy import select

from models.awards.certificate import Certificate
from models.awards.truth import TruthState
from models.base import db
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode, DeclarationState
from models.declarations.form_edition import Paper
from models.declarations.liability import CheckResult, LiabilityCheck
from models.declarations.opinion import Opinion, OpinionResult
from models.declarations.paper_stub import PaperStub
from models.paths.path import Way
from models.register.organisation import Region
from models.review.plan import Plan
from reports.paper import render
from reports.two_up import side_by_side
from views.screens.download import only_asked
from views.screens.stay import context
from workflow.base.errors import Refused
from workflow.base.unit_of_work import asking, attempt
from workflow.declarations import bound, comparison, content, endorsement, submission
from workflow.declarations import opinion as opinions
from workflow.declarations.named import as_filed
from workflow.forms import editions
from workflow.forms import form as forms
from workflow.storage import clean, printing

#: What the 评审表 says of a vote where it is not 通过: not yet announced, or not reached.
VERDICTS = {DeclarationState.IN_REVIEW: "", DeclarationState.FAILED: "未通过"}
#: The box of the 评审表 in which an opinion stands.
BOXES = {
    OpinionResult.RECOMMENDED: "unit_opinion",
    OpinionResult.STOPPED: "unit_opinion",
    OpinionResult.APPROVED: "authority_opinions",
    OpinionResult.QUALIFIED: "office_opinion",
    OpinionResult.DISQUALIFIED: "office_opinion",
}


def pdf(
    template: str, data: dict[str, Any], of: tuple[str, str, int] | None = None, declared: Declaration | None = None
) -> io.BytesIO:
    """A paper, printed on the province's day; with `of` (which paper, of which case, at which version of its record)
    every page carries a code of its own and the print is kept (workflow.storage.printing), with what was
    `declared` where the paper shows that."""
    today = asking(g.user).today
    if of is None:
        return io.BytesIO(render(template, data, printed_on=today))
    paper, case = of[0], of[1].upper()
    said: dict[str, Any] = {}
    told: tuple[str, dict[str, Any]] = ("", {})
    if declared is not None:
        told = content.digest(db.session, declared), dict(declared.content.sections or {})

    def signs(digests: Sequence[str]) -> tuple[str, Sequence[str]]:
        said["version"], said["codes"] = printing.codes_for(db.session, paper, case, of[2], digests)
        said["digests"] = digests
        return f"版本 {said['version']}", said["codes"]

    sheet = render(template, data, printed_on=today, signs=signs)
    if said and not only_asked() and printing.found(db.session, paper, case, said["digests"]) is None:
        kept = printing.Printed(said["digests"], said["codes"], told[1])
        attempt(
            g.user,
            lambda uow: printing.keep(uow, paper, case, said["version"], kept, sheet, told[0]),
            context=context(),
        )
    return io.BytesIO(sheet)


def public(path: str) -> str:
    """An address of ours as a paper prints it: PUBLIC_URL and the path, never the host somebody asked by."""
    return str(current_app.config["PUBLIC_URL"]) + path


def verify_url(certificate: Certificate) -> str:
    """Where the QR code of a certificate leads."""
    return public(url_for("VerifyView.token", token=certificate.token))


def certificate_pdf(certificate: Certificate) -> io.BytesIO:
    """The electronic certificate; a revoked or replaced one says so across the page."""
    truth = certificate.truth
    mark = ""
    if truth is None or truth.state != TruthState.VALID:
        mark = "无登记" if truth is None else TruthState(truth.state).label
    elif certificate.edition != truth.edition:
        mark = "已换发"
    if not mark and current_app.config["DEMO"]:
        mark = "演示"
    return pdf(
        "certificate",
        {
            "name": certificate.holder_name,
            "sex": certificate.sex,
            "id_number": certificate.declaration.person.masked_id,
            "title": certificate.title_name,
            "specialty": certificate.specialty_name,
            "level": certificate.level_name,
            "method": certificate.way_name,
            "acquired_on": day(certificate.obtained_on),
            "authority": certificate.body_name,
            "unit": certificate.unit_name,
            "issuer": certificate.issuer_name,
            "number": certificate.number,
            "filing_number": certificate.document,
            "verify_code": certificate.token[:8].upper(),
            "verify_url": verify_url(certificate),
            "watermark": mark,
        },
    )


def review_form_pdf(declaration: Declaration) -> io.BytesIO:
    """《专业技术职称评审表》 with what was filled in, the promise, the 责任卡 and the opinions given so far."""
    person = declaration.person
    promised_at = declaration.content.promised_at if bound.promised(db.session, declaration) else None
    region = db.session.scalar(select(Region.name).where(Region.code == declaration.region_code))
    filed = as_filed(db.session, declaration)
    data: dict[str, Any] = {
        "number": declaration.number,
        "name": person.name,
        "photo": list(_photo(declaration)),
        "organisation": filed.unit,
        "content_hash": content.digest(db.session, declaration),
        "cover": [
            ["姓名", person.name],
            ["证件号码", person.masked_id],
            ["所在单位", filed.unit],
            ["行政区划", region or ""],
            ["申报系列", filed.series],
            ["申报职称", filed.title],
            ["职称级别", TitleLevel(declaration.level).label],
            ["申报专业", filed.specialty],
            ["取得方式", Way(declaration.way).label],
            ["申报方式", DeclarationMode(declaration.mode).label],
            ["申报年度", str(declaration.year)],
            ["批次", declaration.batch.name],
        ],
        "sections": list(_sections(declaration)),
        "materials": list(_materials(declaration)),
        "endorsements": [
            [e.person.name, e.certificate_number, e.words, day(e.answered_at)]
            for e in endorsement.given(db.session, declaration)
        ],
        "promise": {
            "text": forms.form_of(declaration).promise.splitlines(),
            "signer": person.name,
            "signed_at": f"{day(promised_at)} {promised_at:%H:%M}" if promised_at else "",
        },
        **_open_boxes(declaration),
    }
    if line := printed_on(declaration):
        data["subtitle"] = line
    data["cover"] = [[label, value or "无"] for label, value in data["cover"]]
    if (card := bound.card_in_force(db.session, declaration)) is not None:
        data["liability_card"] = {"items": [_checked(check) for check in card.checks]}
    for opinion in opinions.newest(db.session, declaration):
        box = BOXES[OpinionResult(opinion.result)]
        if box == "authority_opinions":
            data[box] = [other for other in data[box] if other["of"] != opinion.organisation_id]
            data[box].append(_opinion(opinion) | {"of": opinion.organisation_id})
        else:
            data[box] = _opinion(opinion)
    stops = [stop.organisation_id for stop in sorted(declaration.route, key=lambda stop: stop.position)]
    data["authority_opinions"].sort(key=lambda box: stops.index(box["of"]) if box["of"] in stops else len(stops))
    if declaration.voted_on:
        data["result"] = {
            "opinion": VERDICTS.get(DeclarationState(declaration.state), "通过"),
            "on": day(declaration.voted_on),
            "organisation": declaration.committee.name if declaration.committee else "",
            "facts": [["备案文号", declaration.filing_number], ["备案时间", day(declaration.filed_on)]]
            if declaration.filed_on
            else [],
        }
    made = pdf("review_form", data, ("RF", declaration.number, declaration.version), declaration)
    edition = editions.edition_of(declaration)
    if edition is None or edition.paper_size != Paper.A3:
        return made
    return io.BytesIO(side_by_side(made.getvalue()))  # what is kept to compare with stays page by page


#: Sections of the form on the 资格审查意见表: up to 工作简历, of a 破格 one up to its conditions.
ON_THE_SHEET = ("basic", "education", "titles", "licences", "experience")
#: Of an exceptional declaration besides: why it is one.
EXCEPTIONAL = ("exception_kind", "exception_basis")
#: What the box of an office is called, by what it says of a case; a route ends at the committee's office.
SAYS = ("用人单位审查及推荐意见", "主管部门或人社部门审查意见", "评委会日常办事机构审查意见")


def opinion_sheet_pdf(declaration: Declaration) -> io.BytesIO:
    """《参评人员资格审查意见表》: who asks for what, and the newest opinion of each office in the order of the route.

    Only opinions on what is declared now; a box of an office that has said nothing yet is left open for the hand.
    """
    filed = as_filed(db.session, declaration)
    facts = [
        ["姓名", declaration.person.name],
        ["证件号码", declaration.person.masked_id],
        ["所在单位", filed.unit],
        ["申报系列", filed.series],
        ["申报职称", filed.title],
        ["职称级别", TitleLevel(declaration.level).label],
        ["申报专业", filed.specialty],
        ["取得方式", Way(declaration.way).label],
        ["申报方式", DeclarationMode(declaration.mode).label],
        ["申报年度", str(declaration.year)],
    ]
    sections = [section for key, section in _keyed_sections(declaration) if key in ON_THE_SHEET]
    if declaration.mode == DeclarationMode.EXCEPTIONAL:
        asked = forms.form_of(declaration).section("declaring")
        row = (declaration.content.sections or {}).get("declaring") or {}
        why = [[f.label, _shown(f, row, declaration) or "无"] for f in asked.fields if f.key in EXCEPTIONAL]
        sections.append({"title": "破格条件", "kind": "facts", "facts": why})
    return pdf(
        "opinion_sheet",
        {
            "number": declaration.number,
            "name": declaration.person.name,
            "subtitle": f"{declaration.year} 年度",
            "organisation": filed.unit,
            "content_hash": content.digest(db.session, declaration),
            "cover": [[label, value or "无"] for label, value in facts],
            "sections": sections,
            "opinions": list(_boxes(declaration)),
        },
        ("OS", declaration.number, declaration.version),
        declaration,
    )


def _open_boxes(declaration: Declaration) -> dict[str, Any]:
    """The boxes of the 评审表 as they are before anybody has said anything: whose they are, open for the hand. A case
    that no committee decides has none of the committee's (初定 and 认定 end with their route)."""
    stops = sorted((stop for stop in declaration.route if stop.position > 0), key=lambda stop: stop.position)
    reviewed = declaration.way == Way.REVIEW
    committee = {"organisation": declaration.committee.name} if reviewed and declaration.committee else {}
    return {
        "unit_opinion": {"organisation": as_filed(db.session, declaration).unit},
        "authority_opinions": [{"organisation": stop.organisation.name, "of": stop.organisation_id} for stop in stops],
        "office_opinion": committee,
        "result": committee,
        "reviewed": reviewed,
    }


def day(given: date | None) -> str:
    """A day as papers write it; empty where there is none."""
    return f"{given:%Y年%-m月%-d日}" if given else ""


def _boxes(declaration: Declaration) -> Iterable[dict[str, Any]]:
    """A box for each office of the route and for the committee's, with what it said last of what is declared."""
    given = {opinion.office: opinion for opinion in opinions.newest(db.session, declaration)}
    for stop in sorted(declaration.route, key=lambda stop: stop.position):
        title = SAYS[0] if stop.position == 0 else SAYS[1]
        opinion = given.get((stop.organisation_id, None))
        yield {"title": title, **(_opinion(opinion) if opinion else {"organisation": stop.organisation.name})}
    if declaration.committee is not None and declaration.way == Way.REVIEW:
        opinion = given.get((None, declaration.committee_id))
        yield {"title": SAYS[2], **(_opinion(opinion) if opinion else {"organisation": declaration.committee.name})}


def printed_on(declaration: Declaration) -> str:
    """How the 评审表 is to be printed by its edition; empty where nothing is said. Its pages stay A4, and carry their
    codes: two of them lie side by side on a sheet of A3."""
    edition = editions.edition_of(declaration)
    if edition is None or (edition.paper_size, edition.copies, edition.both_sides) == (Paper.A4, 1, False):
        return ""
    sides = "双面" if edition.both_sides else "单面"
    sheet = "A3 纸（每面并排两页）" if edition.paper_size == Paper.A3 else "A4 纸"
    return f"用 {sheet}{sides}打印，一式 {edition.copies} 份"


def _photo(declaration: Declaration) -> bytes:
    """The 二寸照 as a JPEG of what is printed of it; empty where there is none, or none that opens."""
    found = next((m for m in content.materials_of(asking(g.user), declaration) if m.kind == "photo"), None)
    if found is None:
        return b""
    shown = io.BytesIO()
    try:
        with clean.at_hand(found.file) as path, Image.open(path, formats=("JPEG", "PNG")) as opened:
            opened.thumbnail((600, 840))
            opened.convert("RGB").save(shown, "JPEG", quality=85)
    except (Refused, OSError):  # the frame stays empty, and the photo is pasted
        return b""
    return shown.getvalue()


def _materials(declaration: Declaration) -> Iterable[list[str]]:
    """申报材料目录: each file, and each paper-only file of a secret declaration by its stub (118号 一)."""
    kinds = {kind.key: kind for kind in forms.form_of(declaration).materials}
    for item in comparison.items_of(asking(g.user), declaration):
        if isinstance(item.item, PaperStub):
            form = f"仅纸质，编号 {item.item.reference}，{item.item.pages} 页"
        else:
            form = "电子"
        kind = kinds.get(item.item.kind)
        if kind is not None and kind.copies:
            form += f"，纸质 {kind.copies} 份"
        yield [kind.label if kind else item.item.kind, item.name, form]


def _checked(check: LiabilityCheck) -> dict[str, str]:
    return {"item": check.wording, "checker": check.checker_name, "result": CheckResult(check.result).label}


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "opinion": "；".join(text for text in (opinion.assessment, opinion.words) if text),
        "handler": opinion.handler_name,
        "head": opinion.head_name,
        "on": day(opinion.given_at),
        "organisation": opinion.office_name,
    }


def _sections(declaration: Declaration) -> Iterable[dict[str, Any]]:
    """Every section of the form, as it is printed."""
    return (section for _key, section in _keyed_sections(declaration))


def _keyed_sections(declaration: Declaration) -> Iterable[tuple[str, dict[str, Any]]]:
    """(key, section) with what is asked of this declaration, in the order of the form: what does not apply to it (破格,
    绿色通道, 委托 of others) is no row of its paper. What was left empty is printed as 无."""
    filled, known = declaration.content.sections or {}, submission.facts_of(asking(g.user), declaration)
    for section in forms.form_of(declaration).sections_for(known):
        value, title = filled.get(section.key), section.title
        if section.repeated:
            kept = [known | row for row in value or []] or [known]
            columns = [f for f in section.fields if any(f.applies(row) for row in kept)]
            columns += [f for f in section.retired if any(row.get(f.key) for row in value or [])]
            rows = [[_shown(f, row, declaration) or "无" for f in columns] for row in (value or [])]
            told = [f.label for f in columns]
            yield section.key, {"title": title, "kind": "table", "columns": told, "rows": rows}
        elif section.fields:
            asked = [f for f in section.fields if f.applies(known | (value or {}))]
            asked += [f for f in section.retired if (value or {}).get(f.key)]
            facts = [
                [f.label, _shown(f, value or {}, declaration) or "无"]
                for f in asked
                if not f.kind.startswith("material.")
            ]
            yield section.key, {"title": title, "kind": "facts", "facts": facts}


def _shown(field: Any, row: dict[str, Any], declaration: Declaration) -> str:
    """A filled-in value as a person reads it; identity fields come masked from the person."""
    if field.mirror:
        return mirrored(declaration, field)
    value = row.get(field.key)
    if field.kind == "check":
        return "是" if value else ""
    choices = dict(getattr(field, "choices", None) or ())
    return str(choices.get(value, value) or "")


def mirrored(declaration: Declaration, field: Any) -> str:
    """What a mirrored field shows: of the declaration, the person, or the unit; identity numbers masked."""
    record, name = field.mirror
    owner = {"declaration": declaration, "person": declaration.person, "unit": declaration.unit}.get(record)
    if field.mirror == ("declaration", "specialty"):
        return as_filed(db.session, declaration).specialty
    if field.mirror == ("unit", "name"):
        return as_filed(db.session, declaration).unit
    value = getattr(owner, name, "")
    if name == "region_code":
        return db.session.scalar(select(Region.name).where(Region.code == value)) or ""
    enum = (
        type(owner).__mapper__.columns[name].info.get("enum")
        if owner is not None and name in type(owner).__mapper__.columns
        else None
    )
    if enum and value:
        return str(enum(value).label)
    return "是" if value is True else "否" if value is False else str(value or "")


def candidates_pdf(
    plan: Plan, title: str, people: list[Declaration], signatures: list[str], paper: str = "RO"
) -> io.BytesIO:
    """参评人员花名册: who is put before the committee, and how he declares; nothing of how far his case has come."""
    return pdf(
        "roster",
        {
            "title": title,
            "subtitle": plan.name,
            "facts": [["评委会", plan.committee.name], ["年度", str(plan.year)], ["人数", str(len(people))]],
            "columns": ["序号", "姓名", "所在单位", "申报职称", "申报专业", "申报方式"],
            "rows": [
                [
                    str(n),
                    d.applicant_name,
                    d.unit.name,
                    d.title.name,
                    d.specialty.name if d.specialty else "无",
                    DeclarationMode(d.mode).label,
                ]
                for n, d in enumerate(people, 1)
            ],
            "signatures": signatures,
        },
        (paper, f"FA{plan.year}-{plan.id}", plan.version),
    )


def summary_pdf(plan: Plan, people: list[Declaration]) -> io.BytesIO:
    """申报情况汇总表: how many of the candidates of a plan ask for which title in which specialty, and in what way."""
    groups: dict[tuple[str, str, str], list[Declaration]] = {}
    for d in people:
        specialty = d.specialty.name if d.specialty else "无"
        groups.setdefault((TitleLevel(d.level).label, d.title.name, specialty), []).append(d)
    modes = list(DeclarationMode)
    rows = [
        [*group, str(len(found)), *(str(sum(d.mode == mode for d in found)) for mode in modes)]
        for group, found in sorted(groups.items())
    ]
    total = ["合计", "", "", str(len(people)), *(str(sum(d.mode == mode for d in people)) for mode in modes)]
    return pdf(
        "roster",
        {
            "title": "申报情况汇总表",
            "subtitle": plan.name,
            "facts": [["评委会", plan.committee.name], ["年度", str(plan.year)], ["人数", str(len(people))]],
            "columns": ["级别", "申报职称", "申报专业", "人数", *(mode.label for mode in modes)],
            "rows": [*rows, total] if rows else [],
            "signatures": ["经办人", "负责人"],
        },
        ("SU", f"FA{plan.year}-{plan.id}", plan.version),
    )
