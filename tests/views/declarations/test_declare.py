"""职称申报 over HTTP: start, 暂存, 申报材料上传, check, promise, 提交; bad input keeps what was typed."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.demo.filling import fill, scan
from app.demo.names import Names
from models.committees.catalogue import Specialty
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.base.clock import province_now
from workflow.base.unit_of_work import UnitOfWork


@pytest.fixture
def world(make, session):
    """An applicant of a unit below a city on the path of a senior committee whose batch is open today."""
    today = province_now(session).date()
    series = make.series()
    committee = make.committee(
        series=series, valid_from=today.replace(year=today.year - 1), valid_to=today.replace(year=today.year + 1)
    )
    city = make.organisation(kind=NodeKind.CITY)
    unit = make.organisation(superior_id=city.id)
    session.add(PathNode(kind=PathKind.SENIOR, organisation_id=city.id, node_kind=city.kind, state=NodeState.CONFIRMED))
    batch = make.batch(
        committee=committee,
        year=today.year,
        opens_on=today.replace(month=1, day=1),
        closes_on=today.replace(month=12, day=31),
        correction_on=today.replace(month=12, day=31),
        audit_on=today.replace(month=12, day=31),
        evidence_on=today,
    )
    person = make.person()
    account = make.account(roles.APPLICANT, person=person)
    return SimpleNamespace(
        batch=batch, unit=unit, committee=committee, account=account, title=make.title(series=series), today=today
    )


def start(client, world, **more):
    data = {"title_id": world.title.id, "unit_id": world.unit.id, "mode": "normal", "channel": "unit"} | more
    return client.post(f"/declare/start/{world.batch.id}", data=data)


def mine(session, world):
    return session.scalars(select(Declaration).where(Declaration.person_id == world.account.person_id)).one()


def test_the_applicant_starts_a_declaration_in_an_open_batch(world, browser, session):
    client = browser(world.account)
    assert world.batch.name in client.get("/declare/").get_data(as_text=True)
    assert start(client, world).status_code == 302
    declaration = mine(session, world)
    assert (declaration.state, declaration.number[:2]) == ("draft", "HN")
    page = client.get(f"/declare/{declaration.id}/section/basic").get_data(as_text=True)
    assert "个人基本信息" in page and "参加工作时间" in page
    assert world.account.person.id_number not in page and world.account.person.masked_id in page


def test_who_has_no_unit_is_taken_by_the_office_of_his_place(world, browser, session):
    """兜底 (118号 四(一)1): nobody names a unit he does not have; the place of 劳动关系 picks the office."""
    client, alone = browser(world.account), {"unit_id": "", "channel": "fallback"}
    page = start(client, world, **alone)
    assert page.status_code == 422 and "请选择劳动关系所在地" in page.get_data(as_text=True)
    page = start(client, world, **alone, labour_region="431100")
    assert page.status_code == 422 and "永州市没有登记的人社部门" in page.get_data(as_text=True)
    assert start(client, world, **alone, labour_region="430102").status_code == 302
    made = mine(session, world)
    assert (made.unit.kind, made.channel) == (NodeKind.CITY, "fallback")


@pytest.mark.parametrize(
    ("channel", "why"), [("agency", "不是人力资源服务机构"), ("fallback", "不是市州、县市区人社部门")]
)
def test_the_channel_is_of_the_kind_of_who_recommends(world, browser, channel, why):
    page = start(browser(world.account), world, channel=channel)
    assert page.status_code == 422 and why in page.get_data(as_text=True)


def test_a_start_without_title_or_unit_keeps_what_was_typed(world, browser):
    page = start(browser(world.account), world, title_id="", unit_id="", **{"unit_id-text": "没有这家单位"})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "请选择申报职称" in text and "没有这家单位" in text


def test_saving_a_section_keeps_a_wrong_date_and_names_it(world, browser, session):
    client = browser(world.account)
    start(client, world)
    declaration = mine(session, world)
    url = f"/declare/{declaration.id}/section/awards"
    late = f"{world.today.year + 1}-01-01"
    text = client.post(
        url, data={"rows": 1, "0-name": "优质工程奖", "0-awarded_on": late, "0-year": str(world.today.year)}
    ).get_data(as_text=True)
    assert "晚于材料有效截止日" in text and "118号 二(三)" in text
    assert "优质工程奖" in text and late in text
    assert mine(session, world).content.sections["awards"][0]["name"] == "优质工程奖"


def test_a_file_that_is_not_what_its_name_says_is_refused(world, browser, session):
    client = browser(world.account)
    start(client, world)
    url = f"/declare/{mine(session, world).id}/materials"
    sent = {"kind": "education", "no_secrets": "1", "file": (io.BytesIO(b"<html><script>1</script>"), "学历证书.pdf")}
    answer = client.post(url, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "与扩展名 .pdf 不符" in answer.get_data(as_text=True)
    assert session.scalars(select(Material)).all() == []
    sent = {"kind": "education", "no_secrets": "1", "file": (io.BytesIO(scan("学历")), "学历证书.pdf")}
    assert client.post(url, data=sent, content_type="multipart/form-data").status_code == 302
    held = session.scalars(select(Material)).one()
    assert held.file.name == "学历证书.pdf"
    with client.get(f"/file/{held.file.key}") as answer:
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]


def test_the_check_page_lists_everything_that_is_missing_at_once(world, browser, session):
    client = browser(world.account)
    start(client, world)
    declaration = mine(session, world)
    text = client.get(f"/declare/{declaration.id}/check").get_data(as_text=True)
    for words in ("请上传学历学位证书", "学历学位至少填写 1 条", "个人承诺"):
        assert words in text
    client.post(f"/declare/{declaration.id}/act/submit")
    assert mine(session, world).state == "draft"


def test_a_complete_declaration_is_submitted_and_can_be_withdrawn_until_accepted(world, browser, session):
    client = browser(world.account)
    start(client, world)
    declaration = mine(session, world)
    fill(SimpleNamespace(names=Names()), UnitOfWork(world.account, province_now(session), session), declaration)
    session.commit()
    text = client.get(f"/declare/{declaration.id}/check").get_data(as_text=True)
    assert "检查通过，可以提交" in text, text
    assert world.unit.name in text
    client.post(f"/declare/{declaration.id}/act/submit")
    assert mine(session, world).state == "submitted"
    assert client.get(f"/declare/{declaration.id}/form.pdf").data[:5] == b"%PDF-"
    client.post(f"/declare/{declaration.id}/act/withdraw")
    assert mine(session, world).state == "draft"


def test_another_persons_declaration_is_not_there(world, make, browser, session):
    client = browser(world.account)
    start(client, world)
    declaration = mine(session, world)
    stranger = browser(make.account(roles.APPLICANT, person=make.person()))
    for path in ("", "/section/basic", "/materials", "/check", "/form.pdf", "/choice"):
        assert stranger.get(f"/declare/{declaration.id}{path}").status_code == 404
    assert stranger.post(f"/declare/{declaration.id}/act/submit").status_code == 404
    assert browser(make.account(roles.UNIT_OFFICER, organisation=world.unit)).get("/declare/").status_code in (302, 403)


def test_specialties_offered_are_those_of_the_committee(world, browser, session):
    text = browser(world.account).get(f"/declare/start/{world.batch.id}").get_data(as_text=True)
    offered = session.scalars(
        select(Specialty.name)
        .where(Specialty.series_id == world.committee.series_id, Specialty.parent_id.is_not(None))
        .limit(3)
    ).all()
    assert offered and all(name in text for name in offered)


def test_only_the_kinds_that_fit_are_shown_and_nothing_is_ticked_beforehand(world, browser, session):
    client = browser(world.account)
    start(client, world)
    declaration = mine(session, world)
    page = client.get(f"/declare/{declaration.id}/materials").get_data(as_text=True)
    shown, folded = page.split('<details class="others">')
    assert (
        "学历学位证书" in shown
        and "破格申报依据材料" not in shown
        and "破格申报依据材料" in folded
        and "委托函" in folded
    )
    assert 'name="no_secrets" value="1" required' in page and "checked" not in page
    sent = {"kind": "education", "file": (io.BytesIO(scan("学历")), "学历证书.pdf")}
    answer = client.post(f"/declare/{declaration.id}/materials", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "确认不含涉密内容" in answer.get_data(as_text=True)
    declaration.mode = "exceptional"
    shown = (
        client.get(f"/declare/{declaration.id}/materials").get_data(as_text=True).split('<details class="others">')[0]
    )
    assert "破格申报依据材料" in shown


def test_sections_say_how_many_rows_they_need(world, browser, session):
    client = browser(world.account)
    start(client, world)
    key = mine(session, world).id
    assert "至少填写 1 条" in client.get(f"/declare/{key}/section/education").get_data(as_text=True)
    assert "没有的可以不填" in client.get(f"/declare/{key}/section/awards").get_data(as_text=True)


def test_last_years_declaration_is_carried_over_confirmed_and_cleared(world, make, browser, session):
    last = make.declaration(
        "failed",
        person=world.account.person,
        unit=world.unit,
        submitted_at=province_now(session).replace(year=world.today.year - 1),
    )
    last.content.sections = {
        "education": [{"school": "湖南大学", "degree": "学士"}],
        "awards": [{"name": "优质工程奖"}],
    }
    client = browser(world.account)
    page = client.post(
        f"/declare/start/{world.batch.id}",
        data={"title_id": world.title.id, "unit_id": world.unit.id, "mode": "normal", "channel": "unit"},
        follow_redirects=True,
    )
    assert f"已带入上次申报（{last.number}）的资料，请核对" in page.get_data(as_text=True)
    declaration = session.scalars(
        select(Declaration).where(Declaration.person_id == world.account.person_id, Declaration.state == "draft")
    ).one()
    education = client.get(f"/declare/{declaration.id}/section/education").get_data(as_text=True)
    assert "湖南大学" in education and "清空这部分" in education and "待核对" in education
    assert "尚未核对" in client.get(f"/declare/{declaration.id}/check").get_data(as_text=True)
    client.post(f"/declare/{declaration.id}/part/education", data={"do": "confirm"})
    client.post(f"/declare/{declaration.id}/part/awards", data={"do": "clear"})
    session.expire_all()
    assert declaration.content.carried == [] and list(declaration.content.sections) == ["education"]
    assert client.post(f"/declare/{declaration.id}/part/nothing").status_code == 404
