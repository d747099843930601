"""带入上次申报: a new draft begins with what was filed last; files keep their content and get rows of their own."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material, StoredFile
from tests.workflow.declarations.test_comparison import DEGREE
from tests.workflow.storage.test_preview import drawing, scan
from workflow.base import policy, roles
from workflow.base.errors import Refused
from workflow.declarations import carry, degree_check, submission
from workflow.storage import files

AWARD = {
    "name": "优质工程奖",
    "grade": "市厅级",
    "prize": "二等奖",
    "year": 2024,
    "awarded_on": "2024-10-10",
    "rank": 2,
    "authority": "市住建局",
}
BASIC = {"department": "技术部", "post": "设计", "health": "健康", "work_since": "2012-07-01"}


@pytest.fixture
def world(make, as_, session, file_store):
    """Somebody who handed in a declaration last year with two files, one of a kind that this year has no use for."""
    person, unit = make.person(), make.organisation()
    last = make.declaration(S.FAILED, person=person, unit=unit, submitted_at=datetime(2025, 5, 1, 9))
    last.content.sections = {
        "basic": BASIC,
        "education": [DEGREE],
        "awards": [AWARD],
        "discipline": {"statement": "无"},
        "declaring": {"posted": "未派驻"},
    }
    last.content.degree_checks = {
        degree_check.key_of(DEGREE): {"status": "学信网已核验", "by": "某单位", "on": "2025-06-01"}
    }
    officer = as_(make.account(roles.HRSS_AUDIT))
    for kind, data in (("award", scan(1)), ("exception", scan(2))):
        stored = files.store(officer, data, f"{kind}.pdf", owner=last, purpose=kind)
        session.add(Material(declaration_id=last.id, kind=kind, file=stored))
    session.flush()
    account = make.account(roles.APPLICANT, person=person)

    def begin(**more):
        given = {"batch": make.batch(committee=last.committee), "title": last.title, "unit": unit} | more
        return submission.start(as_(account), **given)

    return last, account, begin


def test_what_was_filed_last_stands_in_the_new_draft_and_is_marked(world):
    last, _account, begin = world
    declaration = begin()
    content = declaration.content
    assert content.carried_from == last.number and set(content.carried) == {"basic", "education", "awards", "materials"}
    assert (
        content.sections["education"][0]["school"] == "湖南大学" and content.sections["basic"]["department"] == "技术部"
    )
    assert not {"discipline", "declaring"} & set(content.sections), "said anew each time"
    assert content.promised_at is None
    assert degree_check.degrees_of(declaration)[0].status == "学信网已核验"


def test_files_are_linked_not_copied_and_guarded_by_the_new_declaration(world, session, make):
    last, _account, begin = world
    declaration = begin()
    (material,) = session.scalars(select(Material).where(Material.declaration_id == declaration.id)).all()
    old = session.scalar(
        select(StoredFile)
        .join(Material, Material.file_id == StoredFile.id)
        .where(Material.declaration_id == last.id, Material.kind == "award")
    )
    assert material.kind == "award", "依据材料 of 破格 do not fit a normal declaration"
    assert (
        material.file.sha256 == old.sha256 and material.file.key != old.key and material.file.owner_id == declaration.id
    )
    assert files.read(material.file) == files.read(old)
    officer = make.account(roles.UNIT_OFFICER, organisation=declaration.unit)
    assert policy.find(session, officer, type(declaration), declaration.id) is None, "a draft is nobody else's"


def test_a_part_is_looked_through_by_saving_it_confirmed_or_cleared(world, as_, session):
    _last, account, begin = world
    declaration, uow = begin(), as_(account)
    _errors, warnings = submission.review(uow, declaration)
    assert "尚未核对" in warnings["education"] and "尚未核对" in warnings["materials"]
    submission.save_section(uow, declaration, "education", [DEGREE])
    submission.confirm_part(uow, declaration, "basic")
    submission.clear_part(uow, declaration, "awards")
    submission.clear_part(uow, declaration, "materials")
    session.flush()
    assert (
        declaration.content.carried == []
        and "awards" not in declaration.content.sections
        and "basic" in declaration.content.sections
    )
    assert submission.materials_of(uow, declaration) == []
    assert not any("尚未核对" in s for s in submission.review(uow, declaration)[1].values())


def test_evidence_after_this_years_cut_off_is_told_of_what_was_carried_too(world, as_, make):
    last, account, begin = world
    last.content.sections = last.content.sections | {"awards": [AWARD | {"awarded_on": "2026-04-01"}]}
    declaration = begin(batch=make.batch(committee=last.committee, evidence_on=date(2026, 3, 31)))
    errors, _warnings = submission.review(as_(account), declaration)
    assert "晚于材料有效截止日" in errors["awards.0.awarded_on"]


def test_another_employer_is_asked_anew_for_what_is_his(world, make):
    _last, _account, begin = world
    basic = begin(unit=make.organisation()).content.sections["basic"]
    assert basic["department"] == "" and basic["health"] == "健康"


def test_a_title_obtained_last_time_is_a_title_held_now(world):
    last, _account, begin = world
    last.state, last.filed_on = S.ISSUED, date(2025, 12, 29)
    held = begin().content.sections["titles"]
    assert (
        held[-1]["name"] == last.title.name
        and held[-1]["obtained_on"] == "2025-12-29"
        and held[-1]["body"] == last.committee.name
    )


def test_a_first_declaration_and_drafts_never_handed_in_bring_nothing(world, make, as_):
    last, _account, begin = world
    last.submitted_at = None
    assert begin().content.carried == []
    assert carry.last_filed(as_(make.account(roles.APPLICANT)), last) is None


@pytest.mark.parametrize(
    ("size", "accepted"), [((413, 579), True), ((579, 413), False), ((100, 140), False), ((600, 600), False)]
)
def test_the_photo_is_upright_like_a_passport_photo(world, as_, size, accepted):
    _last, account, begin = world
    declaration, uow = begin(), as_(account)
    if accepted:
        assert submission.attach(uow, declaration, "photo", drawing(size), "照片.png")
        with pytest.raises(Refused, match="最多上传 1 件"):
            submission.attach(uow, declaration, "photo", drawing((420, 588)), "照片2.png")
    else:
        with pytest.raises(Refused, match=f"{size[0]}×{size[1]} 像素，不是竖版二寸照") as refused:
            submission.attach(uow, declaration, "photo", drawing(size), "照片.png")
        assert "photo" in refused.value.fields
