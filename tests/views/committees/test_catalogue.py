"""职称专业管理 and 职称树管理 at their screens: search, move, out of use, export, years (附件3 1.1, 1.2)."""

from __future__ import annotations

import io
import json
import re

import openpyxl
import pytest
from sqlalchemy import event, select

from models.committees.catalogue import Specialty, Title
from models.committees.committee import CommitteeSpecialty
from models.office.journal import JournalEntry
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from views.declarations import choice
from views.storage import papers
from workflow.base import roles
from workflow.declarations import named
from workflow.forms import form

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def config(browser, make):
    return browser(make.account(roles.HRSS_CONFIG))


def test_every_tree_is_searched_by_name_and_code_and_a_single_hit_opens_it(config, session):
    page = page_of(config.get("/specialtyscreen/list/?q=建筑"))
    hits = re.findall(r"node=(\d+)&amp;q=", page)
    assert len(hits) > 3 and "共" in page and 'name="q" value="建筑"' in page
    only = session.scalar(select(Specialty).where(Specialty.name == "白蚁防治"))
    answer = config.get("/specialtyscreen/list/?q=白蚁")
    assert answer.status_code == 302 and f"node={only.id}" in answer.headers["Location"]
    assert f'value="{only.code}"' in page_of(config.get(answer.headers["Location"]))
    assert f"node={only.id}" in config.get(f"/specialtyscreen/list/?q={only.code}").headers["Location"]
    assert "没有名称或代码包含" in page_of(config.get("/titlescreen/list/?q=没有这个"))
    title = session.scalar(select(Title).where(Title.name == "主任医师"))
    assert f"node={title.id}" in config.get(f"/titlescreen/list/?q={title.code}").headers["Location"]


def test_a_specialty_is_moved_after_what_it_affects_was_read(config, session, make):
    here = session.scalar(select(Specialty).where(Specialty.code == "050109"))
    there = session.scalar(select(Specialty).where(Specialty.code == "0502"))
    declaration = make.declaration(state="in_review", specialty=here)
    session.commit()
    address = f"/specialtyscreen/move/{here.id}"
    assert "新的上级专业" in page_of(config.get(address)) and "1</td>" in page_of(config.get(address))
    page = page_of(config.post(address, data={"parent": there.id}))
    assert "调整以后" in page and declaration.number in page and "确定调整" in page and here.parent.code == "0501"
    answer = config.post(address, data={"parent": there.id, "sure": "1"})
    assert answer.status_code == 302 and here.parent_id == there.id and here.code == "050109"
    assert "建设工程 → " in page_of(config.get(f"/specialtyscreen/list/?node={here.id}")), (
        "the history is read at the node"
    )
    assert session.scalar(select(JournalEntry.id).where(JournalEntry.verb == "move_specialty"))


def test_a_move_into_another_series_or_below_itself_is_refused_at_the_field(config, session):
    here, own, foreign = (
        session.scalar(select(Specialty).where(Specialty.code == code)) for code in ("0501", "050109", "0101")
    )
    for parent, why in ((own, "在其下级中"), (foreign, "不能跨系列调整"), (here, "就是该专业")):
        answer = config.post(f"/specialtyscreen/move/{here.id}", data={"parent": parent.id, "sure": "1"})
        assert answer.status_code == 422 and why in page_of(answer) and here.parent.code == "05"
    answer = config.post(f"/specialtyscreen/move/{here.id}", data={"parent": "", "parent-text": "没有这个"})
    assert answer.status_code == 422 and "没有找到" in page_of(answer)
    assert config.get(f"/specialtyscreen/move/{here.parent_id}").status_code == 409


def test_the_branches_of_a_series_are_headings_and_a_title_moves_between_them(config, session, make):
    series = make.series("卫生技术人员")
    found = {
        t.branch: t
        for t in session.scalars(
            select(Title).where(Title.series_id == series.id, Title.level == "intermediate")
        ).unique()
    }
    first = {
        b: session.scalar(select(Title.id).where(Title.series_id == series.id, Title.branch == b).order_by(Title.id))
        for b in found
    }
    page = page_of(config.get(f"/titlescreen/list/?node=s{series.id}"))
    assert all(f"node=b{key}" in page for key in first.values())
    assert "主管护师" in page_of(config.get(f"/titlescreen/list/?node=b{first['护']}"))
    answer = config.post(
        f"/titlescreen/add?node=b{first['护']}", data={"level": "intermediate", "name": "助产师", "branch": ""}
    )
    made = session.scalar(select(Title).where(Title.name == "助产师"))
    assert answer.status_code == 302 and made.branch == "护"
    address = f"/titlescreen/move/{made.id}"
    assert "没有记录使用" in page_of(config.post(address, data={"parent": f"b{first['技']}"})) and made.branch == "护"
    assert (
        config.post(address, data={"parent": f"b{first['技']}", "sure": "1"}).status_code == 302 and made.branch == "技"
    )
    other = session.scalar(select(Title.series_id).where(Title.name == "高级工程师"))
    assert (
        config.post(address, data={"parent": f"s{other}", "sure": "1"}).status_code == 422
        and made.series_id == series.id
    )


def test_what_is_in_use_is_not_deleted_but_put_out_of_use_right_there(config, session, make):
    title = session.scalar(select(Title).where(Title.name == "高级工程师"))
    declaration = make.declaration(title=title)
    session.commit()
    address = f"/titlescreen/list/?node={title.id}"
    page = page_of(config.get(address))
    assert (
        "使用情况" in page
        and declaration.number in page
        and f"/open/declaration/{declaration.id}" in page
        and f"/titlescreen/retire/{title.id}" in page
    )
    answer = config.post(f"/titlescreen/delete/{title.id}")
    assert (
        answer.status_code == 409
        and "已被1 个申报（在办 1 个）使用，不能删除" in page_of(answer)
        and "停用年度" in page_of(answer)
    )
    answer = config.post(f"/titlescreen/retire/{title.id}", data={"retired_from": "2026"})
    assert answer.status_code == 422 and "最早可自 2027 年度起停用" in page_of(answer)
    assert config.post(f"/titlescreen/retire/{title.id}", data={"retired_from": "2027"}).status_code == 302
    page = page_of(config.get(address))
    assert title.retired_from == 2027 and "2027 年起停用" in page and "停用年度：（空） → 2027" in page


def test_a_tree_costs_a_fixed_number_of_queries(config, session, make, engine):
    top, node = (session.scalar(select(Specialty).where(Specialty.code == code)) for code in ("0501", "050109"))
    title = session.scalar(select(Title).where(Title.name == "高级工程师"))
    addresses = [
        f"/specialtyscreen/list/?node={node.id}",
        f"/specialtyscreen/move/{top.id}",
        f"/titlescreen/list/?node={title.id}",
    ]

    def named_by(start, many):
        for n in range(start, start + many):
            make.declaration(specialty=node, title=title)
            make.specialty(parent=node, code=f"X{n}", series=node.series)
            make.expert(specialty=node)

    def cost(address):
        sent = []

        def note(connection, cursor, statement, *more):
            sent.append(statement)

        session.commit()
        event.listen(engine, "before_cursor_execute", note)
        assert config.get(address).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    named_by(0, 6)  # more than are told by name
    few = [cost(address) for address in addresses]
    named_by(6, 20)
    assert [cost(address) for address in addresses] == few
    assert max(few) < 36


def test_a_title_out_of_use_from_next_year_is_offered_this_year_and_not_in_the_next(config, session, make, as_):
    committee = make.committee(series=make.series())
    title = session.scalar(select(Title).where(Title.name == "高级工程师"))
    specialty = session.scalar(select(Specialty).where(Specialty.code == "050109"))
    title.retired_from = specialty.retired_from = 2027
    this, then = make.batch(committee=committee, year=2026), make.batch(committee=committee, year=2027)
    declaration = make.declaration(state="at_committee", batch=this, title=title, specialty=specialty)
    assert title in choice.titles_of(this) and title not in choice.titles_of(then)
    assert specialty in choice.specialties_of(this) and specialty not in choice.specialties_of(then)
    session.commit()
    assert "高级工程师" in page_of(config.get(f"/open/declaration/{declaration.id}", follow_redirects=True)), (
        "what was declared keeps its title"
    )


def test_specialties_are_offered_by_the_tree_and_not_by_their_codes(session, make):
    top, moved = (session.scalar(select(Specialty).where(Specialty.code == code)) for code in ("0502", "050109"))
    committee = make.committee(series=make.series())
    committee.specialties.append(CommitteeSpecialty(specialty_id=top.id, specialty=top))
    batch = make.batch(committee=committee)
    assert moved not in choice.specialties_of(batch)
    moved.parent_id = top.id
    session.flush()
    assert {top, moved} <= set(choice.specialties_of(batch))


def test_a_subtree_leaves_as_excel_and_as_json_with_years_and_parents(config, session):
    top = session.scalar(select(Specialty).where(Specialty.code == "0501"))
    top.retired_from = 2040
    session.commit()
    answer = config.post(f"/specialtyscreen/export?node={top.id}&as=json")
    told = json.loads(answer.data)
    assert (
        told["rows"][0]["code"] == "0501"
        and told["rows"][0]["parent_code"] == "05"
        and told["rows"][0]["retired_from"] == 2040
    )
    assert {row["parent_code"] for row in told["rows"][1:]} == {"0501"} and told["fields"]["parent_code"] == "上级代码"
    sheet = openpyxl.load_workbook(
        io.BytesIO(config.post(f"/specialtyscreen/export?node={top.id}&as=xlsx").data)
    ).active
    assert [c.value for c in sheet[1]][:3] == ["专业代码", "专业学科名称", "上级代码"] and sheet.max_row == len(
        told["rows"]
    ) + 1
    whole = json.loads(config.post("/specialtyscreen/export?as=json").data)["rows"]
    assert len(whole) == session.query(Specialty).count() and whole[0]["parent_code"] == ""
    seen = set()
    for row in whole:
        assert not row["parent_code"] or row["parent_code"] in seen, "parents stand before their children"
        seen.add(row["code"])
    assert (
        session.scalar(
            select(JournalEntry.details).where(JournalEntry.verb == "export").order_by(JournalEntry.id.desc()).limit(1)
        ).count("sha256")
        == 1
    )


def test_the_tree_of_titles_leaves_with_series_branches_and_levels(config, session, make):
    rows = json.loads(config.post("/titlescreen/export?as=json").data)["rows"]
    assert len([row for row in rows if row["kind"] == "职称"]) == session.query(Title).count()
    codes = {row["code"] for row in rows}
    assert len(codes) == len(rows) and all(row["parent_code"] in codes for row in rows if row["kind"] != "职称系列")
    health = make.series("卫生技术人员")
    nurse = session.scalar(select(Title).where(Title.series_id == health.id, Title.branch == "护"))
    rows = json.loads(config.post(f"/titlescreen/export?node=b{nurse.id}&as=json").data)["rows"]
    assert (
        [row["kind"] for row in rows] == ["职称系列", "分支", *["职称"] * 5]
        and rows[2]["level"] == "正高级"
        and rows[2]["parent_code"] == "04-护"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(config.post(f"/titlescreen/export?node={nurse.id}").data)).active
    assert sheet.max_row == 4 and sheet.cell(4, 3).value == nurse.name


def test_a_renamed_specialty_is_read_and_printed_as_it_was_when_it_was_declared(browser, make, as_, session):
    specialty = session.scalar(select(Specialty).where(Specialty.code == "050109"))
    declaration = make.declaration(state="under_audit", specialty=specialty)
    named.keep(as_(make.account(roles.APPLICANT)), declaration)
    specialty.name = "有害生物防治"
    session.flush()
    (field,) = [
        f for section in form.form().sections for f in section.fields if f.mirror == ("declaration", "specialty")
    ]
    assert papers.mirrored(declaration, field) == "白蚁防治"
    page = page_of(browser(make.account(roles.HRSS_CONFIG)).get(f"/trailscreen/show/{declaration.id}"))
    assert "白蚁防治（现名：有害生物防治）" in page
