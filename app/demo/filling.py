"""Fill in the declared form as an applicant would: every section through 暂存, every material as a real file."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import object_session

from app.demo.stage import Stage
from models.committees.catalogue import LADDER, Title, TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode
from models.paths.path import Way
from reports.paper import CHINA, FONTS
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import submission
from workflow.forms import form as forms
from workflow.forms.form_parts import Field

PROJECTS = (
    "湘江新区综合管廊工程",
    "橘子洲大桥加固改造工程",
    "市民之家暖通空调系统设计",
    "洞庭湖区排涝泵站更新工程",
    "县域医共体信息平台建设",
    "老旧小区海绵化改造",
)
PAPERS = (
    "装配式混凝土结构节点抗震性能研究",
    "基于 BIM 的施工进度管理方法",
    "基层医院慢病管理路径探讨",
    "软土地基处理技术在泵站工程中的应用",
)
PRINTED = datetime(2026, 1, 5, 8, tzinfo=CHINA)
SCHOOLS = ("湖南大学", "中南大学", "长沙理工大学", "南华大学", "湘潭大学")


def fill(stage: Stage, uow: UnitOfWork, declaration: Declaration) -> None:
    """暂存 every section, upload every required material, sign the promise."""
    facts = submission.facts_of(uow, declaration)
    for section in forms.form().sections_for(facts):
        if section.fields:
            raw = [_row(stage, declaration, section, n, facts) for n in range(_rows(declaration, section))]
            submission.save_section(uow, declaration, section.key, raw if section.repeated else raw[0])
    facts = submission.facts_of(uow, declaration)
    for kind in forms.form().materials:
        if kind.key not in facts["materials"] and (kind.needed(facts) or kind.key in ("project", "paper", "training")):
            ending = "png" if "pdf" not in kind.accept else "pdf"
            submission.attach(
                uow, declaration, kind.key, photo() if ending == "png" else scan(kind.label), f"{kind.label}.{ending}"
            )
    submission.promise(uow, declaration, "127.0.0.1 演示")


def _rows(declaration: Declaration, section: Any) -> int:
    if not section.repeated:
        return 1
    if section.key == "titles" and (declaration.way != Way.REVIEW or declaration.mode == DeclarationMode.GREEN):
        return 0
    if section.key in ("awards", "patents", "licences"):
        return declaration.id % 2
    return max(section.min_rows, {"projects": 2, "papers": 1, "training": 3, "assessments": 4}.get(section.key, 1))


def _row(stage: Stage, declaration: Declaration, section: Any, n: int, facts: dict[str, Any]) -> dict[str, Any]:
    """A row with what is asked of this declaration, and nothing else."""
    row = _filled(stage, declaration, section, n)
    known = facts | row
    return {f.key: row[f.key] for f in section.fields if f.key in row and f.applies(known)}


def _filled(stage: Stage, declaration: Declaration, section: Any, n: int) -> dict[str, Any]:
    year = declaration.year
    row = {f.key: _value(stage, declaration, f, n) for f in section.fields if not f.mirror}
    match section.key:
        case "basic":
            row |= {
                "unit_nature": str(declaration.unit.nature),
                "work_since": f"{year - 12}-07-01",
                "specialty_years": "12",
                "relation": "合同",
                "post": "专业技术岗位",
                "in_established_post": declaration.unit.is_institution,
                "department": "技术科",
                "file_holder": declaration.unit.name,
                "current_specialty": declaration.specialty.name if declaration.specialty else declaration.series.name,
            }
        case "education":
            row |= {
                "study": "全日制",
                "education": "大学本科毕业",
                "degree": "学士",
                "school": stage.names.one(SCHOOLS),
                "major": "专业技术",
                "entered_on": f"{year - 17}-09",
                "graduated_on": f"{year - 13}-06",
            }
        case "titles":
            row |= {
                "level": str(_below(declaration)),
                "name": _held(declaration),
                "obtained_on": f"{year - 6}-12-20",
                "way": "评审",
                "series": declaration.series.name,
                "body": "相应评审委员会",
            }
            if declaration.mode == DeclarationMode.TRANSFER:
                other = _elsewhere(declaration)
                row |= {"level": str(declaration.level), "name": other.name, "series": other.series.name}
        case "experience":
            row |= {
                "kind": "工作经历",
                "since": f"{year - 12}-07",
                "until": "",
                "unit": declaration.unit.name,
                "post": "技术员",
                "witness": stage.names.person(),
            }
        case "training":
            row |= {"year": str(year - 1 - n), "public_hours": "30", "professional_hours": "60"}
        case "projects":
            row |= {
                "name": stage.names.one(PROJECTS),
                "source": "委托",
                "since": f"{year - 4 + n}-03",
                "until": f"{year - 3 + n}-05",
                "role": "技术负责人",
                "rank": "1",
                "status": "已验收",
                "amount": "1200000",
            }
        case "papers":
            row |= {
                "kind": "论文",
                "title": stage.names.one(PAPERS),
                "publisher": "湖南工程学报",
                "number": "1000-0000",
                "published_on": f"{year - 2}-08",
                "rank": "1",
            }
        case "achievements":
            row |= {
                "name": stage.names.one(PROJECTS),
                "kind": "项目成果",
                "finished_on": f"{year - 1}-05-30",
                "role": "主持",
                "abstract": "解决了项目中的关键技术问题，成果通过验收并投入使用。",
            }
        case "awards":
            row |= {
                "year": str(year - 2),
                "awarded_on": f"{year - 2}-10-10",
                "grade": "市厅级",
                "prize": "二等奖",
                "rank": "2",
                "name": "优质工程奖",
                "authority": "市住房和城乡建设局",
            }
        case "patents":
            row |= {
                "kind": "实用新型专利",
                "granted_on": f"{year - 3}-04-12",
                "number": "ZL000000000000",
                "name": "一种施工装置",
                "authority": "国家知识产权局",
                "rank": "1",
            }
        case "assessments":
            row |= {"year": str(year - 1 - n), "result": "优秀" if n == 1 else "合格", "unit": declaration.unit.name}
        case "discipline":
            row = {key: False if isinstance(value, bool) else "" for key, value in row.items()} | {"statement": "无"}
        case "declaring":
            row |= {"no_secrets_online": True, "posted": "未派驻", "entrusted": False, "posted_since": ""}
            if declaration.needs_quota:
                row["quota_kind"] = "vacancy"
    return row


def _below(declaration: Declaration) -> TitleLevel:
    return LADDER[max(LADDER.index(TitleLevel(declaration.level)) - 1, 0)]


def _held(declaration: Declaration) -> str:
    """The title held so far: the one below on the ladder of the series."""
    titles = (
        select(Title.name)
        .where(Title.series_id == declaration.series_id, Title.level == _below(declaration))
        .order_by(Title.id)
        .limit(1)
    )
    return object_session(declaration).scalar(titles) or "工程师"  # type: ignore[union-attr]


def _elsewhere(declaration: Declaration) -> Title:
    """A title of the same level in another series, for 转评."""
    titles = (
        select(Title)
        .where(Title.series_id != declaration.series_id, Title.level == declaration.level)
        .order_by(Title.id)
        .limit(1)
    )
    return object_session(declaration).scalars(titles).one()  # type: ignore[union-attr]


def _value(stage: Stage, declaration: Declaration, field: Field, n: int) -> Any:
    """A plausible value of the field's kind."""
    year = declaration.year
    match field.kind:
        case "check":
            return False
        case "choice":
            return field.choices[0][0]
        case "number":
            return str(max(field.lowest or 1, 1))
        case "date":
            return f"{year - 2}-06-18"
        case "month":
            return f"{year - 2}-06"
        case "year":
            return str(year - 1 - n)
    return f"{field.label}（演示）"


#: Kinds of material that are several pages long.
LONG = {"业绩项目佐证": 3, "论文论著": 5, "代表性成果": 2}


@cache
def scan(label: str) -> bytes:
    """A PDF that says on every page what it stands for."""
    import typst

    pages = "#pagebreak()".join(
        f"""#align(center)[#v(40mm) #text(26pt)[#{json.dumps(label, ensure_ascii=False)}] #v(8mm)
        #text(13pt)[演示材料，内容虚构] #v(24mm)
        #for n in range(9) {{ line(length: 82% - n * 3%, stroke: 0.6pt + luma(170)); v(4mm) }} #v(1fr) 第 {n} 页]"""
        for n in range(1, LONG.get(label, 1) + 1)
    )
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return bytes(typst.Compiler(pages.encode(), font_paths=fonts).compile(format="pdf", timestamp=PRINTED))


@cache
def photo() -> bytes:
    """A plain picture in the size and shape of a 二寸照."""
    from PIL import Image, ImageDraw

    out = io.BytesIO()
    picture = Image.new("RGB", (413, 579), (206, 220, 240))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((122, 120, 291, 330), fill=(120, 138, 165))
    draw.ellipse((30, 370, 383, 800), fill=(86, 104, 132))
    picture.save(out, "PNG")
    return out.getvalue()
