"""附件预览 over HTTP: through the row policy of the record, pictures only, every step a link."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from models.declarations.declaration import DeclarationState
from models.declarations.material import Material
from tests.workflow.storage.test_preview import drawing, scan, slipped_in
from workflow.base import roles
from workflow.storage import files


@pytest.fixture
def case(make, as_, session):
    """A declaration at its unit with a PDF of three pages and a photo, and the unit's officer."""
    unit = make.organisation()
    declaration = make.declaration(DeclarationState.UNIT_REVIEW, unit=unit, position=0)
    officer = make.account(roles.UNIT_OFFICER, organisation=unit)
    uow = as_(officer)
    held = [
        files.store(uow, data, name, owner=declaration, purpose=purpose)
        for data, name, purpose in ((scan(3), "论文.pdf", "论文论著"), (drawing((413, 579)), "照片.png", "二寸照片"))
    ]
    session.add_all(
        [
            Material(declaration_id=declaration.id, kind=kind, file=file)
            for kind, file in zip(("paper", "photo"), held, strict=True)
        ]
    )
    session.flush()
    return declaration, officer, held


def text(answer):
    return answer.get_data(as_text=True)


def test_the_record_leads_to_the_preview_and_the_preview_to_the_next_page(browser, case):
    declaration, officer, (paper, _photo) = case
    client = browser(officer)
    record = text(client.get(f"/unitdeskscreen/show/{declaration.id}"))
    assert f"/file/{paper.key}/view" in record and f'href="/file/{paper.key}"' in record
    page = text(client.get(f"/file/{paper.key}/view"))
    assert "1 / 3" in page and "上一页" not in page and "照片.png" in page and "下载" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "2 / 3" in text(client.get(following))
    assert "缩小" in text(client.get(f"/file/{paper.key}/view?page=99&zoom=3")) and "3 / 3" in text(
        client.get(f"/file/{paper.key}/view?page=99")
    )
    assert f"/open/declaration/{declaration.id}" in page


def test_a_page_is_a_picture_that_can_do_nothing(browser, case):
    _declaration, officer, (paper, _photo) = case
    answer = browser(officer).get(f"/file/{paper.key}/view/2?width=1400")
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).width == 1400
    headers = answer.headers
    assert (
        headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        and headers["X-Content-Type-Options"] == "nosniff"
    )
    assert headers["Cache-Control"] == "no-store" and headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_who_may_not_see_the_record_sees_no_page_of_it(browser, case, make):
    _declaration, officer, (paper, _photo) = case
    stranger = browser(make.account(roles.UNIT_OFFICER, organisation=make.organisation()))
    for address in ("view", "view/1", "view/1?width=140"):
        assert stranger.get(f"/file/{paper.key}/{address}").status_code == 404
    client = browser(officer)
    for address in ("view/0", "view/4", "view/1?width=5000"):
        assert client.get(f"/file/{paper.key}/{address}").status_code == 404


def test_a_file_that_cannot_be_drawn_says_so_and_offers_the_download(browser, case, session):
    _declaration, officer, (paper, _photo) = case
    slipped_in(paper, b"%PDF-1.4 broken")
    client = browser(officer)
    page = text(client.get(f"/file/{paper.key}/view?zoom=2"))
    assert "不能预览" in page and "下载" in page and 'class="paper' not in page
    answer = client.get(f"/file/{paper.key}")
    assert answer.status_code == 422 and "已损坏" in answer.text, "what cannot be written anew is not handed out"
