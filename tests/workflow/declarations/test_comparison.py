"""纸质材料, 线上线下比对 and 核验: received once, compared file by file at every office, degrees checked by auditors
only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.declarations.comparison import Comparison, StubComparison
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.declarations.paper_stub import PaperStub
from models.office.trail import TrailEntry
from models.register.organisation import NodeKind
from tests.conftest import NOON
from tests.hands import both, head_beside
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.trail import leave_trail
from workflow.declarations import comparison, degree_check, paper_desk, submission
from workflow.declarations.checklist import checks
from workflow.declarations.declaration import DECLARATION
from workflow.forms import form
from workflow.storage import files

RECEIPT = {"received_on": NOON.date(), "place": "3 号柜"}
OPINION = {"opinion": "同意"}
APPROVAL = OPINION | {"publicity_checked": True, "consistency": "same"}
DEGREE = {
    "study": "全日制",
    "education": "大学本科毕业",
    "degree": "学士",
    "school": "湖南大学",
    "major": "土木工程",
    "certificate": "10532",
    "graduated_on": "2012-06",
}


@pytest.fixture
def case(make, as_, session, file_store):
    """A declaration of two files under audit at a district below a city; the officers of both, and the committee's
    office."""
    district, city = make.organisation(NodeKind.DISTRICT), make.organisation(NodeKind.CITY)
    declaration = make.declaration(S.UNDER_AUDIT, position=1, route=[district, city])
    declaration.content.sections = {"education": [DEGREE]}
    officers = [
        make.account(role, organisation=place)
        for role, place in ((roles.DISTRICT_OFFICER, district), (roles.CITY_OFFICER, city))
    ]
    office = make.account(roles.COMMITTEE_OFFICE, committee=declaration.committee)
    for officer in (*officers, office):
        head_beside(officer)
    for n, kind in enumerate(("education", "title")):
        stored = files.store(as_(officers[0]), drawing((9, 9 + n)), f"{kind}.png", owner=declaration, purpose=kind)
        session.add(Material(declaration_id=declaration.id, kind=kind, file=stored))
    session.flush()
    make.as_handed_in(declaration)
    return declaration, officers, office


def same(uow, declaration, result="same", note=""):
    return {f.material.id: (result, note) for f in comparison.files_of(uow, declaration)}


def test_paper_is_entered_by_the_office_that_holds_the_case(case, as_, make):
    declaration, (district, city), office = case
    for stranger in (city, office):
        with pytest.raises(Refused):
            DECLARATION.perform(as_(stranger), declaration, "receive_paper", **RECEIPT)
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    assert (declaration.paper_received_on, declaration.paper_by, declaration.paper_place) == (
        NOON.date(),
        district.full_name,
        "3 号柜",
    )
    assert any("纸质材料已于" in line.sentence for line in checks(uow, declaration))


def test_who_takes_the_paper_in_is_a_colleague_who_is_picked_and_never_the_applicant(case, as_, make):
    declaration, (district, city), _office = case
    window = make.account(roles.DISTRICT_OFFICER, organisation_id=district.organisation_id)
    himself = make.account(
        roles.DISTRICT_OFFICER, organisation_id=district.organisation_id, person_id=declaration.person_id
    )
    for given, why in ((city.id, "本单位的在用账号"), ("周静", "本单位的在用账号"), (himself.id, "不能是申报人本人")):
        with pytest.raises(Refused, match=why) as refused:
            DECLARATION.perform(as_(district), declaration, "receive_paper", **RECEIPT | {"received_by": str(given)})
        assert set(refused.value.fields) == {"received_by"}
    DECLARATION.perform(as_(district), declaration, "receive_paper", **RECEIPT | {"received_by": str(window.id)})
    assert (declaration.paper_by, declaration.paper_by_id) == (window.full_name, window.id)


def test_paper_cannot_come_tomorrow_nor_before_the_declaration(case, as_):
    declaration, (district, _city), _office = case
    declaration.submitted_at = NOON - timedelta(days=3)
    for day, word in ((NOON.date() + timedelta(days=1), "尚未到来"), (date(2026, 5, 1), "早于提交")):
        with pytest.raises(Refused, match=word) as refused:
            DECLARATION.perform(as_(district), declaration, "receive_paper", **RECEIPT | {"received_on": day})
        assert "received_on" in refused.value.fields
    assert declaration.paper_received_on is None


def test_the_committees_office_enters_paper_once_the_case_has_arrived(case, as_):
    declaration, _officers, office = case
    declaration.state, declaration.position, declaration.reached_committee_at = S.QUALIFIED, 3, NOON
    DECLARATION.perform(as_(office), declaration, "receive_paper", **RECEIPT)
    assert declaration.paper_place == "3 号柜"


def test_without_paper_nothing_is_compared_and_nothing_is_held_up(case, as_):
    declaration, (district, _city), _office = case
    uow = as_(district)
    with pytest.raises(Refused, match="登记纸质材料"):
        paper_desk.compare(uow, declaration, same(uow, declaration))
    with pytest.raises(Refused, match="登记纸质材料") as refused:
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    assert set(refused.value.fields) == {"consistency"}, "一致 needs the paper"
    DECLARATION.perform(uow, declaration, "approve", **APPROVAL | {"consistency": "pending"})
    assert declaration.position == 2


def test_the_last_to_look_needs_the_paper_before_him(case, as_):
    declaration, _officers, office = case
    declaration.state, declaration.position, declaration.reached_committee_at = S.AT_COMMITTEE, 3, NOON
    for said in ("same", "corrected", "pending"):
        with pytest.raises(Refused, match="登记纸质材料"):
            DECLARATION.perform(as_(office), declaration, "qualify", **OPINION, consistency=said)
    assert DECLARATION["qualify"].asks[1].options(as_(office), declaration) == ()


def test_with_paper_not_yet_is_no_answer(case, as_, session):
    declaration, (district, _city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, same(uow, declaration))
    session.flush()
    with pytest.raises(Refused, match="核验与比对"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL | {"consistency": "pending"})


def test_with_paper_the_case_passes_only_when_every_file_is_compared_and_none_differs(case, as_):
    declaration, (district, _city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    with pytest.raises(Refused, match="还有 2 件材料未比对"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    first, second = same(uow, declaration)
    paper_desk.compare(uow, declaration, {first: ("same", ""), second: ("differs", "纸质证书编号不清")})
    uow.session.flush()
    with pytest.raises(Refused, match=r"title\.png.*不一致"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    paper_desk.compare(uow, declaration, {second: ("corrected", "已补交清晰复印件")})
    uow.session.flush()
    with pytest.raises(Refused, match="不能登记为“一致”"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    DECLARATION.perform(
        uow, declaration, "approve", **APPROVAL | {"consistency": "corrected", "consistency_note": "已更正"}
    )
    assert declaration.position == 2


def test_the_next_office_sees_what_was_found_and_compares_for_itself(case, as_, session):
    declaration, (district, city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, same(uow, declaration))
    session.flush()
    DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    above = as_(city)
    assert all(len(f.found) == 1 and f.here is None for f in comparison.files_of(above, declaration))
    with pytest.raises(Refused, match="未比对"):
        DECLARATION.perform(above, declaration, "approve", **APPROVAL)
    paper_desk.compare(above, declaration, same(above, declaration))
    session.flush()
    assert [c.position for c in session.scalars(select(Comparison).order_by(Comparison.id))] == [1, 1, 2, 2]


def test_the_committees_office_compares_before_qualifying(case, as_, session):
    declaration, _officers, office = case
    declaration.state, declaration.position, declaration.reached_committee_at = S.AT_COMMITTEE, 3, NOON
    uow = as_(office)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    with pytest.raises(Refused, match="未比对"):
        DECLARATION.perform(uow, declaration, "qualify", **OPINION, consistency="same")
    paper_desk.compare(uow, declaration, same(uow, declaration))
    session.flush()
    both(as_, office, declaration, "qualify", **OPINION, consistency="same")
    assert declaration.state == S.QUALIFIED


def test_a_difference_without_explanation_and_a_strange_file_are_refused_at_their_fields(case, as_, make):
    declaration, (district, _city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    first, second = same(uow, declaration)
    with pytest.raises(Refused) as refused:
        paper_desk.compare(uow, declaration, {first: ("differs", " "), second: ("perhaps", ""), 999999: ("same", "")})
    assert set(refused.value.fields) == {f"note-{first}", f"file-{second}", "file-999999"}
    assert all(f.here is None for f in comparison.files_of(uow, declaration))


def test_the_comparison_leaves_its_trail_once(case, as_, session):
    declaration, (district, _city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    for _time in range(2):
        paper_desk.compare(uow, declaration, same(uow, declaration))
        session.flush()
    leave_trail(uow)
    told = session.scalars(select(TrailEntry).where(TrailEntry.verb == "compare")).all()
    assert len(told) == 1 and told[0].facts["items"] == ["education.png：一致", "title.png：一致"]


def test_a_file_taken_out_takes_its_comparison_along(case, as_, make, session):
    declaration, (district, _city), _office = case
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, same(uow, declaration))
    session.flush()
    declaration.state, declaration.position = S.RETURNED, -1
    owner = as_(make.account(roles.APPLICANT, person=declaration.person))
    submission.detach(owner, declaration, session.scalars(select(Material).order_by(Material.id)).first())
    session.flush()
    assert len(session.scalars(select(Comparison)).all()) == 1


def test_degrees_are_checked_by_auditors_and_a_changed_row_counts_as_unchecked(case, as_):
    declaration, (district, city), _office = case
    assert all(field.key != "checked" for field in form.form().section("education").fields)
    (degree,) = degree_check.degrees_of(declaration)
    assert degree.told == "未核验"
    with pytest.raises(Refused):
        paper_desk.check_degrees(as_(city), declaration, {degree.key: "学信网已核验"})
    paper_desk.check_degrees(as_(district), declaration, {degree.key: "学信网已核验"})
    (found,) = degree_check.degrees_of(declaration)
    assert found.status == "学信网已核验" and district.desk in found.told and "2026-05-20" in found.told
    with pytest.raises(Refused, match="核验状态无效"):
        paper_desk.check_degrees(as_(district), declaration, {degree.key: "看过了"})
    declaration.content.sections = {"education": [DEGREE | {"school": "中南大学"}]}
    assert degree_check.degrees_of(declaration)[0].told == "未核验"


def test_a_degree_found_untrue_is_not_passed_on_nor_qualified_until_it_is_found_right(case, as_, session):
    """核验不符 stops (118号 四(二)1、四(四)): it goes back, or whoever looks anew says what he found."""
    declaration, (district, _city), office = case
    uow = as_(district)
    (degree,) = degree_check.degrees_of(declaration)
    paper_desk.check_degrees(uow, declaration, {degree.key: "核验不符"})
    with pytest.raises(Refused, match=r"湖南大学.*核验不符.*退回"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL | {"consistency": "pending"})
    assert DECLARATION.refusal(uow, declaration, DECLARATION["send_back"]) is None
    paper_desk.check_degrees(uow, declaration, {degree.key: "档案已核验"})
    DECLARATION.perform(uow, declaration, "approve", **APPROVAL | {"consistency": "pending"})
    declaration.state, declaration.position, declaration.reached_committee_at = S.AT_COMMITTEE, 3, NOON
    paper_desk.check_degrees(as_(office), declaration, {degree.key: "核验不符"})
    refused = DECLARATION.refusal(as_(office), declaration, DECLARATION["qualify"])
    assert refused is not None and "尚未登记收到纸质材料" in refused.sentence
    DECLARATION.perform(as_(office), declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(as_(office), declaration, same(as_(office), declaration))
    session.flush()
    refused = DECLARATION.refusal(as_(office), declaration, DECLARATION["qualify"])
    assert refused is not None and "核验不符" in refused.sentence


@pytest.fixture
def secret(case, make, session):
    """The same declaration with secret parts: two files lie on paper only and are known by their stubs."""
    declaration, officers, office = case
    declaration.secret = True
    stubs = [
        make._add(PaperStub, {}, declaration_id=declaration.id, kind="achievement", name=f"某专项报告（{n}）",
                  reference=f"密-2026-{n}", pages=12, registered_at=NOON)
        for n in (1, 2)
    ]  # fmt: skip
    make.as_handed_in(declaration)
    return declaration, officers, office, stubs


def all_same(uow, declaration):
    files, stubs = comparison.files_of(uow, declaration), comparison.stubs_of(uow, declaration)
    return [{one.item.id: ("same", "") for one in items} for items in (files, stubs)]


def test_a_paper_only_stub_is_looked_for_in_the_registered_paper(secret, as_, session):
    """A stub is an item: with every file compared and the stubs not, nothing passes."""
    declaration, (district, _city), _office, _stubs = secret
    uow = as_(district)
    with pytest.raises(Refused, match="登记纸质材料"):
        paper_desk.compare(uow, declaration, *all_same(uow, declaration))
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, same(uow, declaration))
    session.flush()
    with pytest.raises(Refused, match="还有 2 件材料未比对"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    assert comparison.overall(uow, declaration) == ""
    paper_desk.compare(uow, declaration, *all_same(uow, declaration))
    session.flush()
    assert "一致 4 件" in " ".join(line.sentence for line in checks(uow, declaration))
    DECLARATION.perform(uow, declaration, "approve", **APPROVAL)
    assert declaration.position == 2


def test_a_stub_that_is_not_among_the_paper_holds_the_case_and_is_named(secret, as_, session):
    declaration, (district, _city), _office, (first, second) = secret
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    with pytest.raises(Refused, match="须写明原因") as refused:
        paper_desk.compare(uow, declaration, {}, {first.id: ("differs", "")})
    assert set(refused.value.fields) == {f"note-stub-{first.id}"}
    files, stubs = all_same(uow, declaration)
    paper_desk.compare(uow, declaration, files, stubs | {second.id: ("differs", "缺 3 页")})
    session.flush()
    with pytest.raises(Refused, match=r"某专项报告（2）.*不一致"):
        DECLARATION.perform(uow, declaration, "approve", **APPROVAL)


def test_each_office_looks_for_the_stubs_itself_and_of_what_is_declared_now(secret, as_, session, make):
    declaration, (district, city), _office, stubs = secret
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, *all_same(uow, declaration))
    session.flush()
    assert all(one.here for one in comparison.stubs_of(uow, declaration))
    stubs[0].pages = 13
    session.flush()
    assert not any(one.here for one in comparison.items_of(uow, declaration)), "pages are part of what is declared"
    stubs[0].pages = 12
    declaration.position = 2
    session.flush()
    assert [len(one.found) for one in comparison.stubs_of(as_(city), declaration)] == [1, 1]
    assert not any(one.here for one in comparison.stubs_of(as_(city), declaration))


def test_a_stub_that_is_taken_out_takes_its_findings_along(secret, as_, session):
    declaration, (district, _city), _office, stubs = secret
    uow = as_(district)
    DECLARATION.perform(uow, declaration, "receive_paper", **RECEIPT)
    paper_desk.compare(uow, declaration, *all_same(uow, declaration))
    session.flush()
    session.delete(stubs[0])
    session.flush()
    assert [row.stub_id for row in session.scalars(select(StubComparison))] == [stubs[1].id]
