"""The demo year as an earlier landing made it, with what it leaves empty and a figure shows."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate, CertificateState
from models.awards.publicity import Publicity
from models.batches.batch import Batch
from models.committees.committee import Committee
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.quota import Quota, QuotaKind
from models.register.organisation import Organisation
from models.review.draw import Draw
from models.review.plan import Plan, ScoreItem
from models.review.session import Member, ReviewSession
from models.sealed import install_keys
from tests.migrations import year
from tests.migrations.conftest import bare, settings

#: Kept in hand while the tests run, for a session lets go of what nobody holds and would ask again for each row.
HELD = (Declaration, RouteStep, Batch, Organisation, Plan, Committee, ReviewSession, Member, ScoreItem, Draw)


@pytest.fixture(scope="session")
def demo_year(tmp_path_factory):
    """A session on the demo year as an earlier landing made it, brought up to today's schema."""
    from alembic import command

    url = f"sqlite:///{tmp_path_factory.mktemp('year')}/year.db"
    with bare(url):
        command.upgrade(settings(), year.kept().revision)
    year.fill(url, year.kept())
    with bare(url):
        command.upgrade(settings(), "head")
    engine = create_engine(url)
    install_keys(bytes.fromhex(year.kept().master))
    with Session(engine) as session:
        made_fuller(session)
        held = [session.query(model).all() for model in HELD]
        yield session
        del held
    engine.dispose()


@pytest.fixture
def year_keys(_keys):
    """The keys with which the year was made."""
    install_keys(bytes.fromhex(year.kept().master))


def made_fuller(session):
    """What the demo year leaves empty and a figure shows."""
    special = session.scalars(select(Quota).where(Quota.kind != QuotaKind.VACANCY)).first()
    filed = session.scalars(select(Declaration).where(Declaration.state == "issued")).first()
    filed.quota_id = special.id
    session.scalars(select(Plan).where(Plan.state == "filed")).first().opens_on = date(2026, 7, 10)
    session.scalars(select(Publicity).where(Publicity.kind == "unit")).first().ends_on = date(2025, 4, 11)
    refused = session.scalars(select(Certificate)).first()
    refused.state, refused.report_error = CertificateState.REPORT_FAILED, "身份证件号码与公安信息不符" * 4
    refused.downloaded_at = datetime(2026, 1, 5, 9)
    session.flush()
