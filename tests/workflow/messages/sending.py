"""A process that sends what is due and may be killed: `-m tests.workflow.messages.sending DB MOMENT MAIL SMS`."""

from __future__ import annotations

import sys
from datetime import datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.sealed import install_keys
from tests.workflow.messages.partners import KEY
from workflow.accounts.accounts import system_account
from workflow.base.unit_of_work import install
from workflow.messages import mail, sender, sms


def main() -> None:
    """Send, and say so."""
    url, moment, letters, gateway = sys.argv[1:5]
    install_keys(b"k" * 32)
    engine = create_engine(url)
    install(engine, sync="OFF", busy_ms=20_000)
    mail.install(letters, "zc@example.gov.cn")
    sms.install(gateway, KEY)
    with Session(engine) as session:
        system = system_account(session)
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        for _letter in sender.send_due(system, session, now=datetime.fromisoformat(moment)):
            pass
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
