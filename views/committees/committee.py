"""评委会管理 (附件3 1.10) and 评委会查询 (附件3 1.11); the page of 其他信息 is views/committees/committee_other.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, redirect, render_template, request
from flask_appbuilder import expose, has_access
from sqlalchemy import select

from models.accounts.account import Account
from models.base import db
from models.committees.committee import Committee
from views.committees.committee_other import OTHER_VERBS, OtherPage
from views.committees.committee_term import choices, standing, term_condition
from views.screens.base import FlowScreen, Link, Panel, Screen
from views.screens.columns import Column
from views.screens.flow_screen import Action
from views.screens.further_condition import desk_condition
from views.storage.attachments import attachments
from workflow.accounts import accounts
from workflow.base.flow import Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.committee import COMMITTEE, create_committee, edit_committee
from workflow.declarations import desk


class CommitteePages(Screen):
    """What 管理 and 查询 have in common: columns, conditions, facts, and the cards of 其他信息."""

    model = Committee
    columns = "name level kind host series valid_to standing"
    labels = {"standing": "状态", "series": "职称系列", "opened": "登录账号", "left": "剩余天数"}
    facts = {
        "评委会": "name level kind host series region_code standing",
        "核准备案": "valid_from valid_to by_specialty size size_exception reason",
    }
    conditions = "name:contains level kind host series region_code state valid_to"
    order = "name"
    empty = "没有符合条件的评委会；请修改查询条件。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.append(term_condition())

    def query_boxes(self, typed: Mapping[str, str]) -> Sequence[Any]:
        """有效期 offers the days that the settings say."""
        boxes = super().query_boxes(typed)
        for box in boxes:
            if box.name == "term":
                box.options = choices()
        return boxes

    def cell_standing(self, record: Committee) -> Any:
        """The state, and how soon the term ends as of today."""
        return standing(record)

    def badge_of(self, record: Committee) -> Any:
        """The same in the head."""
        return standing(record)

    def panels(self, record: Committee) -> Sequence[Panel]:
        """评审专业, 组建单位, 缴费标准."""
        specialties = [(row.specialty.code, row.specialty.name) for row in record.specialties]
        offices = [(row.organisation.code, row.organisation.name) for row in record.offices]
        fees = [(row.item, f"{row.amount:.2f}") for row in record.fees]
        return [
            Panel(
                "评审专业",
                head=("专业代码", "专业学科名称"),
                rows=specialties,
                empty="未指定专业，评审整个系列。",
                id="other",
            ),
            Panel("组建单位", head=("统一信用代码", "单位名称"), rows=offices, empty="尚未维护组建单位。"),
            Panel("缴费标准", head=("缴费项目", "缴费金额（元）"), rows=fees, empty="不收费。"),
        ]

    def operations(self, record: Committee) -> list[Link]:
        """详情, 其他信息 (附件3 1.10.3-4, 1.11.3-2)."""
        links = super().operations(record)
        links.insert(min(2, len(links)), Link("其他信息", self.other_address(record)))
        return links

    def other_address(self, record: Committee) -> str:
        """Where 其他信息 stands: here the cards of the detail page."""
        return f"{self.base_address()}show/{record.id}#other"

    def sheet_columns(self) -> Sequence[Column]:
        """导出: what the list shows, the term and the size, and 其他信息 in one cell each."""
        more = [
            self._column(name)
            for name in ("region_code", "valid_from", "by_specialty", "size", "size_exception", "reason")
        ]
        return [*self.shown, *more, *OTHER_COLUMNS]


#: 其他信息 on the sheet.
OTHER_COLUMNS = (
    Column(
        "specialties",
        "评审专业",
        "own",
        lambda c: "、".join(row.specialty.name for row in c.specialties),
        also=(Committee.specialties,),
    ),
    Column(
        "offices",
        "组建单位",
        "own",
        lambda c: "、".join(row.organisation.name for row in c.offices),
        also=(Committee.offices,),
    ),
    Column(
        "fees",
        "缴费标准",
        "own",
        lambda c: "、".join(f"{row.item} {row.amount:.2f} 元" for row in c.fees),
        also=(Committee.fees,),
    ),
)


class CommitteeSearchScreen(CommitteePages):
    """查询, 详情, 其他信息, 导出; accounts are the province's own business and do not stand here."""

    title, guide = "评委会查询", "附件3 1.11"
    lead = "查看评委会及其评审专业、组建单位和缴费标准。"


class CommitteeScreen(OtherPage, CommitteePages, FlowScreen):
    """新增, 编辑, 其他信息, 开通账号, 注销 with a reason, 导出."""

    flow = COMMITTEE
    title, guide = "评委会管理", "附件3 1.10"
    lead = "新增后维护其他信息，核准后开通账号。有效期不超过 3 年，期满重新核准备案（令40号 第八条）。"
    columns = "name level kind host series account_name valid_to standing"
    facts = CommitteePages.facts | {"账号": "account_name opened"}
    fields = "name level kind host series region_code account_name valid_from valid_to by_specialty size size_exception"
    imports = "committee"
    can_add = can_edit = True
    row_verbs = "cancel"
    bulk = "approve"
    empty = "没有符合条件的评委会；请修改查询条件，或新增评委会。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.committee_desk))

    # -- the form ----------------------------------------------------------------------------------

    def create(self, uow: UnitOfWork, **values: Any) -> Committee:
        """新增: the verb checks term, size, names and scope."""
        return create_committee(uow, **_given(values))

    def change(self, uow: UnitOfWork, record: Committee, **values: Any) -> None:
        """编辑, with the same checks."""
        edit_committee(uow, record, **_given(values))

    def after_add(self, record: Committee) -> Any:
        """On to 其他信息, without which it cannot be approved."""
        super().after_add(record)
        return redirect(self.address("other", pk=record.id))

    def editable(self, record: Committee) -> str | None:
        """A cancelled one stays as it was."""
        return None if record.state in set(self.flow["cancel"].sources) else "评委会已注销或被取消组建权，不能编辑。"

    # -- lists and details -----------------------------------------------------------------------------

    def cell_opened(self, record: Committee) -> str:
        """Whether the account has been opened."""
        found = db.session.scalars(select(Account).filter_by(committee_id=record.id)).all()
        return "、".join(f"{a.username}（{'启用' if a.active else '停用'}）" for a in found) or "尚未开通"

    def other_address(self, record: Committee) -> str:
        """The page on which 其他信息 is kept."""
        return f"{self.base_address()}other/{record.id}"

    def links(self, record: Committee) -> Sequence[Link]:
        """To 其他信息."""
        return [Link("其他信息", self.address("other", pk=record.id))]

    def panels(self, record: Committee) -> Sequence[Panel]:
        """其他信息, and the documents of an approved smaller size."""
        return [*super().panels(record), attachments(record, "批复文件", "没有人数调整批复。")]

    def actions_of(self, record: Committee) -> list[Action]:
        """The verbs of 其他信息 have a page of their own."""
        return [action for action in super().actions_of(record) if action.step.verb not in OTHER_VERBS]

    # -- verbs ------------------------------------------------------------------------------------------

    @expose("/act/<int:pk>/<verb>", methods=["GET", "POST"])
    @has_access
    def act(self, pk: int, verb: str) -> Any:
        """As every verb; the first password is hashed before the transaction opens."""
        if verb == "issue_account" and request.method == "POST":
            g.first_password = accounts.first()
        return super().act(pk, verb)

    def perform(self, uow: UnitOfWork, record: Committee, verb: str, answers: dict[str, Any]) -> Any:
        """The flow's verb; the account gets the prepared password."""
        if verb == "issue_account":
            answers["password"] = g.first_password[1]
        return super().perform(uow, record, verb, answers)

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """其他信息 returns to its page; a new account shows its first password once (附件3 1.10 默认密码)."""
        if step.verb == "issue_account":
            account = db.session.scalars(select(Account).filter_by(committee_id=record_id, active=True)).one()
            return render_template(
                "accounts/first_password.html",
                account=account,
                shown=g.first_password[0],
                back=self.address("show", pk=record_id),
            )
        answered = super().done(record_id, step, name, answer)
        return redirect(self.address("other", pk=record_id)) if step.verb in OTHER_VERBS else answered


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"size_exception": values["size_exception"] or ""}
