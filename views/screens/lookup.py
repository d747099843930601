"""Pickers: `/lookup/<Model>?q=` finds records by name, pinyin initials or code, within the row policy.

The same table resolves what a form submits (`resolve`), so a forged key opens nothing that the picker
would not have offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import ColumnElement, Select, and_, or_, select

from models.accounts.account import Account
from models.awards.certificate import Issuer
from models.base import db
from models.batches.batch import Batch
from models.committees.catalogue import Series, Specialty, Title, TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.paths.path import AcceptanceOffice
from models.register.organisation import NodeKind, Organisation, OrganisationChange, Region
from models.register.person import Person
from models.review.plan import Plan
from models.sealed import blind_index
from workflow.base import policy
from workflow.base.abilities import may
from workflow.base.policy import COMMITTEE_ACCOUNTS, EXPERT_NAMES
from workflow.register import name_search

MOST = 20
#: The last character a name can continue with: a prefix search is a range, which an index answers.
LAST = "\U0010ffff"


def is_key(word: str) -> bool:
    """Whether a word of the address can be the key of a row (a positive 32-bit number)."""
    return word.isascii() and word.isdigit() and len(word) <= 10 and int(word) < 2**31


@dataclass(frozen=True)
class Lookup:
    """How records of a model are found and named in a picker."""

    model: Any
    names: tuple[Any, ...]  #: searched from the beginning, then anywhere, in this order
    note: Callable[[Any], str] = lambda record: ""
    where: Callable[[], ColumnElement[bool]] | None = None  #: only these may be newly chosen
    filters: tuple[str, ...] = ()  #: columns that another field of the form may fix
    key: str = "id"
    text: Callable[[Any], str] = str
    exact: Callable[[str], Any] | None = None  #: a clause for a number that is never stored readable
    inside: bool = True  #: search inside the names as well (small tables)
    search: Callable[[str, int, Any], Sequence[Any]] | None = None  #: a way of its own to find, for a large table

    def visible(self, *, choosing: bool = True) -> Select[Any]:
        """What the signed-in account may see, and choose."""
        query = policy.visible(g.user, self.model)
        return query.where(self.where()) if choosing and self.where is not None else query

    def find(self, q: str, given: dict[str, str]) -> list[Any]:
        """At most `MOST` + 1 records for what was typed; the first ones of all when nothing was."""
        query = self.visible()
        for name in self.filters:
            if value := given.get(name, "")[:40]:
                if name.endswith("_id") and not (value.isdecimal() and value.isascii() and len(value) < 10):
                    return []
                column = getattr(self.model, name)  # 0 stands for "of none": the tree that all committees share
                query = query.where(
                    column.is_(None)
                    if value == "0" and name.endswith("_id")
                    else column == (int(value) if name.endswith("_id") else value)
                )
        if q and self.search:
            return list(self.search(q, MOST + 1, query.whereclause))
        query = query.order_by(self.model.id).limit(MOST + 1)
        if not q:
            return list(db.session.scalars(query).unique())
        begins = or_(
            *(and_(name >= word, name < word + LAST) for name in self.names for word in {q, q.lower(), q.upper()})
        )
        if self.exact is not None and (clause := self.exact(q)) is not None:
            begins = or_(begins, clause)
        found = list(db.session.scalars(query.where(begins)).unique())
        if len(found) <= MOST and self.inside:
            have = {record.id for record in found}
            inside = or_(*(name.contains(q, autoescape=True) for name in self.names))
            found += [r for r in db.session.scalars(query.where(inside)).unique() if r.id not in have]
        return found[: MOST + 1]

    def of(self, key: str, *, choosing: bool = True) -> Any | None:
        """The record with that key, if it may be chosen."""
        if self.key == "id" and not is_key(key):
            return None
        return (
            db.session.scalars(
                self.visible(choosing=choosing).where(
                    getattr(self.model, self.key) == (int(key) if self.key == "id" else key)
                )
            )
            .unique()
            .first()
        )

    def by_text(self, text: str) -> Any | None:
        """The only record whose name or code is exactly that."""
        clauses = [or_(*(name == word for name in self.names for word in {text, text.upper()}))]
        if self.exact is not None and (clause := self.exact(text)) is not None:
            clauses.append(clause)
        for clause in clauses:
            found = list(db.session.scalars(self.visible().where(clause).limit(2)).unique())
            if found:
                return found[0] if len(found) == 1 else None
        return None


def _identity(q: str) -> Any:
    return Person.id_index == blind_index(q) if len(q) >= 8 and any(c.isdigit() for c in q) else None


def _person_of_expert(q: str) -> Any:
    """By name for those who may know names (令40号 第二十三条); a code found by a name would give the name away."""
    if not may(g.user, EXPERT_NAMES):
        return None
    return Expert.person.has(and_(Person.name >= q, Person.name < q + LAST))


def _account_of_committee(q: str) -> Any:
    """By account for who keeps the accounts; to others a committee's account is not told."""
    return Committee.account_name == q if may(g.user, COMMITTEE_ACCOUNTS) else None


def called(attribute: Any, q: str) -> Any:
    """The clause that `attribute`, the id of an organisation in any table, is of one whose name holds this or whose
    code it is."""
    by_code = select(Organisation.id).where(Organisation.code == q.strip().upper())
    return or_(name_search.named(db.session, attribute, q), attribute.in_(by_code))


def office_called(q: str) -> Any:
    """Accepting organisations by the name of the organisation."""
    return called(AcceptanceOffice.organisation_id, q)


def _organisation_note(found: Any) -> str:
    former = getattr(found, "former", "")
    return f"{found.code} · {NodeKind(found.kind).label}" + (f" · 原名：{former}" if former else "")


def _once(q: str) -> Any:
    """Organisations that were called exactly so before."""
    return Organisation.id.in_(
        select(OrganisationChange.organisation_id).where(OrganisationChange.before_name == q.strip())
    )


# fmt: off
LOOKUPS: dict[str, Lookup] = {found.model.__name__: found for found in (
    Lookup(Organisation, (Organisation.name, Organisation.code), _organisation_note, lambda: Organisation.active.is_(True),
           ("kind", "nature", "region_code"), text=lambda o: o.name, exact=_once,
           search=lambda q, most, limit: name_search.search(db.session, q, most, limit)),
    Lookup(Region, (Region.name, Region.code), lambda r: r.code, lambda: Region.statistical.is_(False), ("level",), key="code"),
    Lookup(Series, (Series.name, Series.certificate_code)),
    Lookup(Title, (Title.name,), lambda t: f"{t.series.name} · {TitleLevel(t.level).label}", None, ("level", "series_id")),
    Lookup(Specialty, (Specialty.name, Specialty.code), lambda s: s.code, None, ("series_id",)),
    Lookup(Committee, (Committee.name,), lambda c: c.series.name, lambda: Committee.state == CommitteeState.APPROVED, ("level", "series_id"), exact=_account_of_committee),
    Lookup(AcceptanceOffice, (AcceptanceOffice.contact,), lambda o: "", lambda: AcceptanceOffice.active.is_(True), ("way", "level"), exact=office_called, inside=False),
    Lookup(Batch, (Batch.name,), lambda b: f"{b.year} 年度"),
    Lookup(Plan, (Plan.number, Plan.name), lambda p: p.name),
    Lookup(Issuer, (Issuer.code,), lambda i: i.code, exact=lambda q: called(Issuer.organisation_id, q)),
    Lookup(Declaration, (Declaration.number, Declaration.applicant_name), lambda d: d.applicant_name, text=lambda d: d.number, inside=False),
    Lookup(Person, (Person.name, Person.pinyin), lambda p: p.masked_id, exact=_identity, inside=False),
    Lookup(Expert, (Expert.code,), lambda e: e.title, exact=_person_of_expert, inside=False),
    Lookup(Account, (Account.username,), lambda a: a.username, inside=False),
)}
# fmt: on


class LookupView(BaseView):
    """One address for all pickers; what it finds is limited by the row policy, not by the screen."""

    route_base = "/lookup"
    default_view = "find"

    @expose("/<name>")
    @has_access
    def find(self, name: str) -> Any:
        """JSON for the picker: at most twenty, and whether there are more."""
        lookup = LOOKUPS.get(name) or abort(404)
        q = request.args.get("q", "").strip()[:60]
        found = lookup.find(q, {k: v for k, v in request.args.items() if "\x00" not in v})
        options = [
            {"id": str(getattr(r, lookup.key)), "text": lookup.text(r), "note": lookup.note(r)} for r in found[:MOST]
        ]
        return jsonify(results=options, more=len(found) > MOST)
