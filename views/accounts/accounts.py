"""账号管理: the 系统管理员 makes and stops accounts, the 安全管理员 gives roles and unlocks (三员分立)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import g, render_template, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement

from models.accounts.account import SYSTEM_NAME, Account
from models.base import db
from reports import sheet
from views.accounts.arrangement_condition import arrangement_condition
from views.accounts.use_condition import use_condition
from views.screens.base import FlowScreen, Link, Panel
from views.screens.columns import badge
from views.screens.export_page import EXCEL
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.accounts import accounts
from workflow.accounts.reassign import left_by
from workflow.base.errors import Refused
from workflow.base.flow import Step
from workflow.base.roles import EXPERT
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.register import fit

#: So many accounts whose role does not fit are named above the list.
TOLD = 3


class AccountScreen(FlowScreen):
    """One list for both administrators; what each may do is in `workflow.accounts.accounts.ACCOUNT`."""

    route_base = "/accountscreen"
    model = Account
    flow = accounts.ACCOUNT
    title = "账号管理"
    lead = (
        "建立、停用账号、变更所属和重置密码由系统管理员办理；授予、收回角色和解除锁定由安全管理员办理，"
        "两者都不能办理本人的账号。"
    )
    columns = "username last_name roles organisation.name committee.name standing signed_in"
    facts: ClassVar[dict[str, str]] = {
        "账号": "username last_name standing must_change_password password_set_at signed_in created_on",
        "岗位与角色": "roles organisation.name committee.name position",
        "登录安全": "failed_logins locked_until second_factor",
    }
    fields = "username last_name position organisation committee"
    conditions = "username last_name organisation committee active"
    order = "username"
    labels: ClassVar[dict[str, str]] = {
        "roles": "角色",
        "organisation.name": "所在机构",
        "committee.name": "评委会",
        "organisation": "所在机构",
        "committee": "评委会",
        "standing": "状态",
        "second_factor": "动态口令",
        "signed_in": "最近登录",
    }
    can_add = True
    weighed = "reassign disable"
    bulk = "grant_role"
    imports = "account account_role"
    add_label = "建立账号"
    empty = "没有符合条件的账号。申报人和用人单位自行注册，其他账号由系统管理员建立。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for += [arrangement_condition(), use_condition()]

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """The system account is nobody's to administer."""
        return Account.username != SYSTEM_NAME

    def cell_standing(self, account: Account) -> Any:
        """在用, 已停用, or locked for now."""
        if account.active and account.locked_until is not None and account.locked_until > asking(g.user).now:
            return badge("已锁定", "warn")
        return badge(account.state.label, account.state.tone)

    def cell_signed_in(self, account: Account) -> str:
        """The last sign-in; not an expert's, which would show who sits in a session (令40号 第二十三条)."""
        if account.plays(EXPERT):
            return "不显示"
        return f"{account.last_login:%Y-%m-%d %H:%M}" if account.last_login else "—"

    def cell_second_factor(self, account: Account) -> str:
        """Whether an authenticator is enrolled; never its secret."""
        return "已登记" if account.totp_secret else "未登记"

    def links(self, record: Account) -> Sequence[Link]:
        """What the account sees, for who may read roles."""
        return [Link("能看到什么", url_for("RoleScreen.account", pk=record.id))]

    def badge_of(self, record: Account) -> Any:
        """The state stands beside the name."""
        return self.cell_standing(record)

    def name_of(self, record: Account) -> str:
        """Name and user name: names repeat."""
        return f"{record.full_name}（{record.username}）"

    def create(self, uow: UnitOfWork, **values: Any) -> Account:
        """建立账号 with a first password that is shown once."""
        shown, first = accounts.first()
        account = accounts.create_account(
            uow,
            username=values["username"],
            name=values["last_name"],
            position=values["position"] or "",
            organisation=values["organisation"],
            committee=values["committee"],
            password=first,
        )
        account.first_password = shown  # of this object only, never of the table
        return account

    def after_add(self, account: Account) -> Any:
        """The first password, once; it is kept nowhere."""
        return self._first_password(account, account.first_password)

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """The list, with a word about accounts whose role does not fit where they work."""
        found = super().list_page(asked, page)
        unfit = fit.misfits(db.session)
        asked.sentences.extend(f"账号“{account.username}”：{sentence}" for account, sentence in unfit[:TOLD])
        if len(unfit) > TOLD:
            asked.sentences.append(f"共 {len(unfit)} 个账号的角色与所在机构不符，请按“角色与机构不符”查询。")
        return found

    def buttons(self) -> Sequence[Link]:
        """Beside 批量导入: the first passwords of accounts that have none."""
        return [*super().buttons(), Link("发放初始密码", self.address("passwords"))]

    @expose("/passwords", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def passwords(self) -> Any:
        """发放初始密码: POST gives the accounts that were imported their first passwords, as a sheet and only once."""
        waiting = accounts.without_password(db.session)
        sentence, code = "", 200
        if request.method == "POST":
            shown = {account.id: accounts.first() for account in waiting[: accounts.ISSUED_AT_ONCE]}
            try:
                rows = attempt(g.user, lambda uow: accounts.issue_passwords(uow, shown), context=context())
            except Refused as refusal:
                sentence, code = refusal.sentence, code_of(refusal)
            else:
                target = io.BytesIO()
                sheet.write(target, "初始密码", ["用户名", "姓名", "所在机构或评委会", "初始密码"], rows)
                target.seek(0)
                return send_file(target, mimetype=EXCEL, as_attachment=True, download_name="初始密码.xlsx")
        return self.render_template(
            "accounts/first_passwords.html",
            screen=self,
            title="发放初始密码",
            waiting=waiting,
            most=accounts.ISSUED_AT_ONCE,
            sentence=sentence,
            base=self.address("list"),
            here=self.address("passwords"),
        ), code

    def verb_panels(self, record: Account, step: Step) -> Sequence[Panel]:
        """What the account would leave behind: what waits at its office, and who is left to do it."""
        left = left_by(db.session, record)
        rows = [(label, f"{count} 件", "由本机构继续办理") for label, count in left.desks]
        if left.drafts:
            rows.append(
                ("导入批次", f"{left.drafts} 个未提交", "变更所属时放弃" if step.verb == "reassign" else "保留")
            )
        others = "、".join(f"{a.full_name}（{a.username}）" for a in left.colleagues[:5])
        note = f"本机构还有同岗位的账号：{others}" if others else "本机构没有其他同岗位的账号" if left.desks else ""
        return [Panel("尚未办结", note, ("事项", "数量", "之后"), rows, empty="没有等待该账号办理的事项。")]

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """A reset password is shown once, like the first."""
        if step.verb == "reset_password":
            return self._first_password(self.find(record_id), answer)
        return super().done(record_id, step, name, answer)

    def _first_password(self, account: Account, shown: str) -> str:
        return render_template(
            "accounts/first_password.html", account=account, shown=shown, back=self.address("show", pk=account.id)
        )
