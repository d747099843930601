"""Facts in tables of their own: what guards, forms and loads read out of the trail and the journal until now

Liability cards, opinions of offices and names as filed were facts of trail entries; entries of the calendar were found by
the wording of their opinion; the state before an end and the day on which a place on a path was proposed were looked up in
the trail; what the loading of reference data had brought, and what an office had changed since, in the journal. All of it
is read out of both once more, here. Nothing is taken from them: a log is a log, and the way back finds everything there.

Revision ID: a1f0c2d40011
Revises: a1f0c2d40009
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40011"
down_revision = "a1f0c2d40009"
branch_labels = None
depends_on = None

#: Items of the 责任卡 by their wording.
ITEMS = {
    "学历、学位证件查询认证": "education", "奖项及相关证件查询认证": "awards", "论文、论著检索核实": "papers",
    "项目、业绩材料核实": "projects", "任职年限核对确认": "tenure",
}
#: The verb of a trail entry → the result of the opinion.
OPINIONS = {
    "recommend": "recommended", "stop": "stopped", "approve": "approved", "qualify": "qualified", "disqualify": "disqualified",
}
#: What is the applicant's drafting, or a look at his number: no step of the case.
ASIDE = ("start", "save_section", "clear_section", "confirm_carried", "change_choice", "attach", "detach", "promise", "unmask_identity")
NOTICES = {
    "set_calendar_day": "day_set", "remove_calendar_day": "day_removed", "set_calendar_year": "year_set", "announce_year": "year_announced",
}
REFERENCE = ("region", "code_item", "series", "title", "specialty", "calendar_day", "calendar_year", "clause")
CHUNK = 2000

trail = sa.table(
    "trail_entry", sa.column("id"), sa.column("subject_kind"), sa.column("subject_id"), sa.column("at", sa.DateTime),
    sa.column("actor_id"), sa.column("actor_name"), sa.column("organisation"), sa.column("verb"), sa.column("before"),
    sa.column("after"), sa.column("opinion"), sa.column("facts", sa.JSON), sa.column("aside", sa.Boolean),
)
journal = sa.table("journal_entry", sa.column("id"), sa.column("verb"), sa.column("subject"), sa.column("details"))
declaration = sa.table(
    "declaration", sa.column("id"), sa.column("unit_id"), sa.column("committee_id"), sa.column("state"), sa.column("came_from"),
)
path_node = sa.table("path_node", sa.column("id"), sa.column("proposed_at", sa.DateTime))
route = sa.table("route_step", sa.column("declaration_id"), sa.column("position"), sa.column("organisation_id"))
organisation = sa.table("organisation", sa.column("id"), sa.column("name"))
renaming = sa.table(
    "organisation_change", sa.column("id"), sa.column("organisation_id"), sa.column("before_name"), sa.column("after_name"),
    sa.column("at", sa.DateTime),
)
account = sa.table(
    "ab_user", sa.column("id"), sa.column("last_name"), sa.column("first_name"), sa.column("organisation_id"),
    sa.column("committee_id"), sa.column("active"),
)


def upgrade() -> None:
    _tables()
    with op.batch_alter_table("declaration") as batch:
        batch.add_column(sa.Column("came_from", sa.String(20), nullable=True, comment="上一状态"))
    with op.batch_alter_table("path_node") as batch:
        batch.add_column(sa.Column("proposed_at", sa.DateTime(), nullable=True, comment="提出时间"))
    with op.batch_alter_table("trail_entry") as batch:
        batch.add_column(sa.Column("aside", sa.Boolean(), nullable=False, server_default=sa.false(), comment="不属于办理环节"))
    connection = op.get_bind()
    _marks(connection)
    offices = _Offices(connection)
    _from_the_trail(connection, offices)
    _calendar(connection, offices)
    _reference(connection)


def _tables() -> None:
    op.create_table(
        "liability_card",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False, comment="签署时间"),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("signed_by", sa.String(64), nullable=False, comment="登记人"),
        sa.Column("organisation_name", sa.String(200), nullable=False, comment="签署单位"),
        sa.Column("note", sa.Text(), nullable=False, comment="审核说明"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_liability_card_declaration_id")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_liability_card_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liability_card")),
    )
    op.create_index(op.f("ix_liability_card_declaration_id"), "liability_card", ["declaration_id"])
    op.create_table(
        "liability_check",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(20), nullable=False, comment="审核项目代号"),
        sa.Column("wording", sa.String(60), nullable=False, comment="审核项目"),
        sa.Column("checker_id", sa.Integer(), nullable=True),
        sa.Column("checker_name", sa.String(40), nullable=False, comment="审核人"),
        sa.Column("result", sa.String(20), nullable=False, comment="审核结果"),
        sa.Column("checked_on", sa.Date(), nullable=False, comment="审核日期"),
        sa.ForeignKeyConstraint(["card_id"], ["liability_card.id"], name=op.f("fk_liability_check_card_id")),
        sa.ForeignKeyConstraint(["checker_id"], ["ab_user.id"], name=op.f("fk_liability_check_checker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liability_check")),
    )
    op.create_index(op.f("ix_liability_check_card_id"), "liability_check", ["card_id"])
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="审核层级"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("office_name", sa.String(200), nullable=False, comment="审核机构名称"),
        sa.Column("result", sa.String(20), nullable=False, comment="审核结果"),
        sa.Column("assessment", sa.Text(), nullable=False, comment="用人单位测评、公示结果"),
        sa.Column("words", sa.Text(), nullable=False, comment="意见"),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("handler_name", sa.String(64), nullable=False, comment="经办人"),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.Column("head_name", sa.String(64), nullable=False, comment="负责人"),
        sa.Column("given_at", sa.DateTime(), nullable=False, comment="签署时间"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_opinion_declaration_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_opinion_organisation_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_opinion_committee_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["ab_user.id"], name=op.f("fk_opinion_handler_id")),
        sa.ForeignKeyConstraint(["head_id"], ["ab_user.id"], name=op.f("fk_opinion_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index(op.f("ix_opinion_declaration_id"), "opinion", ["declaration_id"])
    op.create_table(
        "filed_names",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(), nullable=False, comment="提交时间"),
        sa.Column("series", sa.String(80), nullable=False, comment="申报系列"),
        sa.Column("title", sa.String(80), nullable=False, comment="申报职称"),
        sa.Column("specialty", sa.String(120), nullable=False, comment="申报专业"),
        sa.Column("unit", sa.String(120), nullable=False, comment="所在单位"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_filed_names_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_names")),
    )
    op.create_index(op.f("ix_filed_names_declaration_id"), "filed_names", ["declaration_id"])
    op.create_table(
        "calendar_notice",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("year", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("day", sa.Date(), nullable=True, comment="日期"),
        sa.Column("kind", sa.String(20), nullable=False, comment="事项"),
        sa.Column("source", sa.String(200), nullable=False, comment="依据"),
        sa.Column("told", sa.Text(), nullable=False, comment="内容"),
        sa.Column("at", sa.DateTime(), nullable=False, comment="时间"),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(64), nullable=False, comment="办理人"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_calendar_notice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notice")),
    )
    op.create_index(op.f("ix_calendar_notice_year"), "calendar_notice", ["year"])
    op.create_table(
        "reference_key",
        sa.Column("table_name", sa.String(40), nullable=False, comment="数据表"),
        sa.Column("key", sa.String(200), nullable=False, comment="自然键"),
        sa.PrimaryKeyConstraint("table_name", "key", name=op.f("pk_reference_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reference_kept",
        sa.Column("table_name", sa.String(40), nullable=False, comment="数据表"),
        sa.Column("record_id", sa.Integer(), nullable=False, autoincrement=False, comment="记录编号"),
        sa.PrimaryKeyConstraint("table_name", "record_id", name=op.f("pk_reference_kept")),
        sqlite_with_rowid=False,
    )


def _marks(connection: sa.Connection) -> None:
    """What one statement a table can say: the state before, the day of a proposal, what is no step of the case."""
    t = trail
    mine = sa.select(t.c.before).where(
        t.c.subject_kind == "declaration", t.c.subject_id == declaration.c.id, t.c.after == declaration.c.state,
        t.c.before != t.c.after, t.c.before != "",
    )  # fmt: skip
    connection.execute(declaration.update().values(came_from=mine.order_by(t.c.id.desc()).limit(1).scalar_subquery()))
    proposed = sa.select(sa.func.max(t.c.at)).where(
        t.c.subject_kind == "path_node", t.c.subject_id == path_node.c.id, t.c.after.in_(["", "pending"]),
        t.c.verb.not_in(["edit", "drafted_edit"]),
    )  # fmt: skip
    connection.execute(path_node.update().values(proposed_at=proposed.scalar_subquery()))
    connection.execute(t.update().where(t.c.subject_kind == "declaration", t.c.verb.in_(ASIDE)).values(aside=True))


class _Offices:
    """Accounts and the names of organisations, for finding who and where an entry means."""

    def __init__(self, connection: sa.Connection) -> None:
        a = account.c
        self.desk: dict[int, tuple[int | None, int | None]] = {}
        self.named: dict[tuple[int | None, int | None, str], set[int]] = {}
        self.name: dict[int, str] = {}
        for key, last, first, place, committee, active in connection.execute(
            sa.select(a.id, a.last_name, a.first_name, a.organisation_id, a.committee_id, a.active)
        ):
            self.desk[key] = (None, committee) if committee else (place, None)
            self.name[key] = f"{last or ''}{first or ''}"
            if active:
                self.named.setdefault((*self.desk[key], self.name[key]), set()).add(key)

    def account(self, key: int | None) -> int | None:
        """The account, if it is still there."""
        return key if key in self.desk else None

    def colleague(self, actor: int, name: str) -> int | None:
        """The account of the actor's office that bears exactly this name."""
        if not name or actor not in self.desk:
            return None
        if self.name[actor] == name:
            return actor
        found = self.named.get((*self.desk[actor], name), set()) if any(self.desk[actor]) else set()
        return next(iter(found)) if len(found) == 1 else None


def _entries(connection: sa.Connection, verbs: Any) -> Iterator[list[Any]]:
    """The entries of declarations by these verbs, oldest first, by the chunk."""
    last = 0
    while True:
        query = sa.select(trail).where(trail.c.id > last, trail.c.subject_kind == "declaration", trail.c.verb.in_(verbs))
        found = connection.execute(query.order_by(trail.c.id).limit(CHUNK)).all()
        if not found:
            return
        yield found
        last = found[-1].id


def _from_the_trail(connection: sa.Connection, offices: _Offices) -> None:
    """责任卡, opinions and names as filed, in the order in which they were signed, given and filed."""
    cards = [0, 0]  # the last card and check written
    for entries in _entries(connection, ("submit", "resubmit", "check", *OPINIONS)):
        about = _about(connection, {entry.subject_id for entry in entries})
        entries = [entry for entry in entries if entry.subject_id in about]
        _cards(connection, offices, [entry for entry in entries if entry.verb == "check"], cards)
        _opinions(connection, offices, about, [entry for entry in entries if entry.verb in OPINIONS])
        _names(connection, about, [entry for entry in entries if entry.verb in ("submit", "resubmit")])
    if connection.dialect.name == "postgresql":
        for table in ("liability_card", "liability_check"):
            connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"))


def _about(connection: sa.Connection, ids: set[int]) -> dict[int, dict[str, Any]]:
    """Of each declaration: its unit, its committee, the offices of its route by name, and their levels."""
    d = declaration.c
    found: dict[int, dict[str, Any]] = {
        key: {"unit": unit, "committee": committee, "route": {}, "levels": 1}
        for key, unit, committee in connection.execute(sa.select(d.id, d.unit_id, d.committee_id).where(d.id.in_(ids)))
    }
    steps = sa.select(route.c.declaration_id, route.c.position, organisation.c.id, organisation.c.name)
    steps = steps.join_from(route, organisation, organisation.c.id == route.c.organisation_id).where(route.c.declaration_id.in_(ids))
    for key, position, office, name in connection.execute(steps):
        found[key]["route"][name] = (position, office)
        found[key]["levels"] = max(found[key]["levels"], position + 1)
    return found


def _cards(connection: sa.Connection, offices: _Offices, entries: list[Any], last: list[int]) -> None:
    cards, checks = [], []
    for entry in entries:
        last[0] += 1
        cards.append({
            "id": last[0], "declaration_id": entry.subject_id, "signed_at": entry.at, "account_id": offices.account(entry.actor_id),
            "signed_by": entry.actor_name, "organisation_name": entry.organisation, "note": entry.opinion or "",
        })  # fmt: skip
        for line in (entry.facts or {}).get("liability_card", []):
            last[1] += 1
            name = str(line.get("checker", ""))
            known = offices.account(line["account"]) if "account" in line else offices.colleague(entry.actor_id, name)
            checks.append({
                "id": last[1], "card_id": last[0], "item": line.get("key") or ITEMS.get(line["item"], "other"), "wording": line["item"],
                "checker_id": known, "checker_name": name, "result": "true", "checked_on": entry.at.date(),
            })  # fmt: skip
    _write(connection, "liability_card", cards, signed_at=sa.DateTime)
    _write(connection, "liability_check", checks, checked_on=sa.Date)


def _opinions(connection: sa.Connection, offices: _Offices, about: dict[int, dict[str, Any]], entries: list[Any]) -> None:
    rows = []
    for entry in entries:
        facts, case = entry.facts or {}, about[entry.subject_id]
        handler, head = facts.get("handler") or entry.actor_name, facts.get("head") or ""
        position, place, committee = _office(entry, case, offices)
        signed = facts.get("signed")
        by = [offices.account(key) for key in signed] if signed else [offices.colleague(entry.actor_id, n) for n in (handler, head)]
        rows.append({
            "declaration_id": entry.subject_id, "position": position, "organisation_id": place, "committee_id": committee,
            "office_name": entry.organisation, "result": OPINIONS[entry.verb], "assessment": facts.get("assessment") or "",
            "words": entry.opinion or "", "handler_id": by[0], "handler_name": handler, "head_id": by[1], "head_name": head,
            "given_at": entry.at,
        })  # fmt: skip
    _write(connection, "opinion", rows, given_at=sa.DateTime)


def _office(entry: Any, case: dict[str, Any], offices: _Offices) -> tuple[int, int | None, int | None]:
    """The level and the office of an opinion: as its entry says, else as the case and the account tell."""
    if office := (entry.facts or {}).get("office"):
        return tuple(office)
    if entry.verb in ("qualify", "disqualify"):
        return case["levels"], None, case["committee"]
    if entry.verb in ("recommend", "stop"):
        return 0, case["unit"], None
    if entry.organisation in case["route"]:
        position, place = case["route"][entry.organisation]
        return position, place, None
    return 1, offices.desk.get(entry.actor_id, (None, None))[0], None


def _names(connection: sa.Connection, about: dict[int, dict[str, Any]], entries: list[Any]) -> None:
    named = [entry for entry in entries if (entry.facts or {}).get("named")]
    units = _Units(connection, {about[entry.subject_id]["unit"] for entry in named})
    rows = []
    for entry in named:
        kept = entry.facts["named"]
        unit = kept.get("unit") or units.called(about[entry.subject_id]["unit"], entry.at)
        rows.append({"declaration_id": entry.subject_id, "filed_at": entry.at, "unit": unit, **{n: kept[n] for n in ("series", "title", "specialty")}})
    _write(connection, "filed_names", rows, filed_at=sa.DateTime)


class _Units:
    """What units are, and were, called."""

    def __init__(self, connection: sa.Connection, ids: set[int]) -> None:
        o, r = organisation.c, renaming.c
        self.now = dict(connection.execute(sa.select(o.id, o.name).where(o.id.in_(ids))).all())
        self.before: dict[int, list[tuple[Any, str]]] = {}
        changed = sa.select(r.organisation_id, r.at, r.before_name).where(r.organisation_id.in_(ids), r.before_name != r.after_name)
        for key, at, name in connection.execute(changed.order_by(r.id)):
            self.before.setdefault(key, []).append((at, name))

    def called(self, key: int, at: Any) -> str:
        """The name on that day: what the first change after it put away, else the present one."""
        return next((name for changed, name in self.before.get(key, []) if changed > at), self.now.get(key, ""))


def _calendar(connection: sa.Connection, offices: _Offices) -> None:
    t, rows = trail.c, []
    query = sa.select(trail).where(t.subject_kind.in_(["calendar_day", "calendar_year"]), t.verb.in_(NOTICES)).order_by(t.id)
    for entry in connection.execute(query):
        facts = entry.facts or {}
        day = date.fromisoformat(str(facts["day"])[:10]) if facts.get("day") else None
        rows.append({
            "year": day.year if day else int(facts["year"]), "day": day, "kind": NOTICES[entry.verb], "source": facts.get("source") or "",
            "told": entry.opinion or "", "at": entry.at, "account_id": offices.account(entry.actor_id), "by": entry.actor_name,
        })  # fmt: skip
    _write(connection, "calendar_notice", rows, at=sa.DateTime, day=sa.Date)


def _reference(connection: sa.Connection) -> None:
    j = journal.c
    for table in REFERENCE:
        loads = sa.select(j.details).where(j.subject == f"reference:{table}").order_by(j.id)
        keys: set[str] = set()
        for (details,) in connection.execute(loads):
            told = json.loads(details)
            keys = (keys | set(told.get("added", []))) - set(told.get("removed", []))
        _write(connection, "reference_key", [{"table_name": table, "key": key} for key in sorted(keys)])
        touched = sa.select(j.subject).where(j.subject.like(f"{table}:%")).distinct()
        ids = sorted({int(subject.rpartition(":")[2]) for (subject,) in connection.execute(touched)})
        _write(connection, "reference_kept", [{"table_name": table, "record_id": key} for key in ids])


def _write(connection: sa.Connection, table: str, rows: list[dict[str, Any]], **types: Any) -> None:
    if rows:
        columns = [sa.column(name, types[name]) if name in types else sa.column(name) for name in rows[0]]
        connection.execute(sa.table(table, *columns).insert(), rows)


def downgrade() -> None:
    with op.batch_alter_table("trail_entry") as batch:
        batch.drop_column("aside")
    with op.batch_alter_table("path_node") as batch:
        batch.drop_column("proposed_at")
    with op.batch_alter_table("declaration") as batch:
        batch.drop_column("came_from")
    op.drop_table("reference_kept")
    op.drop_table("reference_key")
    op.drop_index(op.f("ix_calendar_notice_year"), table_name="calendar_notice")
    op.drop_table("calendar_notice")
    op.drop_index(op.f("ix_filed_names_declaration_id"), table_name="filed_names")
    op.drop_table("filed_names")
    op.drop_index(op.f("ix_opinion_declaration_id"), table_name="opinion")
    op.drop_table("opinion")
    op.drop_index(op.f("ix_liability_check_card_id"), table_name="liability_check")
    op.drop_table("liability_check")
    op.drop_index(op.f("ix_liability_card_declaration_id"), table_name="liability_card")
    op.drop_table("liability_card")
