"""A desk on which one case follows the other: oldest deadline first, 通过并审下一件, and everything by keyboard."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access, permission_name

from models.declarations.declaration import Declaration
from views.declarations import side
from views.declarations.declaration_desk import DeclarationDesk
from views.screens import listing
from views.screens.flow_screen import Action, FlowScreen
from views.screens.further_condition import WAITING
from views.screens.moment import of_request
from workflow.base.flow import Step
from workflow.declarations import desk, destination
from workflow.declarations.corrections import phrases
from workflow.declarations.declaration import DECLARATION

#: The order of what waits.
DUE = "due"
listing.MADE[DUE] = destination.due_first
#: As far ahead as the next case is looked for.
NEAR = 500
#: What the button of a verb says that goes on to the next case.
AND_NEXT = {"approve": "通过并审下一件", "qualify": "通过并审下一件"}


class CaseDesk(DeclarationDesk, FlowScreen):
    """What desks share that clear one case after the other."""

    flow = DECLARATION

    def order_of(self, asked: listing.Asked) -> str:
        """What waits lies with the oldest deadline on top; everything else newest first."""
        return DUE if asked.typed.get("desk") == WAITING else super().order_of(asked)

    def following(self, pk: int) -> int | None:
        """The case after that one on this desk, oldest deadline first; behind the last one the first again."""
        rows = type(self).waiting
        if rows is None:
            return None
        finder = self.finder([desk.waiting(rows, g.user, of_request().today)])
        count = finder.count(listing.MOST + 1)
        keys = finder.keys(DUE, count, listing.MOST + 1, NEAR, 0)
        after = keys[keys.index(pk) + 1 :] if pk in keys else []
        return next((key for key in [*after, *keys] if key != pk), None)

    def actions_of(self, record: Declaration) -> list[Action]:
        """A verb that passes the case on can go on to the next one."""
        found = super().actions_of(record)
        for action in found:
            action.then = AND_NEXT.get(action.step.verb, "")
        return found

    def extra_page(self, record: Declaration) -> dict[str, Any]:
        """Where the keys lead."""
        return super().extra_page(record) | self.at_hand(record) | {"beside": self.address("side", pk=record.id)}

    def at_hand(self, record: Declaration) -> dict[str, Any]:
        """What the keys lead to, and the phrases."""
        after = self.following(record.id)
        returnable = DECLARATION.refusal(of_request(), record, "send_back") is None
        return {
            "keys": True,
            "after": self.address("show", pk=after) if after else "",
            "back": url_for("CorrectionListView.list", pk=record.id) if returnable else "",
            "phrases": phrases.offered(of_request()),
        }

    @expose("/side/<int:pk>")
    @has_access
    @permission_name("show")
    def side(self, pk: int) -> str:
        """对照审核: a file beside what it proves, with the verbs of the case at the foot."""
        record = self.find(pk)
        return self.render_template(
            "declarations/side.html",
            screen=self,
            title="对照审核",
            name=self.name_of(record),
            record=record,
            state=self.badge_of(record),
            due=self.due_of(record),
            actions=self.actions_of(record) if self.may("act") else [],
            base=self.address("list"),
            home=self.address("show", pk=pk),
            here=self.address("side", pk=pk),
            **self.at_hand(record),
            **side.of(record),
        )

    def beforehand(self, record: Declaration, step: Step) -> None:
        """Which case follows is known before this one has left the desk."""
        super().beforehand(record, step)
        if request.form.get("then") == "next":
            g.following = self.following(record.id)

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """On to the next case where that was asked; with none left, to the empty desk."""
        if request.form.get("then") != "next":
            return super().done(record_id, step, name, answer)
        flash(f"“{name}”已办理：{step.label}。", "ok")
        if g.get("following"):
            return redirect(self.address("show", pk=g.following))
        flash("待办的申报已全部办完。", "ok")
        return redirect(self.address("list", desk=WAITING))
