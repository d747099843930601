"""评委会管理 (附件3 1.10) with 其他信息, and 评委会查询 (附件3 1.11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, request
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from sqlalchemy import select

from models.account import Account
from models.base import db
from models.committee import Committee, CommitteeFee, CommitteeOffice, CommitteeSpecialty, CommitteeState
from views import asks
from views.base import FlowScreen, Link, Panel, Screen, badge
from views.flow_screen import Action
from views.moment import of_request
from workflow import accounts
from workflow.committee import COMMITTEE, create_committee, edit_committee
from workflow.competence import Validity, validity
from workflow.errors import NotNow, NotYou, Refused
from workflow.flow import Step
from workflow.unit_of_work import UnitOfWork, asking

#: 其他信息: title of the card, what else is told of a row, verb that adds, verb that takes away.
OTHER = (
    ("评审专业", "专业代码", "add_specialty", "remove_specialty"),
    ("组建单位", "统一信用代码", "add_office", "remove_office"),
    ("缴费标准", "缴费金额", "set_fee", "remove_fee"),
)
OTHER_VERBS = {verb for _title, _note, *verbs in OTHER for verb in verbs}


class CommitteePages:
    """What 管理 and 查询 have in common: columns, conditions, facts, and the cards of 其他信息."""

    model = Committee
    columns = "name level kind series account_name valid_to standing"
    labels = {"standing": "状态", "series": "职称系列", "opened": "登录账号"}
    facts = {
        "评委会": "name level kind series region_code standing",
        "核准备案": "valid_from valid_to by_specialty size size_exception reason",
        "账号": "account_name opened",
    }
    conditions = "name:contains level kind series state valid_to"
    order = "name"
    empty = "没有符合条件的评委会；请修改查询条件。"

    def cell_standing(self, record: Committee) -> Any:
        """The state, and 即将到期 or 已过期 by the validity of today."""
        return standing(record)

    def badge_of(self, record: Committee) -> Any:
        """The same in the head."""
        return standing(record)

    def cell_opened(self, record: Committee) -> str:
        """Whether the account has been opened."""
        found = db.session.scalars(select(Account).filter_by(committee_id=record.id)).all()
        return "、".join(f"{a.username}（{_('启用') if a.active else _('停用')}）" for a in found) or _("尚未开通")

    def panels(self, record: Committee) -> Sequence[Panel]:
        """评审专业, 组建单位, 缴费标准."""
        specialties = [(row.specialty.code, row.specialty.name) for row in record.specialties]
        offices = [(row.organisation.code, row.organisation.name) for row in record.offices]
        fees = [(row.item, f"{row.amount:.2f}") for row in record.fees]
        return [
            Panel(_("评审专业"), head=(_("专业代码"), _("专业学科名称")), rows=specialties, empty=_("未指定专业，评审整个系列。")),
            Panel(_("组建单位"), head=(_("统一信用代码"), _("单位名称")), rows=offices, empty=_("尚未维护组建单位。")),
            Panel(_("缴费标准"), head=(_("缴费项目"), _("缴费金额（元）")), rows=fees, empty=_("不收费。")),
        ]


def standing(record: Committee) -> Any:
    """已核准, 即将到期, 已过期 … as of today (令40号 第八条)."""
    if record.state != CommitteeState.APPROVED:
        state = CommitteeState(record.state)
    elif (state := validity(of_request(), record)) == Validity.VALID:
        return badge(CommitteeState.APPROVED.label, "ok")
    return badge(state.label, state.tone)


class CommitteeSearchScreen(CommitteePages, Screen):
    """查询, 详情 with 其他信息, 导出."""

    title, guide = "评委会查询", "附件3 1.11"
    lead = "查看评委会及其评审专业、组建单位和缴费标准。"


class CommitteeScreen(CommitteePages, FlowScreen):
    """新增, 编辑, 其他信息, 开通账号, 注销 with a reason, 导出."""

    flow = COMMITTEE
    title, guide = "评委会管理", "附件3 1.10"
    lead = "新增后维护其他信息，核准后开通账号。有效期不超过 3 年，期满重新核准备案（令40号 第八条）。"
    fields = "name level kind series region_code account_name valid_from valid_to by_specialty size size_exception"
    can_add = can_edit = True
    row_verbs = "cancel"
    empty = "没有符合条件的评委会；请修改查询条件，或新增评委会。"

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
        return None if record.state in set(self.flow["cancel"].sources) else _("评委会已注销或被取消组建权，不能编辑。")

    # -- lists and details -----------------------------------------------------------------------------

    def operations(self, record: Committee) -> list[Link]:
        """其他信息 stands beside 编辑."""
        links = super().operations(record)
        links.insert(2 if len(links) > 1 else 1, Link(_("其他信息"), f"{self.address('list').removesuffix('list/')}other/{record.id}"))
        return links

    def links(self, record: Committee) -> Sequence[Link]:
        """To 其他信息."""
        return [Link(_("其他信息"), self.address("other", pk=record.id))]

    def actions_of(self, record: Committee) -> list[Action]:
        """The verbs of 其他信息 have a page of their own."""
        return [action for action in super().actions_of(record) if action.step.verb not in OTHER_VERBS]

    # -- 其他信息 ---------------------------------------------------------------------------------------

    @expose("/other/<int:pk>")
    @has_access
    def other(self, pk: int) -> Any:
        """评审专业, 组建单位, 缴费标准: each added and taken away on one page."""
        return self.other_page(self.find(pk))

    def other_page(self, record: Committee, refused: Step | None = None, refusal: Refused | None = None) -> str:
        """The page; with the verb that was refused, what was typed, and the sentence."""
        uow = asking(g.user)
        rows: tuple[Sequence[CommitteeSpecialty], Sequence[CommitteeOffice], Sequence[CommitteeFee]] = (record.specialties, record.offices, record.fees)
        told = (
            [(row.specialty_id, row.specialty.name, row.specialty.code) for row in rows[0]],
            [(row.organisation_id, row.organisation.name, row.organisation.code) for row in rows[1]],
            [(row.item, row.item, f"{row.amount:.2f} 元") for row in rows[2]],
        )
        cards = []
        for (title, note, add, remove), lines in zip(OTHER, told, strict=True):
            step = self.flow[add]
            mine = refused is not None and refused.verb in (add, remove)
            typed = asks.typed_in(step, request) if mine and refused is step else None
            boxes = asks.boxes_of(step, uow, record, typed, refusal.fields if refusal and typed is not None else None)
            for box in boxes:
                box.narrow = "series_id=series_id" if box.name == "specialty" else ""
            blocked = self.flow.refusal(uow, record, step)
            cards.append({
                "title": title, "note": note, "rows": lines, "boxes": boxes, "blocked": blocked.sentence if blocked else "", "sentence": refusal.sentence if mine and refusal else "",
                "add": self.address("act", pk=record.id, verb=add), "label": step.label, "remove": self.address("act", pk=record.id, verb=remove),
                "field": self.flow[remove].asks[0].name,
            })  # fmt: skip
        return self.render_template(
            "hrss/committee_other.html", screen=self, title=_("其他信息"), record=record, cards=cards, version=str(record.version), base=self.address("list"),
            back=self.address("show", pk=record.id), state=self.badge_of(record),
        )  # fmt: skip

    def _refused(self, record: Committee, step: Step, refusal: Refused) -> Any:
        if step.verb not in OTHER_VERBS or isinstance(refusal, NotYou):
            return super()._refused(record, step, refusal)
        return self.other_page(record, step, refusal), 409 if isinstance(refusal, NotNow) else 422

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
            return render_template("first_password.html", account=account, shown=g.first_password[0], back=self.address("show", pk=record_id))
        answered = super().done(record_id, step, name, answer)
        return redirect(self.address("other", pk=record_id)) if step.verb in OTHER_VERBS else answered


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"size_exception": values["size_exception"] or ""}


