"""Registration pages: an applicant, or the desk of an organisation; and the rules both agree to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy import select

from models.accounts.account import Account
from models.base import db
from models.register.organisation import NodeKind, Organisation, Region, UnitNature
from models.register.person import IdKind
from views.screens import stay
from views.screens.refusal import code_of
from workflow.accounts import accounts, awaiting, budget, registration, sign_in
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt

#: Offered as 上级单位 while typing; who is not among them is found by the code.
MOST_SUPERIORS = 500
TOO_MANY = (
    f"从本机所在网络今天已注册 {budget.REGISTRATIONS} 个账号，为防止批量冒用，今天不再受理；"
    "请明天再注册，或改用其他网络。"
)


class RegisterView(BaseView):
    """Open to everybody; the rules are in `workflow.accounts.registration`."""

    route_base = "/register"
    default_view = "person"

    @expose("/", methods=["GET", "POST"])
    def person(self) -> Any:
        """账号注册 of an applicant."""
        names = ("name", "id_kind", "id_number", "phone")
        return self._page("accounts/register.html", names, registration.register_person, kinds=IdKind.choices())

    @expose("/unit/", methods=["GET", "POST"])
    def unit(self) -> Any:
        """单位注册."""
        names = (
            "code",
            "name",
            "kind",
            "nature",
            "region_code",
            "superior_code",
            "contact",
            "telephone",
            "username",
        )
        kinds = [(kind.value, kind.label) for kind in NodeKind if kind in registration.DESKS]
        return self._page(
            "accounts/register_unit.html",
            names,
            registration.register_organisation,
            kinds=kinds,
            natures=UnitNature.choices(),
            regions=_regions(),
            superiors=_superiors(),
        )

    @expose("/rules/")
    def rules(self) -> Any:
        """密码规则与个人信息处理规则."""
        names = (
            "password_min_length",
            "password_history",
            "password_max_age_days",
            "lock_after_failures",
            "lock_minutes",
        )
        return render_template("accounts/rules.html", **{name: settings.value(db.session, name) for name in names})

    def _page(self, template: str, names: tuple[str, ...], verb: Callable[..., Account], **choices: Any) -> Any:
        if g.user.is_authenticated:
            return redirect(url_for("FrontDoor.index"))
        typed = {name: request.form.get(name, "").strip()[:200] for name in names}
        choices["shortest"] = settings.value(db.session, "password_min_length")
        if request.method != "POST":
            return render_template(template, typed=typed, fields={}, sentence="", **choices)
        if wait := sign_in.wait_seconds(db.session, stay.address()):
            sentence = sign_in.SLOW_DOWN.format(seconds=wait)
            return render_template(template, typed=typed, fields={}, sentence=sentence, **choices), 429
        if not budget.left(db.session, _registering(), budget.REGISTRATIONS):
            return render_template(template, typed=typed, fields={}, sentence=TOO_MANY, **choices), 429
        try:
            account = self._register(verb, typed)
        except Refused as refusal:
            attempt(accounts.system_account(db.session), sign_in.address_failed, context=stay.context())
            return render_template(
                template, typed=typed, fields=refusal.fields, sentence=refusal.sentence, **choices
            ), code_of(refusal)
        flash(_welcome(account), "ok")
        return redirect(url_for("SignInView.login"))

    def _register(self, verb: Callable[..., Account], typed: dict[str, str]) -> Account:
        chosen = request.form.get("password", "")[:1024]
        if chosen != request.form.get("again", "")[:1024]:
            raise Refused("两次输入的密码不一致，请重新输入。", field="again")
        if not request.form.get("agreed"):
            raise Refused("请阅读并同意个人信息处理规则。", field="agreed")
        words = (typed["name"], typed.get("username", ""), typed.get("phone", ""), typed.get("id_number", "")[-6:])
        new = accounts.prepared(db.session, chosen, words=words)

        def register(uow: UnitOfWork) -> Account:
            budget.spend(uow, _registering(), budget.REGISTRATIONS)
            return verb(uow, password=new, **typed)

        return attempt(accounts.system_account(db.session), register, context=stay.context())


def _registering() -> str:
    return f"register:{stay.address()}"


def _welcome(account: Account) -> str:
    if not account.active:
        return f"注册已提交，用户名为 {account.username}。{awaiting.told(db.session, account)}"
    if account.person_id:
        return f"注册成功，用户名为 {account.username}。今后可用证件号码或用户名登录。"
    return f"注册成功，请用用户名 {account.username} 登录。"


def _regions() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Region.code, Region.name).where(~Region.statistical).order_by(Region.code))
    return [(code, name) for code, name in rows]


def _superiors() -> list[tuple[str, str]]:
    columns = select(Organisation.code, Organisation.name)
    above = Organisation.kind.not_in((NodeKind.UNIT, NodeKind.AGENCY, NodeKind.SUPERVISION))
    rows = db.session.execute(
        columns.where(above, Organisation.active).order_by(Organisation.name).limit(MOST_SUPERIORS)
    )
    return [(code, name) for code, name in rows]
