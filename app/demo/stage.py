"""The stage of the demo: a clock that only moves forward, and actors who do the product's own verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.names import Names
from models.accounts.account import Account
from models.committees.committee import Committee
from models.register.organisation import Organisation
from models.register.person import Person
from workflow.accounts import accounts
from workflow.base.unit_of_work import UnitOfWork, unit_of_work

#: What follows the name of the 经办人 in that of the 负责人 of the same desk.
HEAD = ".head"


class Stage:
    """Session, clock, names, and the accounts by user name."""

    def __init__(self, session: Session, password: str, start: date) -> None:
        self.session, self.names = session, Names()
        self.heads = Names(seed=303)  #: theirs apart, so that nobody else is called otherwise because of them
        self.now = datetime.combine(start, time(9, 0))
        self.prepared = accounts.demonstration(password)
        self._ids: dict[str, int] = {}
        self.units = 0  #: how many unit accounts there are: unit1, unit2, …

    def move_to(self, day: date, hour: int = 9) -> None:
        """Move the clock forward."""
        moment = datetime.combine(day, time(hour, 0))
        if moment < self.now:
            raise ValueError(f"the stage clock cannot go back from {self.now} to {moment}")
        self.now = moment

    @contextmanager
    def acting(self, username: str) -> Iterator[UnitOfWork]:
        """A unit of work of that account at the stage's moment."""
        with unit_of_work(self.account(username), now=self.now, session=self.session) as uow:
            yield uow

    def account(self, username: str) -> Account:
        """The account of that name."""
        if username not in self._ids:
            found = self.session.scalar(select(Account).where(Account.username == username))
            if found is None:
                raise LookupError(username)
            self._ids[username] = found.id
        return self.session.get_one(Account, self._ids[username])

    def open_account(
        self,
        uow: UnitOfWork,
        username: str,
        name: str,
        *roles: str,
        organisation: Organisation | None = None,
        committee: Committee | None = None,
        person: Person | None = None,
        position: str = "",
    ) -> Account:
        """A demo account; `uow` must be the system account's."""
        account = accounts.create_account(
            uow,
            username=username,
            name=name,
            password=self.prepared,
            organisation=organisation,
            committee=committee,
            position=position,
            roles=roles,
        )
        account.must_change_password = False
        account.email = username.lower() + accounts.DEMO_MAIL
        if person is not None:
            account.person = person
        uow.session.flush()
        self._ids[username] = account.id
        return account

    def open_desk(
        self,
        uow: UnitOfWork,
        username: str,
        role: str,
        *,
        organisation: Organisation | None = None,
        committee: Committee | None = None,
    ) -> None:
        """A desk where two sign: its 经办人, and its 负责人 as `username.head`."""
        place = {"organisation": organisation, "committee": committee}
        self.open_account(uow, username, self.names.person(), role, **place, position="经办人")
        self.open_head(uow, username, role, **place)

    def open_head(self, uow: UnitOfWork, username: str, role: str, **place: Any) -> None:
        """The 负责人 beside an account that is there."""
        self.open_account(uow, username + HEAD, self.heads.person(), role, **place, position="负责人")
