"""《专业技术职称评审表》 prints what offices have signed: the newest card, and the newest opinion of each office."""

from __future__ import annotations

from datetime import date, datetime

from models.declarations.declaration import DeclarationState as S
from models.declarations.filed_names import FiledNames
from models.declarations.liability import LiabilityCard, LiabilityCheck
from models.declarations.opinion import Opinion, OpinionResult
from tests.reports.test_paper import packed, text_of
from workflow.base import roles as r
from workflow.declarations import content


def test_the_form_prints_the_newest_of_each_office_and_the_names_of_the_day_of_filing(make, browser, session):
    city = make.organisation(kind="city", name="现名人社局")
    declaration = make.declaration(state=S.AT_COMMITTEE, route=(city,), position=2)
    key = declaration.id
    for day, who in ((6, "先签的人"), (9, "后签的人")):
        check = LiabilityCheck(
            item="papers", wording="论文、论著检索核实", checker_name=who, checked_on=date(2026, 5, day)
        )
        session.add(
            LiabilityCard(
                declaration_id=key,
                signed_at=datetime(2026, 5, day),
                signed_by=who,
                organisation_name="单位",
                checks=[check],
                content_hash=declaration.content_hash,
            )
        )
    said = {"declaration_id": key, "handler_name": "李审", "head_name": "赵总", "office_name": "当日名称人社局"}
    said["content_hash"] = declaration.content_hash
    for n, words in enumerate(("第一次意见", "退回后的意见"), 1):
        session.add(
            Opinion(
                **said,
                position=1,
                organisation_id=city.id,
                result=OpinionResult.APPROVED,
                words=words,
                given_at=datetime(2026, 5, 10 + n),
            )
        )
    names = {"series": "当年系列", "title": "当年职称", "specialty": "当年专业", "unit": "当年单位名称"}
    session.add(FiledNames(declaration_id=key, filed_at=datetime(2026, 5, 5), **names))
    applicant = browser(make.account(r.APPLICANT, person_id=declaration.person_id))
    printed = text_of(applicant.get(f"/declare/{key}/form.pdf").data)
    for words in ("后签的人", "属实", "退回后的意见", "李审", "赵总", "当日名称人社局", *names.values()):
        assert words in printed, words
    for words in ("先签的人", "第一次意见", "现名人社局", declaration.unit.name):
        assert words not in printed, words


def test_the_form_asks_only_what_applies_and_says_a_result_and_not_a_state(make, browser, session):
    bureau = make.organisation(kind="bureau", name="省住建厅")
    declaration = make.declaration(state=S.REPORTED, route=(bureau,), position=2, voted_on=date(2026, 5, 20))
    applicant = browser(make.account(r.APPLICANT, person_id=declaration.person_id))
    printed = packed(text_of(applicant.get(f"/declare/{declaration.id}/form.pdf").data))
    assert "意见：通过" in printed and "2026年5月20日" in printed and f"{declaration.committee.name}（组建" in printed
    assert f"{declaration.unit.name}（单位盖章）" in printed and "省住建厅（盖章）" in printed
    for words in (S.REPORTED.label, "破格类别", "绿色通道依据", "委托函文号"):
        assert packed(words) not in printed, words


def test_a_case_that_no_committee_decides_has_no_box_of_one(make, browser):
    city = make.organisation(kind="city")
    declaration = make.declaration(state=S.UNDER_AUDIT, route=(city,), way="initial", level="assistant")
    applicant = browser(make.account(r.APPLICANT, person_id=declaration.person_id))
    printed = packed(text_of(applicant.get(f"/declare/{declaration.id}/form.pdf").data))
    assert "主管部门或市州形式审查及呈报意见" in printed
    assert "评审结果" not in printed and "评委会日常办事机构" not in printed


def test_each_office_of_the_way_has_a_box_on_the_opinion_sheet(make, browser, session):
    """In the order of the route, its newest opinion on what is declared; who has said nothing signs by hand."""
    district, city = make.organisation("district", name="岳麓区人社局"), make.organisation("city", name="长沙市人社局")
    case = make.declaration(state=S.UNDER_AUDIT, route=(district, city), position=1)
    for stop in case.route[:2]:
        stop.reached_at = datetime(2026, 5, 11, 9)
    session.flush()
    for n, (words, when) in enumerate((("早先的意见", "0" * 64), ("现在的意见", content.digest(session, case))), 1):
        session.add(
            Opinion(
                declaration_id=case.id, handler_name="李审", head_name="赵总", office_name="当日岳麓区人社局",
                position=1, organisation_id=district.id, result=OpinionResult.APPROVED, words=words,
                given_at=datetime(2026, 5, 10 + n), content_hash=when,
            )
        )  # fmt: skip
    session.flush()
    reader = browser(make.account(r.DISTRICT_OFFICER, organisation_id=district.id))
    printed = packed(text_of(reader.get(f"/declaration/{case.id}/opinions.pdf").data))
    boxes = [
        packed(words)
        for words in (case.unit.name, "现在的意见", "当日岳麓区人社局", "长沙市人社局", case.committee.name)
    ]
    assert sorted(boxes, key=printed.rindex) == boxes
    assert packed("早先的意见") not in printed and "under_audit" not in printed and packed("待主管") not in printed
    applicant = browser(make.account(r.APPLICANT, person_id=case.person_id))
    assert applicant.get(f"/declaration/{case.id}/opinions.pdf").status_code == 404
