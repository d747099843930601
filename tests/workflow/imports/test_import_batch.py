"""批量导入: looked at first, written at once or not at all, the same table twice changes nothing, and it can be taken
back."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import func, select
from stdnum.cn import ric

from models.committees.committee import Committee
from models.committees.expert import Expert
from models.declarations.quota import Quota
from models.imports.import_batch import ImportBatch, ImportMeaning, RowAction
from models.imports.import_batch import ImportState as S
from models.jobs.job import Job
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation
from reports import template
from tests import zoo
from workflow.accounts import accounts
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.unit_of_work import attempt
from workflow.imports import import_batch, import_rows
from workflow.imports.kinds import KINDS
from workflow.jobs import job as jobs
from workflow.jobs import work
from workflow.jobs.bell import Bell
from workflow.paths import path


@pytest.fixture(autouse=True)
def jobs_here(file_store, monkeypatch):
    """Long work is done at once, on this test's session."""
    monkeypatch.setattr(jobs, "_bell", None)


@pytest.fixture
def config(make):
    return make.account(roles.HRSS_CONFIG)


@pytest.fixture
def upload(session):
    """`upload(actor, kind, rows, choices)`: rows as dicts by heading; gives the batch when its job has ended."""

    def _upload(actor, kind, rows, choices=None, name="表.csv"):
        headings = list(dict.fromkeys(h for row in rows for h in row)) or KINDS[kind].headings
        text = io.StringIO()
        writer = csv.DictWriter(text, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
        data = text.getvalue().encode("utf-8-sig")
        key = attempt(actor, lambda uow: import_batch.begin(uow, kind, data, name, choices or {}).id, session=session)
        return session.get_one(ImportBatch, key)

    return _upload


@pytest.fixture
def do(session):
    """`do(actor, "commit", batch)`: a verb of the lifecycle."""

    def _do(actor, verb, batch):
        attempt(
            actor,
            lambda uow: import_batch.IMPORT.perform(uow, uow.session.get_one(ImportBatch, batch.id), verb),
            session=session,
        )
        session.expire_all()
        return batch

    return _do


ACCEPT = {"level": "assistant", "way": "initial"}


def offices(*organisations, **more):
    return [{"机构名称或统一信用代码": o.code if isinstance(o, Organisation) else o, **more} for o in organisations]


def counts(batch):
    return batch.fresh, batch.changed, batch.unchanged, batch.wrong


def faults(session, batch):
    return {row.number: row.faults for row in import_rows.stored(session, batch.id, (RowAction.WRONG,))}


def test_a_preview_writes_nothing_and_counts_what_would_succeed(make, session, config, upload):
    cities = [make.organisation(NodeKind.CITY) for _ in range(3)]
    batch = upload(config, "acceptance", offices(*cities, "没有这个机构"), ACCEPT)
    assert batch.state == S.PREVIEWED
    assert (batch.succeeds, batch.wrong) == (3, 1)
    assert session.scalars(select(AcceptanceOffice)).all() == []
    assert "没有这个机构" in faults(session, batch)[5]["organisation"]


def test_submitting_writes_the_successful_rows_and_only_those(make, session, config, upload, do):
    cities = [make.organisation(NodeKind.CITY) for _ in range(2)]
    batch = do(config, "commit", upload(config, "acceptance", offices(*cities, "不存在", 联系人="张三"), ACCEPT))
    assert batch.state == S.COMMITTED
    found = session.scalars(select(AcceptanceOffice)).all()
    assert {o.organisation_id for o in found} == {c.id for c in cities}
    assert {(o.way, o.level, o.contact, o.active) for o in found} == {("initial", "assistant", "张三", True)}


def test_the_same_table_twice_changes_nothing(make, session, config, upload, do):
    rows = offices(*[make.organisation(NodeKind.CITY) for _ in range(2)], 联系人="张三")
    do(config, "commit", upload(config, "acceptance", rows, ACCEPT))
    again = upload(config, "acceptance", rows, ACCEPT)
    assert counts(again) == (0, 0, 2, 0)
    with pytest.raises(Refused, match="无需提交"):
        do(config, "commit", again)


def test_a_changed_cell_is_shown_old_and_new_and_an_empty_one_leaves_as_it_is(make, session, config, upload, do):
    city = make.organisation(NodeKind.CITY)
    do(config, "commit", upload(config, "acceptance", offices(city, 联系人="张三", 联系电话="0731-1"), ACCEPT))
    batch = upload(config, "acceptance", offices(city, 联系人="李四", 联系电话=""), ACCEPT)
    assert counts(batch) == (0, 1, 0, 0)
    (row,) = import_rows.stored(session, batch.id)
    assert row.before["contact"] == "张三"
    do(config, "commit", batch)
    office = session.scalars(select(AcceptanceOffice)).one()
    assert (office.contact, office.telephone) == ("李四", "0731-1")


def test_undoing_deletes_what_was_new_and_restores_what_was_changed(make, session, config, upload, do):
    old, new = make.organisation(NodeKind.CITY), make.organisation(NodeKind.CITY)
    do(config, "commit", upload(config, "acceptance", offices(old, 联系人="张三"), ACCEPT))
    batch = do(config, "commit", upload(config, "acceptance", offices(old, new, 联系人="李四"), ACCEPT))
    assert counts(batch) == (1, 1, 0, 0)
    do(config, "undo", batch)
    assert batch.state == S.UNDONE
    office = session.scalars(select(AcceptanceOffice)).one()
    assert (office.organisation_id, office.contact) == (old.id, "张三")


def test_undoing_leaves_alone_what_somebody_has_touched_since_and_says_so_before(make, session, config, upload, do):
    touched, quiet = make.organisation(NodeKind.CITY, name="甲市人社局"), make.organisation(NodeKind.CITY)
    batch = do(config, "commit", upload(config, "acceptance", offices(touched, quiet), ACCEPT))
    session.scalars(select(AcceptanceOffice).filter_by(organisation_id=touched.id)).one().contact = "王五"
    session.flush()
    assert ["甲市人社局" in words for words in import_batch.touched_since(session, batch).values()] == [True]
    session.commit()
    do(config, "undo", batch)
    assert [o.organisation_id for o in session.scalars(select(AcceptanceOffice))] == [touched.id]
    assert "保留 1 条" in batch.sentence


def test_what_the_office_changed_between_preview_and_submitting_stops_the_whole_table(
    make, session, config, upload, do
):
    cities = [make.organisation(NodeKind.CITY) for _ in range(2)]
    batch = upload(config, "acceptance", offices(*cities), ACCEPT)
    cities[0].active = False
    session.commit()
    do(config, "commit", batch)
    assert batch.state == S.PREVIEWED
    assert session.scalars(select(AcceptanceOffice)).all() == []
    assert "没有写入任何数据" in batch.sentence
    assert counts(batch) == (1, 0, 0, 1)  # looked at again


def test_a_word_is_given_a_meaning_once_and_remembered_for_the_sender(make, session, config, upload):
    city = make.organisation(NodeKind.CITY)
    batch = upload(config, "acceptance", offices(city, 节点类型="市局"), ACCEPT)
    assert import_batch.unknown_words(session, batch) == [("node_kind", "市局", 1)]
    attempt(
        config,
        lambda uow: import_batch.interpret(uow, batch, {("node_kind", "市局"): NodeKind.CITY.label}),
        session=session,
    )
    session.expire_all()
    assert counts(batch) == (1, 0, 0, 0)
    assert session.scalars(select(ImportMeaning.meaning)).all() == [NodeKind.CITY.label]
    other = make.organisation(NodeKind.CITY)
    assert counts(upload(config, "acceptance", offices(other, 节点类型="市局"), ACCEPT)) == (1, 0, 0, 0)
    stranger = make.account(roles.HRSS_CONFIG)
    assert counts(upload(stranger, "acceptance", offices(other, 节点类型="市局"), ACCEPT)) == (0, 0, 0, 1)


def test_a_parent_may_stand_further_down_in_the_table(make, session, config, upload, do):
    city, bureau, school = (
        make.organisation(NodeKind.CITY),
        make.organisation(NodeKind.BUREAU),
        make.organisation(NodeKind.UNIT),
    )
    rows = [
        {"下级机构名称或统一信用代码": school.code, "上级机构名称或统一信用代码": bureau.code},
        {"下级机构名称或统一信用代码": bureau.code, "上级机构名称或统一信用代码": city.code},
        {"下级机构名称或统一信用代码": city.code, "上级机构名称或统一信用代码": ""},
    ]
    batch = do(config, "commit", upload(config, "path_senior", rows))
    assert counts(batch) == (3, 0, 0, 0)
    nodes = {n.organisation_id: n for n in session.scalars(select(PathNode))}
    assert nodes[school.id].parent is nodes[bureau.id]
    assert nodes[bureau.id].parent is nodes[city.id]
    assert {n.state for n in nodes.values()} == {NodeState.PENDING}


def test_a_parent_that_comes_nowhere_and_a_loop_are_told_at_the_cell(make, session, config, upload):
    one, two, gone = (make.organisation(NodeKind.BUREAU) for _ in range(3))
    rows = [
        {"下级机构名称或统一信用代码": one.code, "上级机构名称或统一信用代码": two.code},
        {"下级机构名称或统一信用代码": two.code, "上级机构名称或统一信用代码": one.code},
        {"下级机构名称或统一信用代码": gone.code, "上级机构名称或统一信用代码": gone.code},
    ]
    batch = upload(config, "path_senior", rows)
    assert counts(batch) == (0, 0, 0, 3)
    assert all("above" in fault for fault in faults(session, batch).values())


def test_a_path_that_is_imported_again_moves_to_its_new_parent(make, session, config, upload, do):
    city, bureau, school = (
        make.organisation(NodeKind.CITY),
        make.organisation(NodeKind.BUREAU),
        make.organisation(NodeKind.UNIT),
    )

    def rows(above):
        return [
            {"下级机构名称或统一信用代码": city.code, "上级机构名称或统一信用代码": ""},
            {"下级机构名称或统一信用代码": bureau.code, "上级机构名称或统一信用代码": city.code},
            {"下级机构名称或统一信用代码": school.code, "上级机构名称或统一信用代码": above.code},
        ]

    do(config, "commit", upload(config, "path_senior", rows(city)))
    batch = do(config, "commit", upload(config, "path_senior", rows(bureau)))
    assert counts(batch) == (0, 1, 2, 0)
    assert session.scalars(select(PathNode).filter_by(organisation_id=school.id)).one().parent.organisation is bureau
    do(config, "undo", batch)
    assert session.scalars(select(PathNode).filter_by(organisation_id=school.id)).one().parent.organisation is city


def test_a_place_that_was_confirmed_since_is_not_taken_back(make, session, config, upload, do):
    city = make.organisation(NodeKind.CITY)
    batch = do(config, "commit", upload(config, "path_senior", [{"下级机构名称或统一信用代码": city.code}]))
    officer = make.account(roles.CITY_OFFICER, organisation_id=city.id)
    session.commit()
    attempt(officer, lambda uow: path.confirm(uow, uow.session.scalars(select(PathNode)).one()), session=session)
    do(config, "undo", batch)
    assert session.scalars(select(PathNode)).one().state == NodeState.CONFIRMED


def test_a_committee_office_imports_below_its_own_committee_only(make, session, upload, do):
    committee = make.committee(level="senior")
    clerk = make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id)
    city = make.organisation(NodeKind.CITY)
    batch = do(clerk, "commit", upload(clerk, "path_own", [{"下级机构名称或统一信用代码": city.code}]))
    assert counts(batch) == (1, 0, 0, 0)
    node = session.scalars(select(PathNode)).one()
    assert (node.kind, node.committee_id) == (PathKind.SENIOR, committee.id)
    with pytest.raises(NotYou):
        upload(clerk, "path_senior", [{"下级机构名称或统一信用代码": city.code}])


def test_every_rule_of_a_committee_speaks_at_its_cell(make, session, config, upload):
    series = make.series().name
    row = {
        "评委会名称": "甲评委会",
        "级别": "高级",
        "职称系列": series,
        "评委会账号": "jpwh",
        "有效期起": "2026-01-01",
        "有效期止": "2028-12-31",
        "评委人数": "25",
    }
    rows = [
        row,
        row | {"评委会名称": "乙评委会", "评委会账号": "jpwh"},
        row | {"评委会名称": "丙评委会", "评委会账号": "b", "评委人数": "24"},
        row | {"评委会名称": "丁评委会", "评委会账号": "c", "有效期止": "2030-01-01"},
        row | {"评委会名称": "戊", "评委会账号": "d", "有效期起": "去年"},
        row | {"评委会名称": "", "评委会账号": "e"},
        row,
    ]
    batch = upload(config, "committee", rows)
    assert counts(batch) == (1, 0, 0, 6)
    found = faults(session, batch)
    assert "account_name" in found[3]
    assert "单数" in found[4]["size"]
    assert "令40号 第八条" in found[5]["valid_to"]
    assert "2026-09-28" in found[6]["valid_from"]
    assert "请填写" in found[7]["name"]
    assert "第 2 行重复" in found[8][""]
    assert session.scalars(select(Committee)).all() == []


def test_a_batch_is_for_who_uploaded_it(make, config, upload, do):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    with pytest.raises(Refused, match="本人"):
        do(make.account(roles.HRSS_CONFIG), "commit", batch)


def test_a_batch_that_is_given_up_keeps_no_rows(make, session, config, upload, do):
    batch = do(config, "discard", upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT))
    assert batch.state == S.DISCARDED
    assert list(import_rows.stored(session, batch.id)) == []


def test_a_table_that_cannot_be_read_ends_in_a_sentence(make, session, config):
    key = attempt(
        config,
        lambda uow: import_batch.begin(uow, "acceptance", b"PK\x03\x04 nothing", "a.xlsx", ACCEPT).id,
        session=session,
    )
    batch = session.get_one(ImportBatch, key)
    assert batch.state == S.UNREADABLE
    assert batch.sentence.endswith("。")


def test_a_choice_that_does_not_fit_is_refused_before_any_row_is_read(make, upload, config):
    with pytest.raises(Refused):
        upload(config, "path_senior", [{"下级机构名称或统一信用代码": "x"}], {"level": "assistant"})
    with pytest.raises(Refused, match="取得方式"):
        upload(config, "acceptance", offices("x"), {"level": "assistant"})


@pytest.fixture
def queued(tmp_path, monkeypatch):
    """Long work waits in a queue; nobody has come for it yet."""
    bell = Bell(f"sqlite:///{tmp_path}/queue.db")
    monkeypatch.setattr(jobs, "_bell", bell)
    monkeypatch.setattr(import_batch, "SHORT_ROWS", 0)
    monkeypatch.setattr(import_batch, "SHORT_BYTES", 0)
    yield bell
    bell.close()


def cancel(session, actor, batch):
    attempt(actor, lambda uow: jobs.JOB.perform(uow, uow.session.get_one(Job, batch.job_id), "cancel"), session=session)
    session.expire_all()


def test_a_run_that_was_taken_back_writes_nothing_and_the_next_one_writes_it_once(
    make, session, config, upload, do, queued
):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    assert batch.state == S.RECEIVED
    work.do(session, queued.next("short"))
    do(config, "commit", batch)
    with pytest.raises(Refused, match="正在办理"):
        do(config, "resume", batch)
    late = work.claim(session, queued.next("short"), "a" * 32)
    attempt(
        accounts.install_system_account(session),
        lambda uow: work.put_back(uow, uow.session.get_one(Job, batch.job_id)),
        session=session,
    )
    with pytest.raises(work.Lost):
        import_batch._write(late)
    assert session.scalars(select(AcceptanceOffice)).all() == []
    work.do(session, batch.job_id)
    session.expire_all()
    assert (batch.state, batch.job.state, batch.job.tries) == (S.COMMITTED, "done", 2)
    assert len(session.scalars(select(AcceptanceOffice)).all()) == 1


def test_a_cancelled_commit_waits_for_its_sender_and_can_be_submitted_again(make, session, config, upload, do, queued):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    work.do(session, queued.next("short"))
    do(config, "commit", batch)
    cancel(session, config, batch)
    assert (batch.state, batch.job.state) == (S.PREVIEWED, "cancelled")
    assert "已取消" in batch.sentence
    work.do(session, queued.next("short"))  # the number that still lay in the queue
    assert session.scalars(select(AcceptanceOffice)).all() == []
    do(config, "commit", batch)
    work.do(session, queued.next("short"))
    session.expire_all()
    assert batch.state == S.COMMITTED


def test_a_cancelled_undoing_leaves_the_batch_committed(make, session, config, upload, do, queued):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    work.do(session, queued.next("short"))
    do(config, "commit", batch)
    work.do(session, queued.next("short"))
    do(config, "undo", batch)
    cancel(session, config, batch)
    assert batch.state == S.COMMITTED
    assert len(session.scalars(select(AcceptanceOffice)).all()) == 1


def test_a_table_whose_reading_was_cancelled_is_looked_at_again_or_given_up(
    make, session, config, upload, do, queued, file_store
):
    rows = offices(make.organisation(NodeKind.CITY))
    first, second = upload(config, "acceptance", rows, ACCEPT), upload(config, "acceptance", rows, ACCEPT)
    with pytest.raises(Refused, match="正在办理"):
        do(config, "discard", first)
    cancel(session, config, first)
    cancel(session, config, second)
    do(config, "discard", first)
    assert first.state == S.DISCARDED
    do(config, "resume", second)  # the same table: its file is still there
    work.do(session, second.job_id)
    session.expire_all()
    assert (second.state, second.fresh) == (S.PREVIEWED, 1)
    assert not any(file_store.shelf.all("imports"))


def test_a_table_whose_file_is_gone_is_refused_and_never_empty(make, session, config, upload, queued, file_store):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    file_store.forget(f"imports/{batch.id}")
    work.do(session, batch.job_id)
    session.expire_all()
    assert batch.state == S.UNREADABLE
    assert "重新上传" in batch.sentence


def test_three_jobs_at_once_are_enough_for_an_account(make, session, config, queued):
    for _ in range(work.MOST_AT_ONCE):
        attempt(config, lambda uow: work.ask(uow, "import_read", "核对", batch=1), session=session)
    with pytest.raises(NotNow, match="后台任务"):
        attempt(config, lambda uow: work.ask(uow, "import_read", "核对", batch=1), session=session)


def units(make, *codes, **more):
    return [
        {"统一信用代码": code, "机构名称": f"长沙市第{n}中学", "节点类型": "用人单位", "行政区划": "430102"} | more
        for n, code in enumerate(codes, 1)
    ]


@pytest.fixture
def codes(make, session):
    """Credit codes that nobody has yet."""
    from stdnum.cn import uscc

    def code(n):
        body = f"1243010{n % 10}MB{n:07d}"[:17]
        return body + uscc.calc_check_digit(body)

    return [code(n) for n in range(1, 9)]


def test_units_come_with_their_superiors_in_any_order(make, session, config, upload, do, codes):
    rows = units(make, *codes[:3])
    rows[0]["上级单位统一信用代码"], rows[1]["上级单位统一信用代码"] = codes[1], codes[2]
    rows[2]["上级单位统一信用代码"] = ""
    batch = do(config, "commit", upload(config, "organisation", rows))
    assert (batch.state, counts(batch)) == (S.COMMITTED, (3, 0, 0, 0))
    found = {o.code: o for o in session.scalars(select(Organisation).where(Organisation.code.in_(codes)))}
    assert found[codes[0]].superior is found[codes[1]]
    assert found[codes[1]].superior is found[codes[2]]
    assert counts(upload(config, "organisation", rows)) == (0, 0, 3, 0)


def test_every_fault_of_a_unit_stands_at_its_cell(make, session, config, upload, codes):
    good = units(make, codes[0])[0]
    wrong = [
        good | {"统一信用代码": codes[1][:-1] + ("0" if codes[1][-1] != "0" else "1")},
        good | {"统一信用代码": codes[2], "行政区划": "广州市"},
        good | {"统一信用代码": codes[3], "节点类型": "学校"},
        good | {"统一信用代码": codes[4], "机构名称": ""},
        good | {"统一信用代码": codes[5], "上级单位统一信用代码": codes[7]},
        good | {"统一信用代码": codes[6], "上级单位统一信用代码": codes[6]},
        good,
    ]
    batch = upload(config, "organisation", [good | {"上级单位统一信用代码": ""}, *wrong])
    assert counts(batch) == (1, 0, 0, 7)
    found = faults(session, batch)
    assert [next(iter(found[n])) for n in range(3, 9)] == [
        "code",
        "region_code",
        "kind",
        "name",
        "superior",
        "superior",
    ]
    assert "第 2 行重复" in found[9][""]


def test_a_ring_of_units_is_named(make, session, config, upload, codes):
    rows = units(make, *codes[:2])
    rows[0]["上级单位统一信用代码"], rows[1]["上级单位统一信用代码"] = codes[1], codes[0]
    batch = upload(config, "organisation", rows)
    assert counts(batch) == (0, 0, 0, 2)
    assert all("成环" in fault["superior"] for fault in faults(session, batch).values())


def test_units_are_changed_and_taken_back_but_not_those_that_are_used_since(make, session, config, upload, do, codes):
    do(config, "commit", upload(config, "organisation", units(make, codes[0], 联系人="张三")))
    batch = do(config, "commit", upload(config, "organisation", units(make, *codes[:3], 联系人="李四")))
    assert counts(batch) == (2, 1, 0, 0)
    used = session.scalars(select(Organisation).filter_by(code=codes[1])).one()
    make.account(roles.UNIT_OFFICER, organisation_id=used.id)
    session.commit()
    assert len(import_batch.touched_since(session, batch)) == 1
    do(config, "undo", batch)
    left = {o.code: o.contact for o in session.scalars(select(Organisation).where(Organisation.code.in_(codes)))}
    assert left == {codes[0]: "张三", codes[1]: "李四"}


def test_a_unit_that_was_changed_between_preview_and_submitting_stops_the_table(
    make, session, config, upload, do, codes
):
    do(config, "commit", upload(config, "organisation", units(make, codes[0], 联系人="张三")))
    batch = upload(config, "organisation", units(make, *codes[:2], 联系人="李四"))
    session.scalars(select(Organisation).filter_by(code=codes[0])).one().contact = "王五"
    session.commit()
    do(config, "commit", batch)
    assert batch.state == S.PREVIEWED
    assert session.scalars(select(Organisation).filter_by(code=codes[1])).first() is None


def test_experts_come_with_their_persons_and_their_numbers_stay_sealed(make, session, upload, do):
    committee = make.committee(level="senior")
    clerk = make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id)
    unit = make.organisation()
    number = "43010219700101121" + ric.calc_check_digit("430102197001011210")
    row = {
        "姓名": "李一评",
        "证件号码": number,
        "手机号码": "13900000001",
        "工作单位名称或统一信用代码": unit.code,
        "职称级别": "正高级",
        "现任职称": "正高级工程师",
    }
    batch = upload(
        clerk, "expert", [row, row | {"姓名": "王二评", "证件号码": number[:-1] + ("1" if number[-1] != "1" else "2")}]
    )
    assert counts(batch) == (1, 0, 0, 1)
    do(clerk, "commit", batch)
    assert [e.person.name for e in session.scalars(select(Expert))] == ["李一评"]
    raw = session.connection().exec_driver_sql("SELECT content FROM import_part").fetchall()
    assert all(number.encode() not in bytes(value[0]) for value in raw)
    assert counts(upload(clerk, "expert", [row])) == (0, 0, 1, 0)


def test_vacancies_of_the_own_unit_become_drafts(make, session, upload, do):
    unit = make.organisation(nature="institution")
    clerk = make.account(roles.UNIT_OFFICER, organisation_id=unit.id)
    row = {
        "申报级别": "副高级",
        "岗位设置批复文号": "长人社〔2025〕1号",
        "核定岗位数": "10",
        "已聘人数": "7",
        "申报职数": "3",
    }
    batch = upload(clerk, "quota", [row, row | {"申报级别": "正高级", "申报职数": "9"}], {"year": 2026})
    assert counts(batch) == (1, 0, 0, 1)
    assert "空缺岗位" in faults(session, batch)[3]["requested"]
    do(clerk, "commit", batch)
    assert [(q.level, q.requested, q.state) for q in session.scalars(select(Quota))] == [
        ("associate_senior", 3, "draft")
    ]


@pytest.mark.parametrize("name", zoo.REFUSED)
def test_a_bad_file_ends_in_a_sentence_and_an_unchanged_register(name, make, session, config):
    """Every animal of the zoo, through the whole import."""
    before = session.scalar(select(func.count()).select_from(Organisation))
    data = zoo.REFUSED[name][0]()
    try:
        key = attempt(config, lambda uow: import_batch.begin(uow, "organisation", data, name, {}).id, session=session)
    except Refused as refusal:  # empty, or larger than any table may be
        assert refusal.fields.keys() == {"file"} and refusal.sentence.endswith("。")
    else:
        batch = session.get_one(ImportBatch, key)
        assert batch.state == S.UNREADABLE
        assert batch.sentence.endswith("。")
        assert list(import_rows.stored(session, batch.id)) == []
    assert session.scalar(select(func.count()).select_from(Organisation)) == before


def test_an_old_template_is_told_and_its_known_words_still_count(make, session, config):
    target = io.BytesIO()
    city = make.organisation(NodeKind.CITY)
    columns = [template.Column(f.label, required=f.required) for f in KINDS["acceptance"].fields]
    template.returned(target, "职称初定/认定受理机构", columns, [([city.code, "", "", "", "张三", "", ""], {})], "0ld")
    key = attempt(
        config,
        lambda uow: import_batch.begin(uow, "acceptance", target.getvalue(), "旧.xlsx", ACCEPT).id,
        session=session,
    )
    batch = session.get_one(ImportBatch, key)
    assert (batch.state, counts(batch)) == (S.PREVIEWED, (1, 0, 0, 0))
    assert any("模板已更新" in note for note in batch.notes)


def test_a_code_written_in_two_ways_is_one_row(make, session, config, upload, codes):
    batch = upload(config, "organisation", [*units(make, codes[0]), *units(make, f"{codes[0][:8]} {codes[0][8:]}")])
    assert counts(batch) == (1, 0, 0, 1)
    assert "第 2 行重复" in faults(session, batch)[3][""]


def test_only_a_word_that_no_list_knows_is_given_a_meaning(make, session, config, upload, codes):
    batch = upload(config, "organisation", units(make, codes[0]))
    for field, word in (("name", "长沙市第1中学"), ("code", codes[0]), ("kind", "用人单位")):
        with pytest.raises(Refused, match="刷新"):
            attempt(
                config,
                lambda uow, pair=(field, word): import_batch.interpret(uow, batch, {pair: "别的"}),
                session=session,
            )


def test_a_batch_whose_job_failed_waits_for_its_sender_again(make, session, config, upload, do, monkeypatch):
    batch = upload(config, "acceptance", offices(make.organisation(NodeKind.CITY)), ACCEPT)
    with monkeypatch.context() as broken:
        broken.setattr(import_batch.import_rows, "stored", lambda *_: 1 / 0)
        do(config, "commit", batch)
    assert (batch.state, batch.job.state) == (S.PREVIEWED, "failed")
    assert "系统错误" in batch.sentence
    do(config, "commit", batch)
    assert batch.state == S.COMMITTED


def test_a_year_of_quota_that_is_not_of_now_is_refused(make, session, upload):
    clerk = make.account(roles.UNIT_OFFICER, organisation_id=make.organisation(nature="institution").id)
    for year in (-5, 0, 1999, 999999999):
        with pytest.raises(Refused, match="评审年度"):
            upload(clerk, "quota", [{"申报级别": "副高级"}], {"year": year})
