"""证书公开查验: anybody with the code of a certificate, or with number, name and the last four of the identity number.

Name and number of the holder are masked. Whatever does not fit is answered with one sentence, whichever part was
wrong; who keeps guessing waits, by address.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from models.base import db
from views.screens import stay
from views.screens.refusal import NOT_THIS
from workflow.accounts import accounts, budget, sign_in
from workflow.awards import verification
from workflow.base import clock
from workflow.base.unit_of_work import attempt

NONE_SUCH = (
    "没有查到符合的证书。请核对证书编号、姓名和证件号码后四位，三项须与证书完全一致；仍查不到的，请向发证单位核实。"
)
USED_UP = (
    f"这一证书编号今天查询未符合已达 {budget.VERIFICATIONS} 次，为防止他人猜测，今天不再受理；"
    "请明天再试，或扫描证书上的二维码查验。"
)


class VerifyView(BaseView):
    """Open to everybody; reads only."""

    route_base = "/verify"
    default_view = "query"

    @expose("/", methods=["GET", "POST"])
    def query(self) -> Any:
        """证书查询 by number, name and the last four of the identity number."""
        if request.method != "POST":
            return self._page({})
        typed = {name: request.form.get(name, "").strip()[:60] for name in ("number", "name", "id_tail")}
        if wait := sign_in.wait_seconds(db.session, _place()):
            return self._page(typed, f"查询过于频繁，请 {wait} 秒后再试。"), 429
        if not all(typed.values()):
            return self._page(typed, "请填写证书编号、姓名和证件号码后四位。"), NOT_THIS
        asked, system = f"verify:{verification.plain(typed['number'])}", accounts.system_account(db.session)
        if not attempt(system, lambda uow: budget.spend(uow, asked, budget.VERIFICATIONS)):
            return self._page(typed, USED_UP), 429
        verdict = verification.verify(db.session, **typed)
        if verdict is None:
            attempt(system, sign_in.address_failed, context={"address": _place()})
            return self._page(typed, NONE_SUCH), 404
        attempt(system, lambda uow: budget.give_back(uow, asked))
        return self._page(typed, verdict=verdict)

    @expose("/<token>")
    def token(self, token: str) -> Any:
        """What the QR code of a certificate opens."""
        verdict = verification.verify(db.session, token=token) if len(token) == 32 else None
        if verdict is None:
            return self._page({}, "没有查到该验证码对应的证书；请扫描证书上的二维码，或在下方填写查询。"), 404
        return self._page({}, verdict=verdict)

    @staticmethod
    def _page(typed: dict[str, str], sentence: str = "", verdict: verification.Verdict | None = None) -> str:
        return render_template(
            "awards/verify.html",
            title="职称证书查验",
            typed=typed,
            sentence=sentence,
            verdict=verdict,
            today=clock.province_now(db.session).date(),
        )


def _place() -> str:
    """Counted apart from sign-ins: an office that mistypes certificates can still sign in."""
    return f"verify:{stay.address()}"[:64]
