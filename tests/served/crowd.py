"""People on the last evening, each with a draft that lacks only what is saved last: `python -m tests.served.crowd 12`.

Made by the product's own verbs in DATA_DIR and DATABASE_URL: the offices, the paths, one committee with an open batch.
Who they are and which draft is whose is left in DATA_DIR/crowd.json.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

from app import create_app
from app.demo import committees, offices, paths
from app.demo.filling import fill
from app.demo.stage import Stage
from app.demo.year import Year
from models.base import db
from models.batches.batch import Batch
from models.committees.catalogue import Specialty, Title
from models.register.organisation import Organisation
from workflow.declarations import submission
from workflow.office import demo_clock

OPENED, EVENING = date(2026, 6, 1), datetime(2026, 8, 31, 10, 0)
BATCH = "2026 年度建设工程系列高级职称评审"


def build(password: str, many: int) -> list[tuple[str, int]]:
    """The offices, the batch, and `many` applicants; (user name, declaration) of each."""
    stage = Stage(db.session, password, date(2025, 1, 6))
    offices.build(stage)
    paths.build(stage)
    committees.build(stage, committees.BODIES[:1])
    year = Year(stage)
    stage.move_to(OPENED)
    batch = year.batch("committee1", 2026, BATCH, "06-01", "08-31", "09-18", "09-28")
    crowd = []
    for n in range(many):
        case = year.case(batch, "committee1", OPENED, n)
        with stage.acting(case.username) as uow:
            declaration = submission.start(
                uow,
                batch=uow.session.get_one(Batch, batch),
                title=uow.session.get_one(Title, case.title_id),
                unit=uow.session.get_one(Organisation, case.unit_id),
                specialty=uow.session.get(Specialty, case.specialty_id) if case.specialty_id else None,
            )
            fill(stage, uow, declaration)
            declaration.content.promised_at = None
            crowd.append((case.username, declaration.id))
    with stage.acting("system") as uow:
        demo_clock.move(uow, EVENING)
    return crowd


def main() -> None:
    """Migrate, load the reference data, build."""
    app = create_app(SQLITE_SYNC="OFF")
    cli = app.test_cli_runner()
    for command in (["db", "upgrade"], ["bootstrap"], ["load-reference"]):
        done = cli.invoke(args=command)
        if done.exit_code:
            raise SystemExit(f"{command}: {done.output}") from done.exception
    with app.app_context():
        crowd = build(app.config["DEMO_PASSWORD"], int(sys.argv[1]))
    Path(app.config["DATA_DIR"], "crowd.json").write_text(json.dumps(crowd))


if __name__ == "__main__":
    main()
