"""破格推荐: two holders of 正高 with certificates that are true today, asked and answering themselves."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from models.accounts.account import Account
from models.awards.truth import CertificateTruth, TruthState
from models.declarations.declaration import DeclarationMode
from models.declarations.declaration import DeclarationState as D
from models.declarations.endorsement import EndorsementState as S
from models.declarations.material import Material, StoredFile
from models.office.notice import Notice
from models.paths.path import Way
from workflow.base import policy, roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations import checklist, eligibility, endorsement
from workflow.declarations.endorsement import ENDORSEMENT

NOON = datetime(2026, 5, 20, 12, 0)


def holder(make, declaration, n, **given):
    """Somebody with a 正高 certificate of the series."""
    person = given.pop("person", None) or make.person()
    facts = dict(series_name=declaration.series.name, title_name="正高级工程师", level_name="正高级")
    return make.certificate(
        f"A0826100000000{n:04d}", make.declaration(person=person, state=D.REPORTED), **facts | given
    )


def recommended(make, declaration, count):
    """So many have answered yes."""
    from models.declarations.endorsement import Endorsement

    for n in range(1, count + 1):
        held = holder(make, declaration, n)
        make._add(
            Endorsement,
            {},
            declaration=declaration,
            person_id=held.person_id,
            certificate_number=held.number,
            asked_at=NOON,
            answered_at=NOON,
            state=S.GIVEN,
        )


@pytest.fixture
def case(make, as_):
    """An exceptional draft, its applicant, and how he asks and others answer."""

    class Case:
        declaration = make.declaration(mode=DeclarationMode.EXCEPTIONAL, way=Way.REVIEW, state=D.DRAFT, position=-1)
        applicant = make.account(roles.APPLICANT, person_id=declaration.person_id)

        def ask(self, held, **given):
            facts = {"number": held.number, "name": held.holder_name} | given
            return endorsement.ask(as_(self.applicant, NOON), **facts)

        def answer(self, asked, verb="give", person=None):
            key = person or asked.person_id
            held = make.session.scalar(select(Account).where(Account.person_id == key))
            account = held or make.account(roles.APPLICANT, person_id=key)
            return ENDORSEMENT.perform(as_(account, NOON), asked, verb, words="业绩突出，同意推荐")

    made = Case()
    made.declaration.content.sections = {"declaring": {"exception_basis": "国家级表彰"}}
    return made


def missing(case, as_):
    uow = as_(case.applicant, NOON)
    return [finding.sentence for finding in eligibility.exception_founded(uow, case.declaration)]


def test_two_are_asked_by_message_and_answer_themselves(case, make, as_, session):
    for n in (1, 2):
        asked = case.ask(holder(make, case.declaration, n))
        notice = session.scalar(select(Notice).where(Notice.person_id == asked.person_id))
        assert "破格推荐" in notice.text and missing(case, as_)
        case.answer(asked)
        assert (asked.state, asked.answered_at, asked.words) == (S.GIVEN, NOON, "业绩突出，同意推荐")
    assert missing(case, as_) == []


def test_who_holds_an_older_certificate_recommends_on_paper_and_somebody_has_to_look(case, make, as_):
    """No former certificate is in the register: a signed 推荐书 for each, checked by unit and committee."""
    case.answer(case.ask(holder(make, case.declaration, 1)))
    assert "推荐书 0 份" in missing(case, as_)[0] and "逐人上传签名的推荐书" in missing(case, as_)[0]
    facts = dict(key="a" * 32, sha256="b" * 64, name="推荐书.pdf", media_type="application/pdf", size=9, owner_id=1)
    stored = make._add(StoredFile, {}, **facts, owner_kind="declaration", uploaded_at=NOON, uploaded_by=1)
    make._add(Material, {}, declaration_id=case.declaration.id, kind="recommendation", file=stored)
    assert missing(case, as_) == []
    case.declaration.state = D.UNDER_AUDIT
    told = list(checklist.recommended_on_paper(as_(case.applicant, NOON), case.declaration))
    assert [(check.tone, "推荐书 1 份" in check.sentence) for check in told] == [(checklist.LOOK, True)]


def test_an_answer_no_counts_for_nothing_and_another_may_be_asked(case, make, as_):
    asked = case.ask(holder(make, case.declaration, 1))
    case.answer(asked, "decline")
    assert asked.state == S.DECLINED and "现有 0 名" in missing(case, as_)[0]
    with pytest.raises(NotNow):
        case.answer(asked)
    case.ask(holder(make, case.declaration, 2))


def test_nobody_answers_for_another(case, make):
    asked = case.ask(holder(make, case.declaration, 1))
    for person in (case.declaration.person_id, make.person().id):
        with pytest.raises(Refused, match="只有受邀的推荐人本人"):
            case.answer(asked, person=person)
    assert asked.state == S.ASKED


@pytest.mark.parametrize(
    "given, asked",
    [
        ({"level_name": "副高级"}, {}),
        ({"series_name": "卫生技术人员"}, {}),
        ({}, {"name": "别人"}),
        ({}, {"number": "A08261000000009999"}),
        ({}, {"number": ""}),
    ],
)
def test_whoever_holds_no_such_title_is_refused_with_one_sentence(case, make, given, asked):
    with pytest.raises(Refused, match="没有查到与编号、姓名都相符"):
        case.ask(holder(make, case.declaration, 1, **given), **asked)


def test_a_title_that_is_taken_away_recommends_nobody_any_more(case, make, as_, session):
    held = holder(make, case.declaration, 1)
    asked = case.ask(held)
    row = session.scalar(select(CertificateTruth).where(CertificateTruth.number == held.number))
    row.state = TruthState.REVOKED
    session.flush()
    with pytest.raises(Refused, match="现已无效"):
        case.answer(asked)
    row.state = TruthState.VALID
    session.flush()
    case.answer(asked)
    row.state = TruthState.REVOKED
    session.flush()
    assert "现有 0 名" in missing(case, as_)[0]


def test_neither_oneself_nor_one_person_twice(case, make):
    own = holder(make, case.declaration, 1, person=case.declaration.person)
    with pytest.raises(Refused, match="不能是申报人本人"):
        case.ask(own)
    other = holder(make, case.declaration, 2)
    case.ask(other)
    with pytest.raises(Refused, match="已经受邀"):
        case.ask(other)


def test_only_for_an_exceptional_declaration_that_is_open(case, make):
    held = holder(make, case.declaration, 1)
    asked = case.ask(held)
    case.declaration.state = D.SUBMITTED
    with pytest.raises(Refused, match="推荐不能再变"):
        case.answer(asked)
    case.declaration.state, case.declaration.mode = D.DRAFT, DeclarationMode.NORMAL
    with pytest.raises(Refused, match="只有填报中或退回中的破格申报"):
        case.ask(holder(make, case.declaration, 2))


def test_whoever_has_nothing_to_do_with_it_does_not_see_it(case, make, session):
    asked = case.ask(holder(make, case.declaration, 1))
    seen = {
        account: set(session.scalars(policy.visible(account, type(asked))))
        for account in (
            case.applicant,
            make.account(roles.APPLICANT, person_id=asked.person_id),
            make.account(roles.APPLICANT, person=make.person()),
            make.account(roles.UNIT_OFFICER, organisation_id=case.declaration.unit_id),
        )
    }
    assert list(seen.values()) == [{asked}, {asked}, set(), set()]


def test_only_an_applicant_asks(case, make, as_):
    with pytest.raises(NotYou):
        endorsement.ask(as_(make.account(roles.UNIT_OFFICER), NOON), number="x", name="y")


def test_names_of_former_editions_stay_readable_as_what_they_were(case, as_, session):
    """Typed before, they stand in what was handed in: shown with that word, kept when the section is saved again."""
    from views.declarations.filled import sections_of
    from workflow.declarations import submission

    typed = {"recommender_1": "甲，省设计院，正高级工程师", "recommender_2": "乙，省建科院，正高级工程师"}
    case.declaration.content.sections = {"declaring": {"exception_basis": "国家级表彰", **typed}}
    session.flush()

    def shown():
        return dict(next(s for s in sections_of(case.declaration) if s.key == "declaring").facts)

    told = {label: words for label, words in shown().items() if label.startswith("推荐专家")}
    assert list(told.values()) == list(typed.values()) and all("不作为推荐" in label for label in told)
    submission.save_section(as_(case.applicant, NOON), case.declaration, "declaring", {"exception_basis": "省级表彰"})
    session.flush()
    assert typed.items() <= case.declaration.content.sections["declaring"].items() and typed["recommender_1"] in str(
        shown()
    )
    assert missing(case, as_), "and they recommend nobody"
