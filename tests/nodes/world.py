"""What the two nodes are tried with: an applicant with a draft, and the provincial office. `python -m
tests.nodes.world`."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app import create_app
from models.accounts.account import Account
from models.base import db
from models.declarations.declaration import DeclarationState
from tests.factories import Make
from workflow.base import roles
from workflow.base.clock import machine_now
from workflow.base.unit_of_work import attempt
from workflow.jobs import work as jobs

PASSWORD = "Zhicheng-2023!"


def build(app):
    """An empty database with the reference data, and four people; gives who they are."""
    for command in (["db", "upgrade"], ["bootstrap"], ["load-reference"]):
        done = app.test_cli_runner().invoke(args=command)
        if done.exit_code:
            raise SystemExit(f"{command}: {done.output}") from done.exception
    make, today = Make(db.session), machine_now().date()
    batch = make.batch(
        year=today.year,
        opens_on=today - timedelta(days=30),
        closes_on=today + timedelta(days=30),
        correction_on=today + timedelta(days=40),
        audit_on=today + timedelta(days=50),
        evidence_on=today + timedelta(days=50),
        vote_on=today + timedelta(days=60),
    )
    declaration = make.declaration(DeclarationState.DRAFT, batch=batch)
    made = {
        "applicant": make.account(roles.APPLICANT, person=declaration.person),
        "stranger": make.account(roles.APPLICANT, person=make.person()),
        "forgetful": make.account(roles.APPLICANT, person=make.person()),
        "office": make.account(roles.HRSS_CONFIG),
    }
    for account in made.values():
        account.password = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
    told = {name: account.username for name, account in made.items()} | {"declaration": declaration.id}
    db.session.commit()
    return told


def ask(username):
    """Long work that leaves a file: what no small province has rows enough for on its screens."""
    actor = db.session.scalars(select(Account).where(Account.username == username)).one()
    given = {"screen": "OrganisationScreen", "words": {}, "columns": ["code", "name"]}
    return attempt(actor, lambda uow: jobs.ask(uow, "export", "导出：机构", home="/", **given)).id


def main():
    """Without arguments build in DATABASE_URL; else run commands, each a list in JSON; the last line is the answer."""
    app = create_app(SQLITE_SYNC="OFF")
    with app.app_context():
        if not sys.argv[1:]:
            answer = build(app)
        else:
            runner = app.test_cli_runner()
            done = [
                [0, ask(args[1])] if args[0] == "ask" else runner.invoke(args=args)
                for args in map(json.loads, sys.argv[1:])
            ]
            answer = [each if isinstance(each, list) else [each.exit_code, each.output] for each in done]
    print(json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
