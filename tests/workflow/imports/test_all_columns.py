"""Every import with all its columns filled: written, and the same table again changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from stdnum.cn import ric

from models.committees.committee import CommitteeLevel
from models.committees.expert import Expert
from models.declarations.quota import Quota
from models.imports.import_batch import ImportState as S
from models.jobs.job import JobState
from models.register.organisation import NodeKind, Organisation
from tests.workflow.imports.test_import_batch import (  # noqa: F401  (fixtures)
    codes,
    config,
    counts,
    do,
    faults,
    jobs_here,
    upload,
)
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt
from workflow.committees import expert as experts
from workflow.imports.kinds import KINDS, kind_of
from workflow.imports.kinds.quota import QuotaImport

# ruff: noqa: F811


def row_of(table, /, **given):
    """A row with every column of the kind, by the names of its fields."""
    names = {f.name: f.label for f in kind_of(table).fields}
    assert given.keys() == names.keys(), given.keys() ^ names.keys()
    return {names[name]: text for name, text in given.items()}


class Tables:
    """For each kind: who sends it, the row, the choices."""

    def __init__(self, make, codes):
        self.make, self.codes = make, codes
        self.series = make.series("工程系列甲")
        self.specialty = make.specialty(series=self.series)
        self.hrss = make.account(roles.HRSS_CONFIG)

    def acceptance(self):
        city = self.make.organisation(NodeKind.CITY)
        row = row_of(
            "acceptance", organisation=city.code, node_kind=NodeKind.CITY.label, region_code=city.region_code,
            publicity_required="是", contact="张三", telephone="0731-1", instructions="先咨询\n再申报",
        )  # fmt: skip
        return self.hrss, row, {"level": "assistant", "way": "initial"}

    def committee(self):
        unit = self.make.organisation()
        row = row_of(
            "committee", name="甲评委会", level="高级", kind="普通", host="省级", series=self.series.name,
            region_code="430000", account_name="jiapwh", valid_from="2026-01-01", valid_to="2028-12-31",
            by_specialty="是", size="25", size_exception="", specialties=self.specialty.code, offices=unit.code,
        )  # fmt: skip
        for name in ("kind", "host"):
            field = next(f for f in kind_of("committee").fields if f.name == name)
            row[field.label] = next(iter(field.enum)).label
        return self.hrss, row, {}

    def expert(self):
        committee = self.make.committee(series=self.series, level=CommitteeLevel.SENIOR)
        number = "43010219700101121" + ric.calc_check_digit("430102197001011210")
        row = row_of(
            "expert", name="李一评", id_kind="居民身份证", id_number=number, phone="13900000001",
            unit=self.make.organisation().code, specialty=self.specialty.code, level="正高级", title="正高级工程师",
        )  # fmt: skip
        return self.make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id), row, {}

    def organisation(self):
        above = self.make.organisation(NodeKind.CITY)
        row = row_of(
            "organisation", code=self.codes[0], name="长沙一院", kind=NodeKind.UNIT.label, nature="事业单位",
            region_code="430100", superior=above.code, file_holder="人才中心", contact="张三", telephone="0731-1",
            complaint_telephone="0731-2", grassroots="否",
        )  # fmt: skip
        return self.hrss, row, {}

    def quota(self):
        unit = self.make.organisation(nature="institution")
        row = row_of(
            "quota", level="副高级", specialty=self.specialty.code, establishment="长人社〔2025〕1号", posts="10",
            held="7", retiring="1", requested="3",
        )  # fmt: skip
        return self.make.account(roles.UNIT_OFFICER, organisation_id=unit.id), row, {"year": 2026}

    def account(self):
        row = row_of(
            "account", username="wang.wu", name="王五", organisation=self.make.organisation(NodeKind.CITY).code,
            committee=self.make.committee(series=self.series).name, position="经办人",
        )  # fmt: skip
        return self.make.account(roles.SYSTEM_ADMIN), row, {}

    def account_role(self):
        city = self.make.organisation(NodeKind.CITY)
        account = self.make.account(organisation=city, first_name="", last_name="王五")
        row = row_of("account_role", username=account.username.upper(), name="王 五", roles="市州人社经办人")
        return self.make.account(roles.SECURITY_ADMIN), row, {}

    def path_senior(self):
        return self.hrss, self._place(), {}

    def path_own(self):
        committee = self.make.committee(series=self.series, level=CommitteeLevel.SENIOR)
        return self.make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id), self._place(), {}

    def _place(self):
        unit = self.make.organisation(NodeKind.CITY)
        return row_of("path_senior", organisation=unit.code, node_kind=NodeKind.CITY.label, above="", fast_return="是",
                      inner_deadline="2026-06-30")  # fmt: skip


#: These only change what is there.
MAKES_NOTHING = {"account_role"}
#: The paths of the other levels are the same class with another tree.
TRIED = sorted(name for name in KINDS if hasattr(Tables, name))


def test_every_kind_is_tried():
    untried = {name for name in KINDS if not name.startswith("path_")} - set(TRIED)
    assert not untried


@pytest.mark.parametrize("kind", TRIED)
def test_a_row_with_every_column_is_written_and_the_same_again_changes_nothing(make, session, codes, upload, do, kind):
    actor, row, choices = getattr(Tables(make, codes), kind)()
    batch = upload(actor, kind, [row], choices)
    assert batch.state == S.PREVIEWED, batch.sentence
    assert counts(batch) == ((0, 1, 0, 0) if kind in MAKES_NOTHING else (1, 0, 0, 0)), faults(session, batch)
    assert do(actor, "commit", batch).state == S.COMMITTED, batch.sentence
    again = upload(actor, kind, [row], choices)
    assert counts(again) == (0, 0, 1, 0), faults(session, again)


def test_a_quota_of_a_specialty_is_one(make, session, codes, upload, do):
    tables = Tables(make, codes)
    actor, row, choices = tables.quota()
    do(actor, "commit", upload(actor, "quota", [row], choices))
    assert [q.specialty for q in session.scalars(select(Quota))] == [tables.specialty]


def test_a_crashed_import_says_so_on_its_page(make, session, codes, upload, browser, monkeypatch):
    """Its page once waited for ever."""
    actor, row, choices = Tables(make, codes).quota()

    def crash(*_given):
        raise TypeError("a fault of ours")

    monkeypatch.setattr(QuotaImport, "find", crash)
    batch = upload(actor, "quota", [row], choices)
    assert (batch.job.state, batch.state) == (JobState.FAILED, S.RECEIVED)
    page = browser(actor).get(f"/import/show/{batch.id}").get_data(as_text=True)
    assert batch.sentence in page and 'http-equiv="refresh"' not in page
    assert "重新办理" in page and "放弃" in page


def test_a_blank_superior_leaves_the_one_of_the_register(make, session, codes, upload, do):
    actor, row, _choices = Tables(make, codes).organisation()
    do(actor, "commit", upload(actor, "organisation", [row]))
    blank = row | {"上级单位统一信用代码": ""}
    assert counts(upload(actor, "organisation", [blank])) == (0, 0, 1, 0)
    batch = upload(actor, "organisation", [blank | {"联系人": "李四"}])
    assert counts(batch) == (0, 1, 0, 0), faults(session, batch)
    do(actor, "commit", batch)
    found = session.scalars(select(Organisation).filter_by(code=codes[0])).one()
    assert found.contact == "李四" and found.superior is not None


def test_a_committee_does_not_change_what_another_has_recommended(make, session, codes, upload, do):
    tables = Tables(make, codes)
    actor, row, _choices = tables.expert()
    do(actor, "commit", upload(actor, "expert", [row]))
    other = make.account(
        roles.COMMITTEE_OFFICE, committee_id=make.committee(series=tables.series, level=CommitteeLevel.SENIOR).id
    )
    batch = upload(other, "expert", [row | {"现任职称": "研究员"}])
    assert counts(batch) == (0, 0, 0, 1)
    assert "其他评委会" in next(iter(faults(session, batch)[2].values()))
    assert session.scalars(select(Expert)).one().title == "正高级工程师"
    mine = session.scalars(select(Expert)).one()
    said = {"unit": mine.unit, "level": mine.level, "title": "研究员"}
    with pytest.raises(Refused, match="其他评委会"):
        attempt(other, lambda uow: experts.amend(uow, session.get_one(Expert, mine.id), **said), session=session)
