"""对照审核: a file beside the rows that it proves, what was ticked carried from file to file, the verbs at the foot."""

from __future__ import annotations

import pytest

from models.declarations.declaration import Correction
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.materials.proof import Proof
from tests.conftest import NOON
from tests.views.office_day import noon, page_of  # noqa: F401
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles as r
from workflow.declarations.corrections import places
from workflow.storage import files

pytestmark = pytest.mark.usefixtures("noon")
SCHOOLS = [{"school": "湖南大学", "major": "土木工程"}, {"school": "中南大学", "major": "结构工程"}]


@pytest.fixture
def case(make, as_, browser, session):
    """At its unit: a diploma that proves the second school, and a photo; answered with the two files."""
    unit = make.organisation(nature="private")
    it = make.declaration(S.UNIT_REVIEW, unit=unit, position=0)
    it.content.sections = {"education": SCHOOLS}
    make.as_handed_in(it)
    officer = make.account(r.UNIT_OFFICER, organisation_id=unit.id)
    held = []
    for kind in ("education", "photo"):
        stored = files.store(as_(officer), drawing((40, 60)), f"{kind}.png", owner=it, purpose=kind)
        held.append(make._add(Material, {}, declaration_id=it.id, kind=kind, file=stored))
    session.flush()
    make._add(Proof, {}, material_id=held[0].id, section="education", place=1)
    session.flush()
    return it, browser(officer), [one.file.key for one in held]


def test_the_file_stands_beside_what_it_proves_with_the_verbs_of_the_case(case):
    it, officer, (diploma, photo) = case
    assert f"/unitdeskscreen/side/{it.id}" in page_of(officer.get(f"/unitdeskscreen/show/{it.id}"))
    page = page_of(officer.get(f"/unitdeskscreen/side/{it.id}?file={diploma}"))
    assert f"/file/{diploma}/view/1" in page and "field:education:school:2" in page
    assert "field:education:school:1" not in page, "the diploma does not prove the first"
    assert 'role="toolbar"' in page and "退回" in page and photo in page
    assert officer.get(f"/unitdeskscreen/side/{it.id}?file=nothing").status_code == 404


def test_what_is_ticked_goes_along_to_the_next_file_and_into_the_list(case):
    it, officer, (_diploma, photo) = case
    ticked = "field:education:school:2"
    page = page_of(officer.get(f"/unitdeskscreen/side/{it.id}?file={photo}&pick={ticked}&pick=made:up::"))
    assert f'type="hidden" name="pick" value="{ticked}"' in page and "made:up" not in page
    assert f'formaction="/correct/{it.id}"' in page
    assert f"text|{ticked}" in page_of(officer.get(f"/correct/{it.id}?pick={ticked}&file={photo}"))


def test_more_ticks_than_are_carried_are_told(case):
    it, officer, (_diploma, photo) = case
    made = [
        f"field:titles:{name}:{n}"
        for n in range(1, 14)
        for name in ("name", "obtained_on", "body", "certificate", "employer")
    ]
    it.content.sections |= {"titles": [{"name": "工程师"}] * 13}
    page = page_of(officer.get(f"/unitdeskscreen/side/{it.id}?file={photo}&pick=" + "&pick=".join(made)))
    assert "勾选最多带入 60 处，另有 5 处没有带入" in page and page.count('type="hidden" name="pick"') == 60


def test_what_is_different_from_what_was_returned_stands_below(case, make, session):
    it, officer, (diploma, photo) = case
    make._add(Correction, {}, declaration_id=it.id, position=0, items=[], opinion="退", issued_at=NOON,
              organisation_name="单位", returned=places.as_it_stands(session, it))  # fmt: skip
    it.content.sections = {"education": [SCHOOLS[0], SCHOOLS[1] | {"school": "中南大学湘雅医学院"}]}
    make.as_handed_in(it)
    page = page_of(officer.get(f"/unitdeskscreen/side/{it.id}?file={diploma}"))
    assert "与退回时的差异" in page and "<del>中南大学</del>" in page and "<ins>中南大学湘雅医学院</ins>" in page
    assert "与退回时的差异" not in page_of(officer.get(f"/unitdeskscreen/side/{it.id}?file={photo}"))
