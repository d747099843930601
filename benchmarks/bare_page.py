"""The floor of a list: Flask, one capped count, one select of 20 rows with their names, a bare table."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template_string, request
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.catalogue import Series, Title
from models.declarations.declaration import Declaration
from models.register.organisation import Organisation
from workflow.base import policy

SIZE, MOST = 20, 10_001
TABLE = """<!doctype html><title>list</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table><p>{{ count }}</p>"""


def bare_page(engine: Engine, account: int) -> Any:
    """A client of the bare page, limited to the rows that the account may see."""
    app = Flask(__name__)
    with Session(engine) as session:
        mine = policy.rows(session.get_one(Account, account), Declaration)
    shown = (
        select(
            Declaration.number,
            Declaration.applicant_name,
            Organisation.name,
            Series.name.label("series"),
            Title.name.label("title"),
            Declaration.level,
            Declaration.year,
            Declaration.state,
        )
        .join(Organisation, Organisation.id == Declaration.unit_id)
        .join(Series, Series.id == Declaration.series_id)
        .join(Title, Title.id == Declaration.title_id)
    )

    @app.get("/")
    def page() -> str:
        clauses = [mine]
        if state := request.args.get("state"):
            clauses.append(Declaration.state == state)
        if name := request.args.get("applicant_name"):
            clauses.append(Declaration.applicant_name.between(name, name + "\U0010ffff"))
        first = (int(request.args.get("page", "1")) - 1) * SIZE
        with engine.connect() as connection:
            ids = select(Declaration.id).where(*clauses)
            count = connection.scalar(select(func.count()).select_from(ids.limit(MOST).subquery()))
            keys = ids.order_by(Declaration.id.desc()).limit(SIZE).offset(min(first, max(count - 1, 0) // SIZE * SIZE))
            chosen = list(connection.scalars(keys))
            rows = connection.execute(shown.where(Declaration.id.in_(chosen)).order_by(Declaration.id.desc())).all()
        return render_template_string(TABLE, rows=rows, count=count)

    return app.test_client()
