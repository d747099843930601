"""What `views.screens.base` makes of a declaration: lists that never fail, forms that keep what was typed, verbs that
answer."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from models.committees.catalogue import Specialty
from models.committees.committee import CommitteeFee
from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from models.register.organisation import NodeKind, Organisation
from reports import sheet
from tests.views.try_screens import TryDeskScreen
from workflow.base import roles as r
from workflow.base.errors import Refused

ORGANISATIONS, DESK, TREE, FEES = "/tryorganisationscreen", "/trydeskscreen", "/tryspecialtyscreen", "/tryfeescreen"


def text(answer):
    return answer.get_data(as_text=True)


def rows_of(page):
    return re.findall(r'<tr>.*?data-label="[^"]*"[^>]*>(?:<a[^>]*>)?([^<]*)<', page)


@pytest.fixture
def config(make, tried):
    return tried(make.account(r.HRSS_CONFIG))


@pytest.fixture
def desk(make):
    """An officer and three declarations of his unit, one of another unit."""
    unit = make.organisation(name="湖南建设投资集团")
    officer = make.account(r.UNIT_OFFICER, organisation_id=unit.id)
    mine = [make.declaration(state=S.SUBMITTED, unit=unit, position=0) for _ in range(3)]
    other = make.declaration(state=S.SUBMITTED, position=0)
    return officer, mine, other


class Counted:
    """How many statements a block sends to the database."""

    def __init__(self, session):
        self.connection = session.connection()

    def __enter__(self):
        self.statements = []
        event.listen(self.connection, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.connection, "before_cursor_execute", self._note)

    def _note(self, connection, cursor, statement, *_):
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            self.statements.append(statement)


# --- the list ---------------------------------------------------------------------------------------------


def test_a_list_costs_the_same_number_of_queries_for_one_row_and_for_many(make, tried, session):
    above = make.organisation(name="甲上级")
    make.organisation(name="甲单位", superior_id=above.id)
    client = tried(make.account(r.HRSS_CONFIG))
    client.get(f"{ORGANISATIONS}/list/?name=甲")
    session.commit()
    with Counted(session) as one:
        client.get(f"{ORGANISATIONS}/list/?name=甲")
    for n in range(30):
        make.organisation(name=f"甲单位{n}", superior_id=make.organisation(name=f"乙上级{n}").id)
    session.commit()
    with Counted(session) as many:
        page = text(client.get(f"{ORGANISATIONS}/list/?name=甲"))
    assert len(many.statements) == len(one.statements) <= 16
    assert len(rows_of(page)) == 20 and "共 32 条" in page


def test_a_page_is_small(make, config):
    for n in range(30):
        make.organisation(name=f"甲单位{n}")
    assert len(config.get(f"{ORGANISATIONS}/list/").data) < 40_000


def test_conditions_are_kept_in_the_address_and_in_the_pager(make, config):
    for n in range(25):
        make.organisation(name=f"丙单位{n:02d}", kind=NodeKind.CITY)
    make.organisation(name="丙单位另")
    page = text(config.get(f"{ORGANISATIONS}/list/?name=丙&kind=city&page=2"))
    assert len(rows_of(page)) == 5 and 'value="丙"' in page and '<option value="city" selected>' in page
    assert "kind=city&amp;page=1" in page or "kind=city&page=1" in page


@pytest.mark.parametrize(
    "asked",
    [
        "page=abc",
        "page=-1",
        "page=999999999999",
        "page=0",
        "kind=nonsense",
        "superior=abc",
        "superior=99999999999",
        "order=password",
        "region_code=';drop",
        "unknown=1",
        "page=1&page=2",
        "grassroots=7",
        "superior-text=没有的单位",
    ],
)
def test_nothing_in_the_address_breaks_a_list(config, asked):
    answer = config.get(f"{ORGANISATIONS}/list/?{asked}")
    assert answer.status_code == 200
    if asked not in ("page=1&page=2",):
        assert 'class="flash warn"' in text(answer)


@pytest.mark.parametrize(
    "asked", ["submitted_at_from=2026-13-99", "submitted_at_to=soon", "year=x", "state=None", "unit=0x1"]
)
def test_wrong_dates_and_numbers_become_a_sentence(desk, tried, asked):
    page = tried(desk[0]).get(f"{DESK}/list/?{asked}")
    assert page.status_code == 200 and "不能识别" in text(page)


def test_dates_search_whole_days(make, desk, tried, session):
    from datetime import datetime

    desk[1][0].submitted_at = datetime(2026, 5, 6, 23, 59)
    client = tried(desk[0])
    assert len(rows_of(text(client.get(f"{DESK}/list/?submitted_at_from=2026-05-06&submitted_at_to=2026-05-06")))) == 1
    assert len(rows_of(text(client.get(f"{DESK}/list/?submitted_at_from=2026-05-07")))) == 0


def test_a_unit_is_found_by_what_was_typed_without_choosing(desk, tried):
    page = text(tried(desk[0]).get(f"{DESK}/list/?unit-text=湖南建设"))
    assert len(rows_of(page)) == 3 and 'value="湖南建设"' in page


def test_an_identity_number_is_found_and_never_shown_nor_left_in_an_address(desk, tried):
    officer, mine, _other = desk
    client, number = tried(officer), mine[1].person.id_number
    for asked in (number, number[-6:]):
        for answer in (
            client.post(f"{DESK}/list/", data={"person.id_number": asked, "year": "2026"}),
            client.get(f"{DESK}/list/?person.id_number={asked}"),
        ):
            address = answer.headers["Location"]
            assert answer.status_code == 302 and asked not in address
            page = text(client.get(address))
            assert mine[1].number in page and mine[0].number not in page
            assert number not in page and number[:3] + "*" in page
    assert client.get(f"{DESK}/list/?person.id_number=~nothex").status_code == 200


def test_a_region_searches_what_lies_below(make, config):
    make.organisation(name="丁单位", region_code="430102")
    make.organisation(name="丁单位二", region_code="430202")
    page = text(config.get(f"{ORGANISATIONS}/list/?name=丁单位&region_code=430100"))
    assert rows_of(page) == ["丁单位"]


def test_an_empty_list_says_why_and_what_to_do(config):
    page = text(config.get(f"{ORGANISATIONS}/list/?name=没有这个名字"))
    assert "没有符合条件的记录" in page and "重置查询" in page


def test_names_are_escaped(make, config):
    make.organisation(name="<script>alert(1)</script>")
    page = text(config.get(f"{ORGANISATIONS}/list/?name=<script"))
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


# --- rows: one door ---------------------------------------------------------------------------------------


def test_rows_of_others_are_absent_everywhere(desk, tried, session):
    officer, mine, other = desk
    client = tried(officer)
    assert other.number not in text(client.get(f"{DESK}/list/?year=2026"))
    assert client.get(f"{DESK}/show/{other.id}").status_code == 404
    assert client.get(f"{DESK}/act/{other.id}/accept").status_code == 404
    assert client.post(f"{DESK}/act/{other.id}/accept").status_code == 404
    assert client.post(f"{DESK}/bulk/accept", data={"key": [f"{mine[0].id}:1", f"{other.id}:1"]}).status_code == 404
    session.expire_all()
    assert {d.state for d in (*mine, other)} == {S.SUBMITTED}
    book = load_workbook(io.BytesIO(client.post(f"{DESK}/export").data))
    assert other.number not in {row[0].value for row in book.active.iter_rows()}


@pytest.mark.parametrize("key", [0, 2**31, 2**63, 10**30])
def test_a_wild_key_is_absent(desk, tried, key):
    assert tried(desk[0]).get(f"{DESK}/show/{key}").status_code == 404


def test_who_may_not_change_is_refused_and_offered_nothing(make, tried, session):
    unit = make.organisation(name="戊单位")
    client = tried(make.account(r.UNIT_OFFICER))
    assert (
        client.get(f"{ORGANISATIONS}/add").status_code
        == client.post(f"{ORGANISATIONS}/edit/{unit.id}").status_code
        == 403
    )
    assert client.post(f"{ORGANISATIONS}/delete/{unit.id}").status_code == 403
    page = text(client.get(f"{ORGANISATIONS}/list/"))
    assert "新增" not in page and "编辑" not in page


# --- forms ------------------------------------------------------------------------------------------------


def filled(**given):
    return {
        "name": "新单位",
        "code": "91430100MA4L0000X9",
        "kind": "unit",
        "nature": "private",
        "region_code": "430102",
        **given,
    }


def test_a_record_is_added_and_journalled(config, session, make):
    above = make.organisation(name="己上级")
    answer = config.post(f"{ORGANISATIONS}/add", data=filled(superior=above.id, grassroots="1"))
    made = session.scalar(select(Organisation).where(Organisation.code == "91430100MA4L0000X9"))
    assert answer.headers["Location"] == f"{ORGANISATIONS}/show/{made.id}"
    assert (made.superior_id, made.grassroots, made.contact) == (above.id, True, "")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"organisation:{made.id}")).one()
    assert entry.verb == "add" and "新单位" in entry.details


def test_what_is_missing_is_listed_and_what_was_typed_is_kept(config, session):
    answer = config.post(
        f"{ORGANISATIONS}/add",
        data=filled(name="", region_code="", superior="", **{"superior-text": "不存在的单位", "contact": "王工"}),
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "请填写机构名称。" in page and "请填写行政区划。" in page and "没有找到“不存在的单位”" in page
    assert (
        'href="#name"' in page
        and 'value="王工"' in page
        and 'value="不存在的单位"' in page
        and 'value="91430100MA4L0000X9"' in page
    )


def test_a_duplicate_is_named_at_its_field_without_sql(config, make):
    make.organisation(code="91430100MA4L0000X9")
    answer = config.post(f"{ORGANISATIONS}/add", data=filled())
    assert answer.status_code == 422
    assert "统一信用代码“91430100MA4L0000X9”已存在" in text(answer) and "INSERT" not in text(answer).upper().replace(
        "INSERTED", ""
    )


def test_a_name_typed_exactly_is_as_good_as_a_choice(config, make, session):
    above = make.organisation(name="庚上级")
    config.post(f"{ORGANISATIONS}/add", data=filled(**{"superior-text": "庚上级"}))
    assert session.scalar(select(Organisation.superior_id).where(Organisation.name == "新单位")) == above.id


def test_a_box_can_be_unticked(config, make, session):
    unit = make.organisation(name="辛单位", grassroots=True)
    config.post(f"{ORGANISATIONS}/edit/{unit.id}", data=filled(code=unit.code, name="辛单位"))
    session.expire_all()
    assert unit.grassroots is False


def test_an_edit_records_before_and_after_and_nothing_when_nothing_changed(config, make, session):
    unit = make.organisation(name="壬单位", nature="private")
    same = filled(code=unit.code, name="壬单位")
    config.post(f"{ORGANISATIONS}/edit/{unit.id}", data=same)
    config.post(f"{ORGANISATIONS}/edit/{unit.id}", data=same | {"name": "壬新名"})
    entries = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"organisation:{unit.id}")).all()
    assert [e.verb for e in entries] == ["edit"]
    assert '"name":["壬单位","壬新名"]' in entries[0].details


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"name": "长" * 121}, "不能超过 120 字，现有 121 字"),
        ({"kind": "emperor"}, "选项无效"),
        ({"region_code": "999999"}, "没有找到"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_the_field(config, session, wrong, sentence):
    answer = config.post(f"{ORGANISATIONS}/add", data=filled(**wrong))
    assert answer.status_code == 422 and sentence in text(answer)


@pytest.mark.parametrize("amount", ["abc", "NaN", "Infinity", "1.234", "9" * 20, "-"])
def test_an_amount_is_a_number(config, make, amount, session):
    committee = make.committee()
    answer = config.post(f"{FEES}/add", data={"committee": committee.id, "item": "评审费", "amount": amount})
    assert answer.status_code == 422 and "缴费金额（元）应为数字" in text(answer)
    assert session.scalar(select(CommitteeFee.id).where(CommitteeFee.committee_id == committee.id)) is None


def test_what_the_database_would_refuse_is_a_sentence(config, make):
    answer = config.post(f"{FEES}/add", data={"committee": make.committee().id, "item": "评审费", "amount": "-5"})
    assert answer.status_code == 422 and "不得小于 0，现为 -5" in text(answer) and "CHECK" not in text(answer)


def test_a_record_in_use_is_not_deleted(config, make, session):
    above = make.organisation(name="癸上级")
    make.organisation(superior_id=above.id)
    free = make.organisation()
    session.commit()
    keys = above.id, free.id
    assert "已被其他数据引用" in text(config.post(f"{ORGANISATIONS}/delete/{keys[0]}"))
    assert config.post(f"{ORGANISATIONS}/delete/{keys[1]}").status_code == 302
    session.expire_all()
    assert session.get(Organisation, keys[0]) is not None and session.get(Organisation, keys[1]) is None


# --- verbs ------------------------------------------------------------------------------------------------


def test_the_bar_offers_what_may_be_done_and_tells_why_not(desk, tried, session):
    officer, mine, _other = desk
    page = text(tried(officer).get(f"{DESK}/show/{mine[0].id}"))
    assert 'data-dialog="do-accept"' in page and 'id="do-accept"' in page
    mine[1].state = S.UNIT_REVIEW
    session.commit()
    page = text(tried(officer).get(f"{DESK}/show/{mine[1].id}"))
    assert re.search(r"<button[^>]* disabled title=\"[^\"]+（118号", page)


def test_a_verb_is_done_and_left_in_the_trail(desk, tried, session):
    officer, (one, *_), _other = desk
    client = tried(officer)
    answer = client.post(f"{DESK}/act/{one.id}/accept", data={"version": one.version})
    assert answer.status_code == 302
    session.expire_all()
    assert one.state == S.UNIT_REVIEW
    page = text(client.get(f"{DESK}/show/{one.id}"))
    assert "受理" in page and officer.full_name in page and "单位审核中" in page


def test_every_verb_has_a_page_that_needs_no_script(desk, tried, session):
    officer, (one, *_), _other = desk
    one.state = S.UNIT_REVIEW
    page = text(tried(officer).get(f"{DESK}/act/{one.id}/send_back"))
    assert 'name="items"' in page and 'name="opinion"' in page and 'name="version"' in page


def test_a_refusal_opens_the_dialog_again_with_everything_typed(desk, tried, session):
    officer, (one, *_), _other = desk
    one.state = S.UNIT_REVIEW
    answer = tried(officer).post(f"{DESK}/act/{one.id}/send_back", data={"items": "", "opinion": "缺少学历证书"})
    page = text(answer)
    assert answer.status_code == 422 and re.search(r'<dialog id="do-send_back"[^>]* data-open>', page)
    assert "缺少学历证书</textarea>" in page and "请填写主要原因。" in page
    session.expire_all()
    assert one.state == S.UNIT_REVIEW


def test_who_comes_second_is_told_so(desk, tried, session):
    officer, (one, *_), _other = desk
    seen = one.version
    client = tried(officer)
    one.paper_by = "周静"
    session.commit()
    answer = client.post(f"{DESK}/act/{one.id}/accept", data={"version": seen})
    assert answer.status_code == 409 and "刚刚被他人处理过" in text(answer)
    session.expire_all()
    assert one.state == S.SUBMITTED


def test_a_verb_of_another_state_is_409_and_of_another_role_403(desk, make, tried, session):
    officer, (one, *_), _other = desk
    assert (
        tried(officer).post(f"{DESK}/act/{one.id}/send_back", data={"items": "甲", "opinion": "乙"}).status_code == 409
    )
    assert tried(make.account(r.LEADER)).post(f"{DESK}/act/{one.id}/accept").status_code == 403
    assert tried(officer).post(f"{DESK}/act/{one.id}/no_such_verb").status_code == 404


def test_bulk_is_all_or_none(desk, tried, session):
    officer, mine, _other = desk
    mine[2].state = S.UNIT_REVIEW
    session.commit()
    client = tried(officer)
    keys = [f"{d.id}:{d.version}" for d in mine]
    answer = client.post(f"{DESK}/bulk/accept", data={"key": keys})
    assert answer.status_code == 422 and mine[2].number in text(answer) and "全部未办理" in text(answer)
    session.expire_all()
    assert [d.state for d in mine] == [S.SUBMITTED, S.SUBMITTED, S.UNIT_REVIEW]
    page = text(answer)
    assert "可以受理" in page and "只受理可以办理的 2 条" in page and f"{DESK}/show/{mine[2].id}" in page
    offered = re.findall(r'name="key" value="([^"]+)"', page)
    assert offered == keys[:2]
    assert client.post(f"{DESK}/bulk/accept", data={"key": offered, "confirmed": "1"}).status_code == 302
    session.expire_all()
    assert [d.state for d in mine] == [S.UNIT_REVIEW] * 3


def test_a_row_that_is_refused_in_the_doing_can_be_left_out(desk, tried, session, monkeypatch):
    officer, mine, _other = desk
    client, done = tried(officer), TryDeskScreen.perform

    def perform(self, uow, record, verb, answers):
        if record.id == mine[1].id:
            raise Refused("名额已满（118号 四）。")
        return done(self, uow, record, verb, answers)

    monkeypatch.setattr(TryDeskScreen, "perform", perform)
    answer = client.post(f"{DESK}/bulk/accept", data={"key": [f"{d.id}:{d.version}" for d in mine]})
    page = text(answer)
    assert answer.status_code == 422 and "名额已满（118号 四）" in page and "只受理可以办理的 2 条" in page
    session.expire_all()
    assert {d.state for d in mine} == {S.SUBMITTED}
    assert (
        client.post(
            f"{DESK}/bulk/accept", data={"key": re.findall(r'name="key" value="([^"]+)"', page), "confirmed": "1"}
        ).status_code
        == 302
    )
    session.expire_all()
    assert [d.state for d in mine] == [S.UNIT_REVIEW, S.SUBMITTED, S.UNIT_REVIEW]


def test_a_row_another_has_changed_is_told_before_anything_is_done(desk, tried, session):
    officer, mine, _other = desk
    client, keys = tried(officer), [f"{d.id}:{d.version}" for d in mine[:2]]
    mine[0].paper_by = "周静"
    session.commit()
    answer = client.post(f"{DESK}/bulk/accept", data={"key": keys})
    assert answer.status_code == 422 and "刚刚被他人处理过" in text(answer) and "只受理可以办理的 1 条" in text(answer)


def test_bulk_without_ticks_says_so(desk, tried):
    assert "请先勾选" in text(tried(desk[0]).post(f"{DESK}/bulk/accept"))


# --- sheets -----------------------------------------------------------------------------------------------


def test_the_sheet_holds_exactly_the_rows_of_the_query(make, config, session):
    for n in range(45):
        make.organisation(name=f"表单位{n:02d}")
    make.organisation(name="=cmd|calc")
    session.commit()
    answer = config.post(f"{ORGANISATIONS}/export?name=表单位")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("机构名称", "统一信用代码") and len(rows) == 46
    assert answer.headers["Content-Disposition"].encode("latin-1").endswith(b".xlsx")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "export")).one()
    assert '"count":45' in entry.details and '"sha256"' in entry.details and "表单位" not in entry.details
    formula = load_workbook(io.BytesIO(config.post(f"{ORGANISATIONS}/export?name==cmd").data)).active["A2"]
    assert formula.value == "=cmd|calc" and formula.data_type == "s"


def test_identity_numbers_are_masked_in_the_sheet(desk, tried):
    answer = tried(desk[0]).post(f"{DESK}/export")
    values = [c for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True) for c in row]
    assert not {d.person.id_number for d in desk[1]} & set(values)
    assert sum("*" in str(v) for v in values) == 3


def test_a_sheet_of_unreadable_conditions_is_refused(config):
    assert config.post(f"{ORGANISATIONS}/export?kind=nonsense").status_code == 422


def test_the_digest_is_that_of_the_file():
    import hashlib

    target = io.BytesIO()
    written = sheet.write(target, "名单[1]/2", ["甲", "乙"], [("a", 1), ("b", None)])
    assert (written.count, written.sha256) == (2, hashlib.sha256(target.getvalue()).hexdigest())


# --- pickers and trees ------------------------------------------------------------------------------------


def test_a_picker_finds_by_name_initials_and_code(make, tried, app):
    make.organisation(name="长沙市第一中学", pinyin="cssdyzx", code="12430100444885313G")
    make.organisation(name="停用的单位", active=False)
    client = tried(make.account(r.UNIT_OFFICER))
    for q in ("长沙市第一", "第一中学", "cssdy", "12430100444885313g"):
        assert "长沙市第一中学" in [o["text"] for o in client.get(f"/lookup/Organisation?q={q}").json["results"]], q
    assert client.get("/lookup/Organisation?q=停用的").json["results"] == []
    assert len(client.get("/lookup/Region?q=").json["results"]) == 20
    assert client.get("/lookup/Secret?q=a").status_code == 404


def test_a_picker_shows_only_what_the_policy_shows(make, tried):
    person = make.person(name="赵某某")
    assert tried(make.account(r.UNIT_OFFICER)).get("/lookup/Person?q=赵某某").json["results"] == []
    found = tried(make.account(r.HRSS_AUDIT)).get(f"/lookup/Person?q={person.id_number}").json["results"]
    assert [o["text"] for o in found] == ["赵某某"] and person.id_number not in str(found)


def test_the_tree_opens_at_the_node_and_fetches_below(make, config, session):
    root = make.specialty(name="测试类", code="Z")
    child = make.specialty(series=root.series, name="测试下级", code="Z1", parent=root)
    make.specialty(series=root.series, name="测试再下级", code="Z11", parent=child)
    session.commit()
    page = text(config.get(f"{TREE}/list/?node={child.id}"))
    assert "测试类" in page and "测试再下级" in page and 'name="code" value="Z1"' in page
    assert [n["label"] for n in config.get(f"{TREE}/children/{root.id}").json] == ["测试下级"]
    assert config.get(f"{TREE}/list/?node=abc").status_code == 302
    assert config.get(f"{TREE}/list/?node=999999").status_code == 404


def test_roots_are_fixed_and_a_child_is_added_below(make, config, session):
    root = make.specialty(name="固定类", code="Y")
    session.commit()
    assert "根类别固定" in text(config.get(f"{TREE}/list/?node={root.id}"))
    assert config.post(f"{TREE}/edit/{root.id}", data={"code": "Y9", "name": "改名"}).status_code == 409
    config.post(f"{TREE}/add?node={root.id}", data={"code": "Y1", "name": "新专业", "effective_from": "2020"})
    made = session.scalar(select(Specialty).where(Specialty.code == "Y1"))
    assert (made.parent_id, made.series_id) == (root.id, root.series_id)
    assert config.post(f"{TREE}/delete/{made.id}").status_code == 302
    session.expire_all()
    assert session.scalar(select(Specialty.id).where(Specialty.code == "Y1")) is None


# --- the workbench ----------------------------------------------------------------------------------------


def test_the_workbench_tells_messages_and_follows_their_links_only_at_home(make, tried, session):
    from datetime import datetime

    from models.office.notice import Notice

    unit = make.organisation()
    make._add(
        Notice,
        {},
        organisation_id=unit.id,
        at=datetime(2026, 5, 1),
        title="退回补正",
        text="请补充",
        link="//evil.example",
    )
    notice = session.scalars(select(Notice)).one()
    client = tried(make.account(r.UNIT_OFFICER, organisation_id=unit.id))
    assert "退回补正" in text(client.get("/home/"))
    assert client.post(f"/home/notice/{notice.id}").headers["Location"] == "/home/"
    session.expire_all()
    assert notice.read_at is not None
    assert tried(make.account(r.UNIT_OFFICER)).post(f"/home/notice/{notice.id}").status_code == 404


def test_the_search_box_finds_within_the_policy(desk, tried):
    officer, mine, other = desk
    client = tried(officer)
    found = text(client.get("/home/find?q=湖南建设"))
    assert all(d.number in found for d in mine)
    assert other.number not in text(client.get(f"/home/find?q={other.number}")).replace(
        f'value="{other.number}"', ""
    ).replace(f"“{other.number}”", "")
    assert client.get("/home/find?q=%00").status_code == 200
