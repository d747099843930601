"""README's production chapter in a browser: from an empty PostgreSQL database to a declaration at the committee.

DEMO=0, second factor, first passwords that have to be changed. The days of the publicity really pass: between two
starts of the server the database's clock, which is the one that counts there, is put forward by its owner. The product
is told nothing of it.
"""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import create_engine
from stdnum.cn import ric

from models.declarations.declaration import DeclarationState
from tests.arena import postgres_database
from tests.journeys import papers
from tests.journeys.office import Office
from tests.journeys.people import NUMBER
from tests.served import installation
from tests.served.conftest import serving
from tests.served.installation import CITY, COMPANY, NEW, Person, code_now, key_of, the_first_day

COMMITTEE = "长沙市工程系列中级职称评审委员会"
BATCH = "2026 年度长沙市工程系列中级职称评审"
OPENED, AFTERWARDS = datetime(2026, 3, 2, 9), datetime(2026, 3, 10, 9)
IDENTITY = "43010219880512301"
IDENTITY += ric.calc_check_digit(IDENTITY + "0")


class Installed(Office):
    """A production: who comes for the first time changes his password and takes up an authenticator."""

    def __init__(self, chromium, url):
        super().__init__(chromium, "", NEW, {"person1": IDENTITY})
        self.url, self.firsts, self.secrets, self.ahead = url, {}, {}, 0

    def puts_clock(self, moment):
        """The owner of the database puts its clock to that moment of the province."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            ask = "SELECT extract(epoch FROM %s::timestamp AT TIME ZONE 'Asia/Shanghai' - pg_catalog.clock_timestamp())"
            #: whole steps of an authenticator, so that its codes change when this machine's would
            self.ahead = int(connection.exec_driver_sql(ask, (moment,)).scalar()) // 30 * 30
            connection.exec_driver_sql(
                "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + interval '{self.ahead} seconds' $$"
            )
            name = engine.url.database
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
        engine.dispose()
        Person.ahead = self.ahead

    @contextmanager
    def open(self, machine):
        """The server, until the block ends; every window is closed with it."""
        settings = {name: value for name, value in machine.environment.items() if name not in ("DATA_DIR", "PORT")}
        with serving(machine.home, **settings) as server:
            self.address = f"http://127.0.0.1:{server.port}"
            yield server
            self.close()

    def lets_in(self, page, username):
        """Password, second factor, and on the first day a password of one's own; an applicant has none of the two."""
        page.goto("/login/")
        page.fill("#username", username)
        page.fill("#password", self.firsts.get(username, NEW))
        with page.expect_navigation():
            page.locator("button:has-text('登录')").click()
        if not page.url.endswith("/second-factor/"):
            return
        if (shown := page.locator("code.num")).count():
            self.secrets[username] = shown.first.inner_text().strip()
        page.fill("[name=code]", code_now(self.secrets[username], self.ahead))
        with page.expect_navigation():
            page.locator("main button[type=submit]").first.click()
        if page.url.endswith("/password/"):
            for name, word in (("old", self.firsts.pop(username)), ("password", NEW), ("again", NEW)):
                page.fill(f"[name={name}]", word)
            with page.expect_navigation():
                page.locator("main button[type=submit]").first.click()


@pytest.fixture(scope="module")
def office(chromium):
    with postgres_database() as url:
        yield Installed(chromium, url)
        Person.ahead = 0


@pytest.fixture(scope="module")
def machine(office, tmp_path_factory):
    return installation.Office(tmp_path_factory.mktemp("production") / "data", office.url)


def test_from_an_empty_database_to_a_declaration_at_the_committee(office, machine):
    office.puts_clock(OPENED)
    administrators = installs(machine)
    with office.open(machine) as server:
        admins = {}
        for username, first in administrators.items():
            admins[username] = Person(server.port)
            admins[username].enter(username, first)
        config, office.firsts = the_first_day(server, admins["sys.wang"], admins["sec.li"])
        founds_the_committee(office, config, admins["sys.wang"], admins["sec.li"])
        number = declares(office)
        unit = office.as_("unit1")
        unit.receives(number)
        unit.checks(number)
        unit.posts_it(number)
        assert number not in unit.opens("单位推荐上报").reads(".main"), "nobody recommends before the term is over"
    office.puts_clock(AFTERWARDS)
    with office.open(machine):
        unit = office.as_("unit1")
        unit.closes_posting()
        unit.recommends(number)
        office.as_("city1").audits(number)
        committee = office.as_("committee1")
        committee.opens("职称申报人员资格复核").sees(number)
        assert office.as_("person1").looks_up(number) == DeclarationState.AT_COMMITTEE.label
    status, said = machine.run("journal", "verify")
    assert status == 0 and "审计日志完整" in said, said
    assert office.complaints() == []
    lacks_files(machine)


def lacks_files(machine):
    """A restore of the database without its files is refused by name, until the files are back."""
    kept = (machine.home / "files").rename(machine.home / "elsewhere")
    for words in (["journal", "verify"], ["store", "verify"]):
        status, said = machine.run(*words)
        assert status == 1 and "缺失" in said and "Traceback" not in said, said
        assert "审计日志完整" not in said and "全部完好" not in said, said
    assert "请从备份恢复文件存储" in machine.run("journal", "verify")[1]
    shutil.rmtree(machine.home / "files", ignore_errors=True)
    kept.rename(machine.home / "files")
    status, said = machine.run("journal", "verify")
    assert status == 0 and "个附件全部在" in said, said


def installs(machine):
    """The commands of the chapter; gives the first passwords of the three administrators."""
    status, said = machine.run("prepare")
    assert status == 0, said
    firsts = {}
    for username, role, name in (
        ("sys.wang", "系统管理员", "王某"),
        ("sec.li", "安全管理员", "李某"),
        ("aud.zhao", "审计管理员", "赵某"),
    ):
        status, said = machine.run("accounts", "create", username, "--role", role, "--name", name)
        assert status == 0, said
        firsts[username] = said.rsplit("：", 1)[1].strip()
    return firsts


def founds_the_committee(office, config, system, security):
    """组建评委会, its account, the path of the city, and the batch of the year."""
    where, page = config.fills(
        "/committeescreen/add", **{"series-text": "工程技术人员"}, name=COMMITTEE, level="intermediate",
        kind="ordinary", host="general", region_code="430100", account_name="committee1",
        valid_from="2026-01-01", valid_to="2028-12-31", size="15",
    )  # fmt: skip
    committee = key_of(where)
    config.fills(f"/committeescreen/act/{committee}/add_office", **{"organisation-text": CITY})
    config.fills(f"/committeescreen/act/{committee}/approve")
    where, page = config.fills(f"/committeescreen/act/{committee}/issue_account")
    office.firsts["committee1"] = re.search(r'id="first-password">([^<]+)<', page)[1]
    config.fills(
        "/intermediatepathscreen/add", **{"committee-text": COMMITTEE, "organisation-text": CITY}, node_kind="city"
    )
    city = office.as_("city1")
    city.opens("审核层级配置单位确认").finds()
    city.does("确认")
    host = office.as_("committee1")
    host.opens("年度批次信息提交").presses("新增")
    host.fills(
        {
            "年度": "2026", "批次名称": BATCH, "申报开始": "2026-03-02", "申报截止": "2026-05-29",
            "补正截止": "2026-06-12", "线上审核截止": "2026-06-30", "材料有效截止日（含）": "2026-05-29",
        }
    )  # fmt: skip
    host.presses("保存").told()
    host.does("提交")


def declares(office):
    """账号注册, the whole form, 提交; gives the number."""
    page = office.window()
    page.goto("/register/")
    for name, word in (("name", "周小禾"), ("id_number", IDENTITY), ("phone", "13907310001")):
        page.fill(f"[name={name}]", word)
    page.locator("[name=id_kind]").select_option(label="居民身份证")
    for name in ("password", "again"):
        page.fill(f"[name={name}]", NEW)
    page.locator("[name=agreed]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="注册").click()
    page.context.close()
    person = office.as_("person1")
    number = person.declares(BATCH, "工程师", COMPANY)
    assert NUMBER.fullmatch(number)
    held = papers.SECTIONS["titles"][0] | {"name": "助理工程师", "level": "assistant"}
    person.fills_the_form(titles=[held])
    person.submits()
    return number
