"""An installation as README's production chapter makes it: a machine with its commands, and people with cookies."""

from __future__ import annotations

import csv
import http.cookiejar
import io
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pyotp
from openpyxl import load_workbook
from stdnum.cn import uscc

from tests.served.conftest import ROOT, free_port

MASTER, SESSION, OTHER = "1a" * 32, "2b" * 32, "3c" * 32
NAMES = {"city1": "刘文", "city1.head": "谭立", "unit1": "何平", "unit1.head": "罗真"}
COMPANY, CITY = "长沙某建筑有限公司", "长沙市人力资源和社会保障局"
NEW = "Kestrel7#harbour-lantern"
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
VERSION = re.compile(r'name="version"\s+value="([^"]+)"')


class Office:
    """One machine of the installation: a data directory, and the environment of its unit file."""

    def __init__(self, home, url):
        self.home = home
        home.mkdir(exist_ok=True)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG", "DEMO", "DATA"))
        } | {
            "DEMO": "0",
            "DATA_DIR": str(home),
            "DATABASE_URL": url.replace("+psycopg", ""),
            "ZHICHENG_MASTER": MASTER,
            "ZHICHENG_SESSION": SESSION,
            "INSECURE_COOKIE": "1",
            "PORT": str(free_port()),
        }

    def run(self, *words, **other):
        """A command: status, and all that it said."""
        environment = {name: value for name, value in (self.environment | other).items() if value is not None}
        line = [sys.executable, "-m", "flask", "--app", "run", *words]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def serve_refuses(self, **other):
        """What the server says instead of starting."""
        line = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "run:app"]
        environment = self.environment | other
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode != 0
        return done.stdout + done.stderr


class Person:
    """A browser with cookies. `ahead`: seconds by which the installation's clock is ahead of this machine's."""

    ahead = 0

    def __init__(self, port):
        self.place = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path):
        try:
            with self.opener.open(self.place + path, timeout=30) as answer:
                return answer.geturl().removeprefix(self.place), answer.read().decode()
        except urllib.error.HTTPError as answer:
            return path, answer.read().decode()

    def post(self, path, **typed):
        seen = self.get(path)[1]
        version = VERSION.search(seen)
        hidden = {"csrf_token": CSRF.search(seen)[1]} | ({"version": version[1]} if version else {})
        body = urllib.parse.urlencode(typed | hidden).encode()
        try:
            with self.opener.open(self.place + path, body, timeout=30) as answer:
                return answer.geturl().removeprefix(self.place), answer.read().decode()
        except urllib.error.HTTPError as answer:
            return path, answer.read().decode()

    def enter(self, username, first):
        """The first day: password, second factor, a password of one's own."""
        where, page = self.post("/login/", username=username, password=first)
        assert where == "/second-factor/", (where, page[-600:])
        self.username, self.secret = username, re.search(r'<code class="num">([A-Z2-7]+)</code>', page)[1]
        where, page = self.post("/second-factor/", code=self.code())
        assert where == "/password/", (where, page[-600:])
        where, page = self.post("/password/", old=first, password=NEW, again=NEW)
        assert where in ("/", "/home/"), (where, page[-600:])
        return page

    def code(self):
        """What the authenticator shows now."""
        return code_now(self.secret, self.ahead)

    def again(self):
        """Signing in anew: a code of the authenticator counts once, so the next one is waited for."""
        time.sleep(30 - time.time() % 30 + 0.5)
        where, page = self.post("/login/", username=self.username, password=NEW)
        assert where == "/second-factor/", (where, page[-600:])
        where, page = self.post("/second-factor/", code=self.code())
        assert where in ("/", "/home/"), (where, page[-600:])

    def fills(self, path, **typed):
        """A page with a form of its own: what is hidden in it goes along. Where it led, and what is read there."""
        page = self.get(path)[1]
        version = re.search(r'name="version"\s+value="([^"]*)"', page)
        where, page = self.post(path, **typed, **({"version": version[1]} if version else {}))
        told = re.findall(r'class="(?:flash bad|alert)".*?</div>', page, re.DOTALL)
        assert not told, (path, told)
        return where, page

    def imports(self, kind, *rows):
        """批量导入: upload a table, look at it, 提交; the batch page."""
        target = io.StringIO()
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        token = CSRF.search(self.get(f"/import/new/{kind}")[1])[1]
        head = f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--edge\r\n'
        head += 'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
        body = head.encode() + target.getvalue().encode("utf-8-sig") + b"\r\n--edge--\r\n"
        kind_of_body = {"Content-Type": "multipart/form-data; boundary=edge"}
        request = urllib.request.Request(f"{self.place}/import/new/{kind}", body, kind_of_body)
        with self.opener.open(request, timeout=60) as answer:
            where = answer.geturl().removeprefix(self.place)
        assert "/import/show/" in where, where
        return self.fills(where.replace("/show/", "/act/") + "/commit")[1]


def code_of(n, lead="11"):
    """A credit code with its check digit."""
    body = f"{lead}430000MB{n:07d}"[:17]
    return body + uscc.calc_check_digit(body)


def code_now(secret, ahead=0):
    """What an authenticator with that secret shows where the clock is so many seconds ahead."""
    return pyotp.TOTP(secret).at(time.time() + ahead)


def key_of(where):
    """The number at the end of an address."""
    return re.search(r"/(\d+)$", where)[1]


def the_first_day(server, system, security):
    """开通向导 from the first configurator to offices with accounts, by the screens of the product alone.

    Gives the configurator, and the first password of each clerk by his user name.
    """
    assert "您可以办理：省厅配置岗" in system.get("/home/")[1]
    where, page = system.fills("/accountscreen/add", username="cfg.ma", last_name="马某")
    first = re.search(r'id="first-password">([^<]+)<', page)[1]
    account = re.search(r"/accountscreen/show/(\d+)", page)[1]
    assert "您可以办理：省厅配置岗" in security.get("/home/")[1]
    security.fills(f"/accountscreen/act/{account}/grant_role", role="省厅配置岗")
    config = Person(server.port)
    config.enter("cfg.ma", first)
    assert "登记省人社厅" in config.get("/firstday/")[1]
    where, page = config.fills(
        "/organisationscreen/add", code=code_of(1), name="湖南省人力资源和社会保障厅", kind="province",
        nature="government", region_code="430000",
    )  # fmt: skip
    province = key_of(where)
    placed = {"name": "马某", "position": "经办人", "organisation": province, "reason": "首日归属"}
    system.fills(f"/accountscreen/act/{account}/reassign", **placed)
    config.again()  # the account signs in anew, and keeps its role
    city = {"统一信用代码": code_of(2), "机构名称": CITY, "节点类型": "市州人社部门"}
    city |= {"行政区划": "430100", "上级单位统一信用代码": code_of(1)}
    company = {"统一信用代码": code_of(3, "91"), "机构名称": COMPANY, "节点类型": "用人单位"}
    company |= {"行政区划": "430102", "上级单位统一信用代码": code_of(2)}
    assert "已提交" in config.imports("organisation", city, company)

    # accounts by the one, roles by the other, first passwords handed out once
    clerks = {
        "city1": (code_of(2), "经办人"),
        "city1.head": (code_of(2), "负责人"),
        "unit1": (code_of(3, "91"), "经办人"),
        "unit1.head": (code_of(3, "91"), "负责人"),
    }
    rows = [{"用户名": u, "姓名": NAMES[u], "所在机构名称或统一信用代码": c, "岗位": p} for u, (c, p) in clerks.items()]
    assert "已提交" in system.imports("account", *rows)
    token = CSRF.search(system.get("/accountscreen/passwords")[1])[1]
    body = urllib.parse.urlencode({"csrf_token": token}).encode()
    with system.opener.open(system.place + "/accountscreen/passwords", body, timeout=60) as answer:
        sheet = load_workbook(io.BytesIO(answer.read())).worksheets[0]
    passwords = {row[0]: row[3] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(passwords) == set(clerks)
    page = security.imports(
        "account_role",
        {"用户名": "city1", "角色": "市州人社经办人"},
        {"用户名": "city1.head", "角色": "市州人社经办人"},
        {"用户名": "unit1", "角色": "市州人社经办人"},
    )
    assert "用人单位" in page  # a company's clerk is not given the desk of the city
    company = [{"用户名": u, "角色": "单位经办人"} for u in ("unit1", "unit1.head")]
    security.imports("account_role", *company)
    page = config.get("/firstday/")[1]
    assert "有审核账号的机构 1 个，没有的 0 个" in page and "其中有经办账号的 1 个" in page
    return config, passwords
