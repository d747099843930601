"""Signing in and out, one's own password, second factor and account; the front door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import segno
from flask import current_app, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_login import current_user

from models.accounts.account import Account
from models.base import db
from views.screens import stay
from views.screens.refusal import NOT_THIS, code_of
from workflow.accounts import accounts, at_the_door, second_factor  # noqa: F401  (what is told on entering)
from workflow.accounts import sign_in as signing
from workflow.base import settings
from workflow.base.abilities import opens_cockpit
from workflow.base.errors import Refused, TooBusy
from workflow.base.unit_of_work import attempt


class FrontDoor(BaseView):
    """`/`: to the workbench, or to the sign-in page."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """Send everybody where he works."""
        return redirect(home_url() if g.user.is_authenticated else url_for("SignInView.login"))


class SignInView(BaseView):
    """The pages before and around the work: thin, every rule is in `workflow.accounts.accounts`."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """User name and password; the answer never tells which of the two was wrong."""
        if request.method != "POST":
            return redirect(home_url()) if g.user.is_authenticated else self._form(_greeting())
        if wait := signing.wait_seconds(db.session, stay.address()):
            return self._form(signing.SLOW_DOWN.format(seconds=wait)), 429
        account = signing.by_name(db.session, request.form.get("username", ""))
        correct = signing.verified(account, request.form.get("password", "")[:1024])
        step = self._step(account)
        try:
            entry = attempt(
                account or accounts.system_account(db.session),
                lambda uow: signing.enter(uow, account, correct=correct, step=step),
                context=stay.entering(),
            )
        except TooBusy as refusal:
            return self._form(refusal.sentence), code_of(refusal)
        if account is None or not entry.token:
            return self._form(entry.sentence), 401
        stay.remember(account, entry.token)
        return stay.known_again(make_response(redirect(safe_next(request.form.get("next", "")))))

    @staticmethod
    def _step(account: Account | None) -> int | None:
        """The time step of a code that was given together with the password."""
        code = request.form.get("code", "")[:20]
        if not code or account is None or account.totp_secret is None:
            return None
        return second_factor.step_of(account.totp_secret, code, stay.seconds_now())

    def _form(self, sentence: str) -> str:
        return render_template(
            "accounts/sign_in.html",
            sentence=sentence,
            factor=request.method == "POST",
            username=request.form.get("username", ""),
            next=request.values.get("next", ""),
            roster=accounts.demo_roster(db.session) if current_app.config["DEMO"] else [],
            demo_password=current_app.config["DEMO_PASSWORD"] if current_app.config["DEMO"] else "",
        )

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> Any:
        """Ends the stay on POST; a link only asks, so that no foreign page can sign anybody out."""
        if request.method != "POST":
            return render_template("accounts/sign_out.html")
        key = g.stay.key
        attempt(g.user, lambda uow: signing.leave(uow, key), context=stay.context())
        session.clear()
        answer = make_response(redirect(url_for("SignInView.login", out=1)))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @expose("/password/", methods=["GET", "POST"])
    def password(self) -> Any:
        """One's own new password; every other stay of the account ends."""
        if request.method != "POST":
            return self._password({})
        account, old = g.user, request.form.get("old", "")
        if not signing.verified(account, old[:1024]):
            attempt(account, lambda uow: signing.old_password_wrong(uow, account), context=stay.context())
            return self._password({"old": "当前密码不正确，请重新输入。"}), NOT_THIS
        try:
            new = accounts.prepared(db.session, self._chosen(), account=account)
        except Refused as refusal:
            return self._password(refusal.fields), code_of(refusal)
        factor = g.stay.second_factor_at

        def change(uow: Any) -> signing.Entry:
            accounts.change_password(uow, account, new)
            return signing.enter(uow, account, correct=True, second_factor_at=factor)

        entry = attempt(account, change, context=stay.context())
        stay.remember(account, entry.token)
        flash("密码已修改，其他设备上的登录已全部退出。", "ok")
        return redirect(home_url())

    def _password(self, fields: dict[str, str]) -> str:
        due = not current_app.config["DEMO"] and accounts.password_is_due(db.session, g.user)
        shortest, history = (settings.value(db.session, f"password_{name}") for name in ("min_length", "history"))
        return render_template("accounts/password.html", fields=fields, due=due, shortest=shortest, history=history)

    @staticmethod
    def _chosen() -> str:
        chosen = request.form.get("password", "")
        if chosen != request.form.get("again", ""):
            raise Refused("两次输入的新密码不一致，请重新输入。", field="again")
        return chosen

    @expose("/second-factor/", methods=["GET", "POST"])
    def second_factor(self) -> Any:
        """The code of the authenticator; the first time its enrolment."""
        if g.stay.second_factor_at is not None:
            return redirect(home_url())
        if request.method != "POST":
            return self._factor("")
        account, key, code = g.user, g.stay.key, request.form.get("code", "")
        if account.totp_secret is None:
            secret = second_factor.pending_secret(key)
            step = second_factor.step_of(secret, code, stay.seconds_now())
            if step is None:
                return self._factor("动态口令不正确，请核对手机时间后输入最新的 6 位数字。"), NOT_THIS
            attempt(
                account, lambda u: signing.enrol_second_factor(u, account, secret, step, key), context=stay.context()
            )
            return redirect(home_url())
        step = second_factor.step_of(account.totp_secret, code, stay.seconds_now())
        given = attempt(account, lambda u: signing.give_second_factor(u, account, step, key), context=stay.context())
        if not given:
            return self._factor(
                "动态口令不正确或已用过，请输入最新的 6 位数字；连续多次不正确，账号将暂时锁定。"
            ), NOT_THIS
        return redirect(home_url())

    def _factor(self, sentence: str) -> str:
        if g.user.totp_secret is not None:
            return render_template("accounts/second_factor.html", sentence=sentence, secret="", picture="")
        secret = second_factor.pending_secret(g.stay.key)
        code = segno.make(second_factor.address(secret, g.user.username), error="m")
        return render_template(
            "accounts/second_factor.html",
            sentence=sentence,
            secret=secret,
            picture=code.svg_data_uri(scale=4, border=2),
        )

    @expose("/account/")
    def mine(self) -> Any:
        """What the system knows of the account; numbers masked."""
        return render_template("accounts/my_account.html", account=g.user, staff=accounts.is_staff(g.user))


def home_url() -> str:
    """Where an account works: the workbench, for who leads the figures; without either its own page."""
    account = current_user._get_current_object()  # `g.user` is still nobody in the request that signs in
    if account.is_authenticated and opens_cockpit(account):
        return url_for("DashboardView.overview")
    return url_for("HomeView.index" if "HomeView.index" in current_app.view_functions else "SignInView.mine")


def safe_next(asked: str) -> str:
    """Where to go after signing in: a path of ours, never another host, in characters an address may have."""
    if not asked.isprintable():
        return home_url()
    parts = urlsplit(asked)
    ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return asked if ours and "\\" not in asked and parts.path not in {"/login/", "/logout/"} else home_url()


def _greeting() -> str:
    if request.args.get("out"):
        return "已退出登录。"
    return "登录已超时或已在别处退出，请重新登录。" if request.args.get("again") else ""
