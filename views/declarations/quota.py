"""职数申报 (附件2 1.5.1), 职数审核 (附件2 1.5.2), 职数申报查询 (附件3 1.22)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import send_file
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement

from models.declarations.quota import Quota, QuotaState
from models.register.organisation import Organisation
from views.declarations.quota_paper import quota_table_pdf
from views.screens import answers
from views.screens.base import FlowScreen, Link, Panel, Screen
from views.screens.boxes import Box
from views.screens.forms import AreaField, NumberField, Required, Typed
from views.screens.further_condition import desk_condition
from views.screens.moment import of_request
from views.storage.attachments import attachments
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk, quota
from workflow.declarations.quota_request import SITUATIONS, special
from workflow.storage import files


class PeopleField(AreaField):
    """人员名单 of the special kinds: a line each, 姓名，情形，服务年限."""

    def read(self, word: str) -> Any:
        """The lines as the quota keeps them."""
        return [self._person(line) for line in word.splitlines() if line.strip()]

    @staticmethod
    def _person(line: str) -> dict[str, str]:
        name, situation, years, *_rest = [part.strip() for part in re.split(r"[，,、\t]", line)] + ["", "", ""]
        if years == "" and situation.removesuffix("年").isdecimal():
            situation, years = "", situation
        return {"name": name[:60], "situation": situation[:60], "years": years.removesuffix("年")[:10]}

    def box(self) -> Box:
        """The lines as they are typed."""
        held = self.typed if self.typed is not None else lines_of(self.data)
        return Box(
            self.name,
            str(self.label.text),
            "area",
            held,
            hint=str(self.description),
            error=" ".join(map(str, self.errors)),
        )


def lines_of(people: Any) -> str:
    """A list of people as lines."""
    return "\n".join(
        "，".join(filter(None, (p.get("name"), p.get("situation"), p.get("years") and f"{p['years']}年")))
        for p in people or []
    )


class ReportField(Typed):
    """专项报告 as a file; kept with the quota."""

    kind = "file"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The upload, read before the unit of work opens."""
        sent = valuelist[0] if valuelist and hasattr(valuelist[0], "stream") else None
        self.data = answers.upload(sent) or self.data

    def box(self) -> Box:
        """A file is asked for again after an error."""
        return Box(
            self.name,
            str(self.label.text),
            "file",
            "",
            hint=str(self.description),
            error=" ".join(map(str, self.errors)),
        )


class QuotaDesk(Screen):
    """What is shown of a quota, wherever it is shown."""

    model = Quota
    columns = "unit.name year kind level specialty.name vacancies requested approved used state"
    facts: ClassVar[dict[str, str]] = {
        "申报": "unit.name unit.nature year kind level specialty.name establishment posts held vacancies retiring "
        "requested statement",
        "核准与使用": "state approved document reserve_limit reserved used",
    }
    conditions = "year kind level state specialty"
    order = "-year -id"
    labels: ClassVar[dict[str, str]] = {
        "unit.name": "申报单位",
        "unit.nature": "单位性质",
        "specialty.name": "申报专业",
        "vacancies": "空缺岗位",
    }

    def cell_vacancies(self, record: Quota) -> str:
        """核定 less 已聘."""
        return str(record.vacancies)

    def name_of(self, record: Quota) -> str:
        """Unit, year and level."""
        return f"{record.unit.name} · {record!r}"

    def panels(self, record: Quota) -> Sequence[Panel]:
        """The people of a special kind, and the report."""
        named = [
            (p.get("name", ""), p.get("situation") or "—", f"{p['years']} 年" if p.get("years") else "—")
            for p in record.people or []
        ]
        found = (
            [
                Panel(
                    "人员名单（特殊情况）",
                    f"{len(named)} 人",
                    ("姓名", "情形", "服务年限"),
                    named,
                    empty="没有人员名单。",
                )
            ]
            if special(record)
            else []
        )
        return [*found, attachments(record, "专项报告及附件")]

    def links(self, record: Quota) -> Sequence[Link]:
        """The form of the unit and year as paper."""
        return [*super().links(record), Link("打印备案表", self.address("table", pk=record.id))]

    @expose("/table/<int:pk>.pdf")
    @has_access
    @permission_name("show")
    def table(self, pk: int) -> Any:
        """评审职数申报专业备案表."""
        record = self.find(pk)
        return send_file(
            quota_table_pdf(record),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"职数专业备案表_{record.year}_{record.unit.name}.pdf",
        )

    def due_of(self, record: Quota) -> str:
        """T1 and T2 of the year."""
        if record.state not in (QuotaState.DRAFT, QuotaState.RETURNED, QuotaState.DECLARED, QuotaState.EXAMINED):
            return ""
        day = quota.last_day(of_request(), record, approving=record.state in (QuotaState.DECLARED, QuotaState.EXAMINED))
        return f"{day} 截止" if day >= of_request().today else f"已于 {day} 截止"


class QuotaScreen(QuotaDesk, FlowScreen):
    """职数申报: a unit's own."""

    flow = quota.QUOTA
    title, guide = "职数申报", "附件2 1.5.1"
    lead = "事业单位在空缺岗位范围内提出本年度评审职数；特殊情况须附专项报告，由省人社厅审核。"
    columns = "year kind level specialty.name vacancies requested approved reserved used state"
    fields = "year kind level specialty establishment posts held retiring requested people statement report"
    extra_fields: ClassVar[dict[str, Any]] = {
        "year": NumberField("评审年度", [Required()], least=2000, most=2100),
        "people": PeopleField(
            "人员名单（特殊情况）",
            max_length=8000,
            description="每行一人：姓名，情形，服务年限。第（3）类的情形为："
            f"{'、'.join(SITUATIONS)}。不要填写证件号码。",
        ),
        "report": ReportField("专项报告", description="特殊情况评审职数须上传专项报告（118号 三(二)2）；PDF 或图片。"),
    }
    verbs = "declare"
    row_verbs = "declare"
    imports = "quota"
    can_add = can_edit = True
    empty = "本单位还没有申报职数。事业单位推荐人员前，请点击“新增”填写岗位设置和空缺情况后申报。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """One's own unit's."""
        return Quota.unit_id == actor.organisation_id

    def prefill(self) -> dict[str, Any]:
        """This year, ordinary vacancies."""
        return {"year": of_request().today.year, "kind": "vacancy", "posts": 0, "held": 0, "retiring": 0}

    def editable(self, record: Quota) -> str | None:
        """A draft, or what was sent back."""
        if record.state in (QuotaState.DRAFT, QuotaState.RETURNED):
            return None
        return f"当前状态为“{QuotaState(record.state).label}”，不能修改；需要更改的请上级退回。"

    def create(self, uow: UnitOfWork, *, report: Any = None, **values: Any) -> Quota:
        """新增."""
        unit = uow.session.get_one(Organisation, uow.actor.organisation_id)
        made = quota.create_quota(uow, unit=unit, **self._sound(values))
        self._keep(uow, made, report)
        return made

    def change(self, uow: UnitOfWork, record: Quota, *, report: Any = None, **values: Any) -> None:
        """编辑."""
        quota.edit_quota(uow, record, **self._sound(values))
        self._keep(uow, record, report)

    @staticmethod
    def _sound(values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name != "people"} | {"people": values["people"] or []}

    @staticmethod
    def _keep(uow: UnitOfWork, record: Quota, report: tuple[bytes, str] | None) -> None:
        if report:
            files.store(uow, report[0], report[1], owner=record, purpose="专项报告", field="report")


class QuotaAuditScreen(QuotaDesk, FlowScreen):
    """职数审核."""

    flow = quota.QUOTA
    title, guide = "职数审核", "附件2 1.5.2"
    lead = "空缺岗位职数由上级主管部门或市州人社部门在空缺范围内核准；特殊情况初核后报省人社厅。8 月 15 日前完成。"
    conditions = "unit year kind level state"
    verbs = "examine approve approve_special send_back reject clear"
    row_verbs = "examine approve approve_special send_back"
    empty = "没有待审核的职数。下级单位申报后会出现在这里，也可将“办理情况”改为“全部”查询。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.quota_desk))

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """What has been declared; drafts are the unit's own business."""
        return Quota.state != QuotaState.DRAFT


class QuotaSearchScreen(QuotaDesk):
    """职数申报查询."""

    title, guide = "职数申报查询", "附件3 1.22"
    lead = "各单位申报、核准、已推荐和已核销的评审职数。"
    conditions = "unit year kind level specialty state"
    empty = "没有符合条件的职数申报。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """What has been declared."""
        return Quota.state != QuotaState.DRAFT
