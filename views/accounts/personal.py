"""我的账号 · 个人信息: one's own facts, on one page."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, g, redirect, url_for
from flask_appbuilder import BaseView, expose

from views.screens.boxes import errors_of
from views.screens.moment import of_request
from views.screens.posted import form, submit
from workflow.accounts import personal
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork


def _now(name: str) -> Any:
    return lambda uow, _subject: getattr(uow.actor.person, name, None)


def _list(name: str, label: str) -> Ask:
    return Ask(
        name,
        label,
        "choice",
        required=False,
        choices=lambda uow, _subject: [("", "请选择"), *((word, word) for word in personal.words(uow, label))],
        default=_now(name),
    )


FACTS = [
    Ask("phone", "新的手机号码", required=False, max_length=20, hint="不更换的不填；用于登录提醒和面试通知"),
    Ask("email", "电子邮箱", required=False, max_length=120, default=_now("email")),
    _list("nation", "民族"),
    _list("politics", "政治面貌"),
]
#: Where the number of the papers does not tell them.
TOLD = [
    Ask("sex", "性别", "choice", choices=[("男", "男"), ("女", "女")], default=_now("sex")),
    Ask("born_on", "出生日期", "date", default=_now("born_on"), hint="以证件为准"),
]


class PersonalFactsView(BaseView):
    """`/account/person/`: of whoever declares, about himself only."""

    route_base = "/account/person"
    default_view = "show"
    title = "个人信息"
    facts: ClassVar[Step] = form("amend", "保存", FACTS)
    all_facts: ClassVar[Step] = form("amend", "保存", [*FACTS, *TOLD])

    @expose("/", methods=["GET", "POST"])
    def show(self) -> Any:
        """What is known; POST: what is so now."""
        person, moment = g.user.person, of_request()
        step = self.facts if person is None or personal.told_by_number(person, moment.today) else self.all_facts

        def doing(uow: UnitOfWork, answers: dict[str, Any]) -> None:
            personal.amend(
                uow, **{name: value or "" if name != "born_on" else value for name, value in answers.items()}
            )

        sent = submit(step, None, doing, of=lambda: [] if person is None else [_stands(person)])
        if sent.done:
            flash("个人信息已保存，申报表和评审表按此显示。", "ok")
            return redirect(url_for("SignInView.mine"))
        boxes = sent.boxes(step, None) if person is not None else []
        page = self.render_template(
            "accounts/personal.html",
            title=self.title,
            person=person,
            boxes=boxes,
            sentence=sent.sentence if not sent.errors else "",
            errors=errors_of(boxes),
        )
        return page, sent.code


def _stands(person: Any) -> str:
    """What the page was drawn from."""
    return "|".join(str(getattr(person, name)) for name in ("phone", "email", "nation", "politics", "sex", "born_on"))
