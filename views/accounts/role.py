"""角色与权限: the 安全管理员 makes roles out of pages, verbs and rows, gives and takes; the 审计管理员 reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import func, select

from models.accounts.account import Account
from models.accounts.charter import CharterState, RoleCharter
from models.base import db
from views.accounts.sight import grouped, sight_of
from views.screens.base import Action, FlowScreen, Link, Panel, badge
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.accounts import role as rules
from workflow.accounts.apart import clashes
from workflow.accounts.imagined import imagined_role, like
from workflow.base import policy
from workflow.base.abilities import PAGE, ROWS, VERB, Ability, known
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.unit_of_work import asking, attempt

#: How many holders the page of a role names.
NAMED = 50
KINDS = ((PAGE, "功能页面"), (VERB, "办理事项"), (ROWS, "数据范围"))


@dataclass
class Draft:
    """A role as its form says it, whatever came of it."""

    name: str = ""
    note: str = ""
    capacities: list[str] = field(default_factory=list)
    ticked: set[str] = field(default_factory=set)
    like: str = ""
    version: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    sentence: str = ""

    @classmethod
    def typed(cls) -> Draft:
        """What was handed in."""
        form = request.form
        text = {
            name: form.get(name, "").replace("\x00", "").strip()[:300] for name in ("name", "note", "like", "version")
        }
        return cls(**text, capacities=form.getlist("capacity"), ticked=set(form.getlist("ticked")))

    @classmethod
    def of(cls, charter: RoleCharter) -> Draft:
        """A role as it stands."""
        own = charter.capacities if charter.made else charter.capacities[1:]
        return cls(charter.role.name, charter.note, list(own), rules.held_by(charter), version=str(charter.version))


class RoleScreen(FlowScreen):
    """One list of all roles; what may be done with each is in `workflow.accounts.role`."""

    route_base = "/role"
    model, flow = RoleCharter, rules.ROLE
    title = "角色与权限"
    lead = (
        "自建角色由功能页面、办理事项和数据范围组成；标准角色可以调整，也可以恢复默认。变更立即生效，并记入审计日志。"
    )
    guide = "GB/T 22239-2019 8.1.4.2"
    columns = "role.name kind standing note holders changed_at"
    facts: ClassVar[dict[str, str]] = {"角色": "role.name kind standing capacities note holders changed_at edition"}
    conditions = "role.name:contains made state"
    order = "id"
    labels: ClassVar[dict[str, str]] = {
        "role.name": "角色",
        "kind": "类别",
        "standing": "状态",
        "holders": "持有账号",
        "capacities": "承担的岗位",
    }
    verbs = "rename retire reinstate restore"
    can_add = can_edit = True
    add_label = "建立角色"
    show_template = "accounts/role.html"
    empty = "没有符合条件的角色。"

    # -- cells --------------------------------------------------------------------------------------

    def cell_kind(self, charter: RoleCharter) -> str:
        """Whether it was made here."""
        return "自建" if charter.made else "标准"

    def cell_standing(self, charter: RoleCharter) -> Any:
        """在用, 停用, or a standing role that differs from its default."""
        if charter.adjusted:
            return badge("已调整", "warn")
        state = CharterState(charter.state)
        return badge(state.label, state.tone)

    def cell_capacities(self, charter: RoleCharter) -> str:
        """On which standing roles it builds."""
        return "、".join(charter.capacities)

    def cell_holders(self, charter: RoleCharter) -> int:
        """How many accounts hold it; asked once for the page."""
        if "role_holders" not in g:
            counted = select(assoc_user_role.c.role_id, func.count()).group_by(assoc_user_role.c.role_id)
            g.role_holders = dict(db.session.execute(counted).tuples().all())
        return int(g.role_holders.get(charter.role_id, 0))

    def name_of(self, record: RoleCharter) -> str:
        """The role."""
        return str(record.role.name)

    def badge_of(self, record: RoleCharter) -> Any:
        """The state stands beside the name."""
        return self.cell_standing(record)

    def editable(self, record: RoleCharter) -> str | None:
        """The three administrators' roles are fixed."""
        refusal = rules.ROLE.refusal(asking(g.user), record, "change")
        return refusal.sentence if refusal else None

    # -- one role -------------------------------------------------------------------------------------

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """The list, with a word about accounts that hold what may not meet in one hand."""
        found = super().list_page(asked, page)
        told = [f"账号“{account.username}”：{sentence}" for account, sentence in clashes(db.session)]
        asked.sentences.extend(told[:5])
        return found

    def panels(self, record: RoleCharter) -> Sequence[Panel]:
        """What it gives, how it differs from its default, and who holds it."""
        held = rules.effective(record) if record.in_use else []
        found = [
            Panel(title, "停用期间不生效。" if not record.in_use else "", ("分类", "内容"), _lines(held, kind))
            for kind, title in KINDS
        ]
        if record.adjusted:
            rows = [("授予" if given else "收回", label) for label, given in _adjustments(record)]
            found.insert(0, Panel("与默认的差异", "升级时保留；可以恢复默认。", ("调整", "内容"), rows))
        holders = rules.holders_of(asking(g.user), record)
        rows = [(a.username, a.full_name, a.desk, badge(a.state.label, a.state.tone)) for a in holders[:NAMED]]
        more = f"共 {len(holders)} 个，列出前 {NAMED} 个" if len(holders) > NAMED else ""
        found.append(
            Panel("持有账号", more, ("用户名", "姓名", "所在机构", "状态"), rows, empty="没有账号持有该角色。")
        )
        return found

    def actions_of(self, record: RoleCharter) -> list[Action]:
        """A made role is never set back, a standing one never renamed or put out of use: no dead buttons."""
        theirs = {"rename", "retire", "reinstate"} if record.made else {"restore"} if record.adjusted else set()
        return [action for action in super().actions_of(record) if action.step.verb in theirs]

    # -- the form ---------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """建立角色: first on what it builds, then what of it; a preview before it is saved."""
        if request.method != "POST":
            chosen = [name for name in request.args.getlist("capacity") if name in rules.BUILDABLE]
            return self._page(Draft(capacities=chosen), None), 200
        return self._answer(None)

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """调整权限 of a made or a standing role."""
        record = self.find(pk)
        if reason := self.editable(record):
            raise NotNow(reason)
        return (self._page(Draft.of(record), record), 200) if request.method != "POST" else self._answer(record)

    def _answer(self, record: RoleCharter | None) -> Any:
        """Choose again, look at it, or save it; whatever was typed stays."""
        draft = Draft.typed()
        if "choose" in request.form:
            return self._page(draft, record), 200
        if "preview" in request.form:
            return self._page(draft, record, preview=True), 200
        pk = record.id if record is not None else 0
        try:
            kept = attempt(g.user, lambda uow: self._save(uow, pk, draft), context=context())
        except NotYou:
            raise
        except Refused as refusal:
            draft.errors, draft.sentence = dict(refusal.fields), refusal.sentence
            code = code_of(refusal)
            fresh = self.find(pk) if pk else None
            if fresh is not None and isinstance(refusal, NotNow):
                draft.version = str(fresh.version)  # the next attempt is made on what is seen now
            return self._page(draft, fresh), code
        flash(f"已保存角色“{draft.name}”，立即生效。", "ok")
        return redirect(self.address("show", pk=kept))

    def _save(self, uow: Any, pk: int, draft: Draft) -> int:
        given = {"note": draft.note, "capacities": draft.capacities, "ticked": draft.ticked}
        if not pk:
            return rules.make_role(uow, name=draft.name, **given).id
        charter = self.find(pk)
        self.must_be(charter, draft.version)
        draft.name = charter.role.name
        rules.change_role(uow, charter, **given)
        return charter.id

    def _page(self, draft: Draft, record: RoleCharter | None, *, preview: bool = False) -> str:
        own = () if record is None or record.made else (record.role.name,)
        capacities = [*own, *draft.capacities]
        offered = rules.choosable(capacities)
        seen = None
        if preview:
            account = self._example(draft)
            seen = sight_of(like(account, [imagined_role(draft.name or "新角色", capacities, draft.ticked)]))
        return self.render_template(
            "accounts/role_form.html",
            screen=self,
            title=record.role.name if record is not None else self.add_label,
            draft=draft,
            record=record,
            seen=draft.version,
            own=own,
            buildable=[name for name in rules.BUILDABLE if name not in own],
            kinds=[(kind, title, _offered(offered.values(), kind)) for kind, title in KINDS],
            default={k for k, a in offered.items() if set(own) & set(a.roles)},
            sight=seen,
            base=self.address("list"),
            back=self.address("show", pk=record.id) if record is not None else self.address("list"),
        )

    def _example(self, draft: Draft) -> Account | None:
        """The account at whose desk the preview stands."""
        if not draft.like:
            return None
        found = db.session.scalar(policy.visible(g.user, Account).where(Account.username == draft.like))
        if found is None:
            draft.errors["like"] = f"没有用户名为“{draft.like}”的账号，按不属于任何机构预览。"
        return found

    # -- what an account sees ---------------------------------------------------------------------------

    @expose("/account/<int:pk>")
    @has_access
    def account(self, pk: int) -> Any:
        """此账号能看到什么: menu, pages, verbs, rows in words and in number."""
        found = db.session.scalar(select(Account).where(Account.id == pk)) or abort(404)
        return self.render_template(
            "accounts/sight.html",
            screen=self,
            title=f"{found.full_name}（{found.username}）能看到什么",
            account=found,
            sight=sight_of(found),
            base=self.address("list"),
        )

    def links(self, record: RoleCharter) -> Sequence[Link]:
        """The whole table, with this role among the others."""
        return [Link("权限总表", f"/roles/?role={record.role_id}")]


def _lines(held: Iterable[Ability], kind: str) -> list[tuple[str, str]]:
    return [(group, "；".join(labels)) for group, labels in grouped(a for a in held if a.kind == kind)]


def _adjustments(charter: RoleCharter) -> list[tuple[str, bool]]:
    """(label, whether given) for every difference from the default."""
    catalogue = known()
    return [
        (catalogue[line.name].label if line.name in catalogue else line.name.partition(":")[2], line.given)
        for line in sorted(charter.abilities, key=lambda line: (not line.given, line.name))
    ]


def _offered(abilities: Collection[Ability], kind: str) -> list[tuple[str, list[tuple[str, list[Ability]]]]]:
    """(heading, [(line, its ticks)]): the ticks of one page stand in one line, verbs and rows each in their own."""
    found: dict[str, dict[str, list[Ability]]] = {}
    for ability in abilities:
        if ability.kind == kind:
            line = ability.label.partition("：")[0] if kind == PAGE else ability.label
            key = ability.key.rpartition(".")[0] if kind == PAGE else ability.key
            found.setdefault(ability.group, {}).setdefault(f"{key}|{line}", []).append(ability)
    return [(group, [(key.partition("|")[2], ticks) for key, ticks in lines.items()]) for group, lines in found.items()]
