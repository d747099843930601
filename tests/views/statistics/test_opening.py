"""Every figure for every role: each number that can be opened opens as many rows as it says."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from html import unescape

import pytest
from flask import g
from openpyxl import load_workbook

from models.declarations.declaration import DeclarationState as S
from reports.figures.figure import FIGURES
from tests.views.statistics.test_dashboard import READERS, total
from views.statistics import shown
from views.statistics.conditions import read
from workflow.base import roles as r


@pytest.fixture
def year(make):
    """Something at every stage, in two cities and at a committee; the desks that see it."""
    city = make.organisation(name="长沙市人社局", region_code="430100")
    district = make.organisation(name="芙蓉区人社局", region_code="430102", superior=city)
    bureau = make.organisation(name="省住建厅", region_code="430000")
    committee = make.committee()
    batch = make.batch(committee=committee)
    for number, state in enumerate(
        (S.DRAFT, S.SUBMITTED, S.UNDER_AUDIT, S.AT_COMMITTEE, S.FAILED, S.ISSUED, S.REVOKED)
    ):
        committed = state not in (S.DRAFT, S.SUBMITTED, S.UNDER_AUDIT)
        make.declaration(
            state=state,
            batch=batch,
            unit=make.unit(region_code=("430102", "430202")[number % 2]),
            route=[district, city, bureau],
            position=3 if committed else 1,
            submitted_at=None if state == S.DRAFT else datetime(2026, 3, number + 1),
            reached_committee_at=datetime(2026, 6, 1) if committed else None,
            voted_on=date(2026, 7, 1) if state in (S.FAILED, S.ISSUED, S.REVOKED) else None,
        )
    places = {r.CITY_OFFICER: city, r.DISTRICT_OFFICER: district, r.BUREAU_OFFICER: bureau}

    def account(role):
        where = {"organisation": places[role]} if role in places else {}
        return make.account(role, **where, **({"committee": committee} if role == r.COMMITTEE_OFFICE else {}))

    return account


@pytest.mark.parametrize("role", READERS)
def test_every_link_answers_with_as_many_rows_as_its_number(app, browser, year, role):
    account = year(role)
    client = browser(account)
    found = _all_numbers(app, account)
    for name, numbers in found.items():
        for label, word, link, counts in numbers:
            answer = client.get(unescape(link))
            assert answer.status_code == 200, (name, label, link)
            assert not re.search("不能识别|已忽略", answer.text), (name, label, link)
            if counts:
                assert total(answer) == int(word.replace(",", "")), (name, label, link)
            else:
                assert total(answer) > 0, (name, label, link)
    assert found


@pytest.mark.parametrize("role", READERS)
def test_the_file_of_a_number_has_the_rows_of_its_list(app, browser, year, role):
    """For the largest number of each figure that leads to a list which may be taken away."""
    account = year(role)
    client, taken = browser(account), {}
    for name, numbers in _all_numbers(app, account).items():
        counted = [(int(word.replace(",", "")), unescape(link)) for _label, word, link, counts in numbers if counts]
        many, link = max(counted, default=(0, ""))
        if many and link not in taken:
            answer = client.post(link.replace("/list/?", "/export?"))
            if answer.status_code == 403:
                continue
            assert answer.status_code == 200, (name, link)
            taken[link] = load_workbook(io.BytesIO(answer.data), read_only=True).active.max_row - 1
            assert taken[link] == many, (name, link)
    assert taken, "nothing was taken away"


def _all_numbers(app, account):
    """Of every figure that the account reads: its numbers with their links."""
    found = {}
    with app.test_request_context("/dashboard/"):
        g.user = g._login_user = account
        conditions = read({"year": "2026"})
        question = shown.asked(conditions)
        for figure in FIGURES.values():
            if shown.readable(figure):
                found[figure.name] = list(_numbers(figure, shown.shown(figure, conditions, question, "/dashboard/")))
    return found


def _numbers(figure, said):
    """(what, word, link, whether the list has exactly so many) of every cell with a link."""
    front = ["reached", "share"] if figure.cumulative else []
    kinds = [*front, *(figure.measures[:1] * len(said.answer.across)), *figure.measures]
    for line in [*said.rows, *([said.total] if said.total else [])]:
        for kind, (cell, link) in zip(kinds, line.cells, strict=True):
            if link:
                counts = kind.rows if not isinstance(kind, str) else kind == "reached"
                yield f"{line.label}", cell.word, link, counts
