"""A scratch database with many declarations, filled by the same code as `flask --app run volume`: always the same.

Offices of four levels, bureaus and committees; people are invented and share names.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from app.volume import fill
from models.accounts.account import Account
from models.base import metadata
from models.sealed import install_keys
from workflow.accounts.accounts import install_system_account
from workflow.base import roles as r
from workflow.base.unit_of_work import install
from workflow.office.reference import load_into

MASTER = b"benchmark-key-that-opens-nothing"
YEARS = (2024, 2025, 2026)
#: Nobody signs in with a password in a bench.
PASSWORD = "Benchmark-2026!"
#: The account of each role that is measured.
DESKS = {
    r.UNIT_OFFICER: "unit1",
    r.CITY_OFFICER: "city1",
    r.DISTRICT_OFFICER: "district1",
    r.BUREAU_OFFICER: "bureau1",
    r.COMMITTEE_OFFICE: "committee1",
    r.HRSS_CONFIG: "hrss_config",
    r.HRSS_AUDIT: "hrss_audit",
    r.HRSS_SPECIAL: "hrss_special",
    r.HRSS_CERT: "hrss_cert",
    r.LEADER: "leader",
    r.SUPERVISOR: "supervisor",
}


@dataclass(frozen=True)
class Scene:
    """The filled database: where it is, how many declarations, and an account of each role."""

    url: str
    rows: int
    accounts: dict[str, int]


def build(url: str, rows: int) -> Scene:
    """Make the schema in the empty database at `url` and fill it with `rows` declarations."""
    install_keys(MASTER)
    engine = create_engine(url)
    install(engine, sync="OFF")
    metadata.create_all(engine)
    with Session(engine) as session:
        load_into(session)
        session.add_all(Role(name=name) for name in r.ALL)
        session.commit()
        install_system_account(session)
        fill(session, PASSWORD, declarations=rows, units=max(200, min(rows // 50, 8000)), years=len(YEARS))
        known = dict(session.execute(select(Account.username, Account.id)).tuples().all())
    engine.dispose()
    return Scene(url, rows, {role: known[name] for role, name in DESKS.items()})
