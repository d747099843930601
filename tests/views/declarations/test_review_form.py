"""《专业技术职称评审表》 prints what offices have signed: the newest card, and the newest opinion of each office."""

from __future__ import annotations

from datetime import date, datetime

from models.declarations.declaration import DeclarationState as S
from models.declarations.filed_names import FiledNames
from models.declarations.liability import LiabilityCard, LiabilityCheck
from models.declarations.opinion import Opinion, OpinionResult
from tests.reports.test_paper import text_of
from workflow.base import roles as r


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
