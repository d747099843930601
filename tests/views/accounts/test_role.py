"""角色与权限 at the screen: making, looking before saving, changing, two at once; and what the holder meets."""

from __future__ import annotations

import json
import random
import re
from urllib.parse import urlencode

import hypothesis.strategies as st
import pytest
from flask import g
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, select

from app.menu import _entries, entries_of
from app.security import sync_permissions
from models.accounts.charter import RoleCharter
from models.declarations.declaration import DeclarationState as D
from models.office.journal import JournalEntry
from tests.sign_in import sign_in_for_test
from workflow.accounts import role as rules
from workflow.accounts.apart import clash
from workflow.base import roles as r
from workflow.base.abilities import PAGE, known

TRAIL, REACHED = "page:TrailScreen.opens", "rows:declaration.reached"
FORM = {"name": "市州查询员", "note": "试点", "capacity": [r.CITY_OFFICER], "ticked": [TRAIL, REACHED]}


@pytest.fixture
def security_admin(browser, make):
    return browser(make.account(r.SECURITY_ADMIN, username="sec.admin"))


def page_of(answer):
    return answer.get_data(as_text=True)


def sent(client, address, form):
    return client.post(address, data=urlencode(form, doseq=True), content_type="application/x-www-form-urlencoded")


def charter_named(session, name):
    session.expire_all()
    return session.scalar(select(RoleCharter).join(RoleCharter.role).where(Role.name == name))


def holder(make, charter, **of):
    account = make.account(**of)
    account.roles.append(charter.role)
    make.session.flush()
    return account


# -- the form -----------------------------------------------------------------------------------------


def test_a_role_is_made_looked_at_first_and_journalled_with_what_it_has(security_admin, session):
    assert "承担的岗位" in page_of(security_admin.get("/role/add"))
    chosen = page_of(sent(security_admin, "/role/add", FORM | {"choose": "1"}))
    assert f'value="{TRAIL}" checked' in chosen and "page:CertificateIssueScreen" not in chosen
    seen = page_of(sent(security_admin, "/role/add", FORM | {"preview": "1"}))
    assert (
        "职称申报审核流程查询" in seen and "到达过本机构的申报" in seen and charter_named(session, "市州查询员") is None
    )
    assert sent(security_admin, "/role/add", FORM).status_code == 302
    charter = charter_named(session, "市州查询员")
    assert charter.made and rules.held_by(charter) == {TRAIL, REACHED}
    entry = session.scalar(select(JournalEntry).where(JournalEntry.verb == "make_role"))
    assert json.loads(entry.details)["abilities_after"] == sorted([TRAIL, REACHED])


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"name": "评委"}, "标准角色的名称"),
        ({"capacity": [r.EXPERT, r.COMMITTEE_OFFICE]}, "不能由同一人担任"),
        ({"capacity": [r.SYSTEM_ADMIN]}, "三员"),
        ({"capacity": []}, "至少选择一个"),
        ({"ticked": []}, "至少勾选一项"),
        ({"ticked": ["verb:nothing.there"]}, "重新勾选"),
        ({"ticked": ["page:TrailScreen.exports"]}, "须同时勾选"),
        ({"ticked": ["verb:certificate.issue"]}, "只属于"),
    ],
    ids=str,
)
def test_bad_input_is_refused_in_a_sentence_and_keeps_what_was_typed(security_admin, session, wrong, sentence):
    answer = sent(security_admin, "/role/add", FORM | {"note": "第一稿"} | wrong)
    page = page_of(answer)
    assert answer.status_code == 422 and sentence in page and "第一稿" in page
    assert charter_named(session, "市州查询员") is None
    if "ticked" not in wrong and r.CITY_OFFICER in FORM["capacity"] and "capacity" not in wrong:
        assert f'value="{TRAIL}" checked' in page


def test_two_secadmins_at_once_end_as_one_done_and_one_told(security_admin, browser, make, session):
    sent(security_admin, "/role/add", FORM)
    charter = charter_named(session, "市州查询员")
    second = browser(make.account(r.SECURITY_ADMIN))
    seen = re.search(r'name="version" value="(\d+)"', page_of(second.get(f"/role/edit/{charter.id}")))[1]
    more = FORM | {"version": seen, "ticked": [TRAIL, REACHED, "page:AuditScreen.opens"]}
    assert sent(security_admin, f"/role/edit/{charter.id}", more).status_code == 302
    late = sent(second, f"/role/edit/{charter.id}", FORM | {"version": seen, "ticked": [TRAIL]})
    assert late.status_code == 409 and "刚刚被他人处理过" in page_of(late)
    assert rules.held_by(charter_named(session, "市州查询员")) == {TRAIL, REACHED, "page:AuditScreen.opens"}
    twin = sent(second, "/role/add", FORM)
    assert twin.status_code == 422 and "已有名为" in page_of(twin)


def test_an_administrators_role_is_not_to_be_edited(security_admin, make, session):
    charter = make.charter(r.SECURITY_ADMIN)
    session.commit()
    assert "产品固定" in page_of(security_admin.get(f"/role/edit/{charter.id}"))
    assert f"/role/edit/{charter.id}" not in page_of(security_admin.get("/role/list/"))


def test_the_audit_administrator_reads_and_changes_nothing(browser, make, session):
    client, charter = browser(make.account(r.AUDIT_ADMIN)), make.charter(r.LEADER)
    session.commit()
    assert client.get("/role/list/").status_code == client.get(f"/role/show/{charter.id}").status_code == 200
    assert client.get("/roles/?kind=verb&q=终止").status_code == 200
    assert client.get("/role/add").status_code == client.get(f"/role/edit/{charter.id}").status_code == 403


def test_a_standing_role_that_was_adjusted_says_so_and_is_set_back(security_admin, make, session):
    charter = make.charter(r.LEADER)
    session.commit()
    taken = rules.held_by(charter) - {"rows:quota.province"}
    form = {"note": "", "version": charter.version, "ticked": sorted(taken)}
    assert sent(security_admin, f"/role/edit/{charter.id}", form).status_code == 302
    page = page_of(security_admin.get(f"/role/show/{charter.id}"))
    assert "已调整" in page and "全省的职数" in page and "恢复默认" in page
    assert "已调整" in page_of(security_admin.get("/role/list/"))
    assert "－✓" in page_of(security_admin.get("/roles/?kind=rows&q=职数"))
    sent(security_admin, f"/role/act/{charter.id}/restore", {"reason": "按默认"})
    assert "已调整" not in page_of(security_admin.get(f"/role/show/{charter.id}"))


def test_what_an_account_sees_is_told_in_words_and_numbers_without_a_record(security_admin, make, session):
    office = make.organisation(kind="city")
    declaration = make.declaration(state=D.UNDER_AUDIT, route=[office], position=1)
    account = make.account(r.CITY_OFFICER, organisation_id=office.id)
    session.commit()
    page = page_of(security_admin.get(f"/role/account/{account.id}"))
    assert "职称申报人员资格审核" in page and "到达过本机构的申报" in page
    assert re.search(r"到达过本机构的申报</td>\s*<td[^>]*>1</td>", page)
    assert declaration.number not in page and declaration.applicant_name not in page


# -- in force at once, and after an upgrade -------------------------------------------------------------


def test_a_change_counts_from_the_next_request_of_who_is_signed_in(security_admin, app, browser, make, session):
    sent(security_admin, "/role/add", FORM)
    charter = charter_named(session, "市州查询员")
    client = browser(holder(make, charter, organisation_id=make.organisation(kind="city").id))
    assert client.get("/trailscreen/list/").status_code == 200 and client.get("/auditscreen/list/").status_code == 403
    form = FORM | {"version": charter.version, "ticked": ["page:AuditScreen.opens", REACHED]}
    sent(security_admin, f"/role/edit/{charter.id}", form)
    assert client.get("/trailscreen/list/").status_code == 403 and client.get("/auditscreen/list/").status_code == 200
    sent(security_admin, f"/role/act/{charter.id}/retire", {"reason": "试点结束"})
    assert client.get("/auditscreen/list/").status_code == client.get("/home/").status_code == 403


def test_an_upgrade_leaves_made_and_adjusted_roles_alone_and_removes_strangers(security_admin, app, make, session):
    sent(security_admin, "/role/add", FORM)
    leader = make.charter(r.LEADER)
    session.commit()
    taken = rules.held_by(leader) - {"page:PlanSearchScreen.opens", "page:PlanSearchScreen.exports"}
    sent(security_admin, f"/role/edit/{leader.id}", {"note": "", "version": leader.version, "ticked": sorted(taken)})
    before = grants(session)
    stolen = session.scalar(select(assoc_permissionview_role.c.permission_view_id).limit(1))
    session.execute(insert(assoc_permissionview_role).values(permission_view_id=stolen, role_id=make.role("Admin").id))
    session.commit()
    with app.app_context():
        assert sync_permissions(app.appbuilder) == (0, 0) or grants(session) == before
    assert grants(session) == before
    assert rules.held_by(charter_named(session, "市州查询员")) == {TRAIL, REACHED}
    assert charter_named(session, r.LEADER).adjusted
    assert session.scalar(select(Role).where(Role.name == "Admin")) is None


def grants(session):
    session.expire_all()
    table = assoc_permissionview_role.c
    rows = session.execute(select(Role.name, table.permission_view_id).join(Role, Role.id == table.role_id))
    return {(name, pair) for name, pair in rows if name != "Admin"}


# -- one truth: list, detail, /open/, search, export, badge ----------------------------------------------


def test_list_detail_open_search_export_and_badge_tell_the_same(app, browser, make, session, as_):
    office, other = make.organisation(kind="city"), make.organisation(kind="city")
    mine, theirs = (make.declaration(state=D.UNDER_AUDIT, route=[o], position=1) for o in (office, other))
    pages = {"page:AuditScreen.opens", "page:AuditScreen.exports"}
    for scopes, sees in (({REACHED}, True), (set(), False)):
        charter = rules.make_role(
            as_(make.account(r.SECURITY_ADMIN)),
            name=f"审核辅助{len(scopes)}",
            note="",
            capacities=[r.CITY_OFFICER],
            ticked=pages | scopes,
        )
        client = browser(holder(make, charter, organisation_id=office.id))
        listed = page_of(client.get("/auditscreen/list/"))
        assert (mine.number in listed) is sees and theirs.number not in listed
        for declaration, shown in ((mine, sees), (theirs, False)):
            assert client.get(f"/auditscreen/show/{declaration.id}").status_code == (200 if shown else 404)
            assert client.get(f"/open/declaration/{declaration.id}").status_code == (302 if shown else 404)
            found = page_of(client.get(f"/home/find?q={declaration.number}", follow_redirects=True))
            assert (declaration.applicant_name in found) is shown
        badge = re.search(r'href="/auditscreen/list/[^"]*"[^>]*><span>[^<]*</span>(?:<i[^>]*>(\d+))?', listed)
        waiting = page_of(client.get("/auditscreen/list/?desk=waiting"))
        assert int(badge[1] or 0) == int(re.search(r"共 (\d+) 条", waiting)[1] if "共 " in waiting else 0) == int(sees)
        assert client.get(f"/auditscreen/act/{mine.id}/send_back").status_code == (403 if sees else 404)


# -- for any made role: what the menu shows is what the routes allow --------------------------------------

CAPACITIES = st.lists(st.sampled_from(rules.BUILDABLE), min_size=1, max_size=3, unique=True).filter(
    lambda chosen: not clash(chosen)
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(capacities=CAPACITIES, seed=st.integers(0, 2**32))
def test_the_menu_shows_exactly_what_the_routes_allow(app, make, as_, session, capacities, seed):
    chance = random.Random(seed)
    may_have = sorted(rules.choosable(capacities))
    pages = {k for k in may_have if k.startswith("page:") and chance.random() < 0.4}
    ticked = {k for k in pages if f"{k.rpartition('.')[0]}.opens" in pages}
    ticked |= {k for k in may_have if not k.startswith("page:") and chance.random() < 0.5}
    ticked = ticked or {next(k for k in may_have if not k.startswith("page:"))}
    name = f"随机角色{chance.randrange(10**9)}"
    uow = as_(make.account(r.SECURITY_ADMIN))
    charter = rules.make_role(uow, name=name, note="", capacities=capacities, ticked=ticked)
    account = holder(make, charter, organisation_id=make.organisation(kind="city").id)
    session.commit()
    client = sign_in_for_test(app, app.test_client(), account)
    with app.test_request_context():
        g.user = account
        shown = {entry.number for entry in entries_of(account)}
        addresses = {e.number: e.url for e in _entries if e.label}
    basic = {a.key.split(":")[1].split(".")[0] for a in known().values() if a.kind == PAGE and a.basic}
    opened = {k.split(":")[1].split(".")[0] for k in ticked if k.endswith(".opens")} | basic
    assert {_entries[n].name for n in shown} == {e.name for e in _entries if e.label and e.name in opened}
    for number, address in addresses.items():
        if number in shown or chance.random() < 0.1:
            status = client.get(address).status_code
            assert (status != 403) is (number in shown), (address, status)
