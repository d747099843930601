"""公示 without an account: a posting by its address, printable; an objection handed in there by name."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, make_response, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from markupsafe import Markup

from models.awards.publicity import Publicity, PublicityKind
from models.base import db
from reports.paper import qr_svg
from views.screens import stay
from views.screens.lookup import is_key
from views.screens.panel import Panel
from views.screens.refusal import code_of
from workflow.accounts import accounts, budget
from workflow.awards import posted
from workflow.base import clock
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt

PAPERS = ("a4", "a3")
TOO_MANY = "今天从本机所在网络提交的异议已达上限，请明天再试，或致电投诉受理部门。"
FULL = "本公示今天收到的异议已达上限，请明天再试，或致电投诉受理部门。"


class PostedView(BaseView):
    """Open to everybody; nothing is listed, each posting has an address of its own."""

    route_base = "/posted"
    default_view = "show"

    @expose("/<address>")
    def show(self, address: str) -> Any:
        """The posting while it runs; afterwards that it is over."""
        posting = self._find(address)
        today = clock.province_now(db.session).date()
        paper = request.args.get("paper", "")
        return _open_page(
            "awards/posted.html",
            posting=posting,
            by=posted.posted_by(db.session, posting),
            entries=posted.entries(db.session, posting, today),
            ended=posted.ended(posting, today),
            results=posting.kind == PublicityKind.RESULT,
            paper=paper if paper in PAPERS else "a4",
            address=address,
            url=page_of(posting),
            code=code_for(posting),
        )

    @expose("/<address>/objection", methods=["GET", "POST"])
    def objection(self, address: str) -> Any:
        """异议 by name while the posting runs."""
        posting = self._find(address)
        typed = {name: request.form.get(name, "").strip()[:4000] for name in ("item", "informant", "telephone", "text")}
        typed["promised"] = "1" if request.form.get("promised") else ""
        if request.method != "POST":
            return self._form(posting, address, {**typed, "item": request.args.get("item", "")[:10]})
        system = accounts.system_account(db.session)
        for asked, most, sentence in (
            (f"object:{stay.address()}", posted.OF_ADDRESS, TOO_MANY),
            (f"posting:{posting.id}", posted.OF_POSTING, FULL),
        ):
            if not budget.left(db.session, asked, most):
                return self._form(posting, address, typed, sentence=sentence), 429
        key = posting.id

        def verb(uow: UnitOfWork) -> int:
            budget.spend(uow, f"object:{stay.address()}", posted.OF_ADDRESS)
            budget.spend(uow, f"posting:{key}", posted.OF_POSTING)
            item = int(typed["item"]) if is_key(typed["item"]) else 0
            rest = {name: typed[name] for name in ("informant", "telephone", "text")}
            found = uow.session.get_one(Publicity, key)
            return posted.object_by_name(uow, found, item=item, promised=bool(typed["promised"]), **rest).id

        try:
            number = attempt(system, verb, context=stay.context())
        except Refused as refusal:
            page = self._form(self._find(address), address, typed, refusal.fields, refusal.sentence)
            return page, code_of(refusal)
        return self._form(self._find(address), address, {}, received=f"YY{number:06d}")

    @staticmethod
    def _find(address: str) -> Publicity:
        return posted.find(db.session, address) or abort(404)

    @staticmethod
    def _form(
        posting: Publicity,
        address: str,
        typed: dict[str, str],
        fields: dict[str, str] | None = None,
        sentence: str = "",
        received: str = "",
    ) -> Any:
        today = clock.province_now(db.session).date()
        return _open_page(
            "awards/posted_objection.html",
            posting=posting,
            entries=posted.entries(db.session, posting, today),
            ended=posted.ended(posting, today),
            address=address,
            typed=typed,
            fields=fields or {},
            sentence=sentence,
            received=received,
        )


def _open_page(template: str, **given: Any) -> Any:
    """No search engine keeps what disappears with its term."""
    answer = make_response(render_template(template, **given))
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page_of(posting: Publicity) -> str:
    """The address as a paper prints it."""
    return str(current_app.config["PUBLIC_URL"]) + url_for("PostedView.show", address=posted.address(posting))


def code_for(posting: Publicity) -> Markup:
    """The same as a picture."""
    return Markup(qr_svg(page_of(posting)).decode())  # noqa: S704  (drawn by segno)


def page_panel(posting: Publicity) -> Panel:
    """Address and QR code for the desk that has posted it, to be put on the notice board and the website."""
    inner = Markup('<div class="qr">{}</div><p><a href="{}">{}</a></p>').format(
        code_for(posting), url_for("PostedView.show", address=posted.address(posting)), page_of(posting)
    )
    return Panel("公示网页", "无需登录；期满自动不再显示名单", html=inner, aside=True)
