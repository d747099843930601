"""A start, a form or a command that cannot work says its own sentence, not one that fits everything."""

from __future__ import annotations

import re

import pytest

from app import config, standing
from tests.owner import behind
from workflow.accounts import password
from workflow.base import roles as r
from workflow.base import row_check

WORD = "Kestrel7#harbour"


@pytest.fixture
def production(app, monkeypatch):
    """Cookies for https only, forms with tokens."""
    for name, value in {"SESSION_COOKIE_SECURE": True, "WTF_CSRF_ENABLED": True, "DEMO": False}.items():
        monkeypatch.setitem(app.config, name, value)
    return app


def sentence(answer):
    return re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))


def test_a_form_over_plain_http_says_that_https_is_needed(production, browser):
    answer = browser().post("/login/", data={"username": "x", "password": "y"})
    assert answer.status_code == 400
    assert "只能通过 https 使用" in sentence(answer) and "X-Forwarded-Proto" in sentence(answer)
    assert "停留过久" not in sentence(answer)


def test_a_proxy_that_passes_another_host_is_told_with_both_names(production, browser):
    client, place = browser(), "https://localhost"
    page = client.get("/login/", base_url=place).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    typed = {"username": "x", "password": "y", "csrf_token": token}
    answer = client.post("/login/", base_url=place, headers={"Referer": f"{place}:8443/login/"}, data=typed)
    assert answer.status_code == 400
    assert "localhost:8443" in sentence(answer) and "$http_host" in sentence(answer)
    answer = client.post("/login/", base_url=place, data=typed)
    assert "Referer" in sentence(answer)
    answer = client.post(
        "/login/", base_url=place, headers={"Referer": f"{place}/login/"}, data=typed | {"csrf_token": "x"}
    )
    assert "停留过久" in sentence(answer)


def test_the_examples_of_the_documents_pass_the_host_with_its_port():
    for name in ("README.md", "docs/deployment.md"):
        said = (config.ROOT / name).read_text()
        assert "proxy_set_header Host $http_host;" in said and "$host;" not in said, name


def test_one_secret_for_two_purposes_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("ZHICHENG_MASTER", "ab" * 32)
    monkeypatch.setenv("ZHICHENG_SESSION", "AB" * 32)
    with pytest.raises(SystemExit):
        config.refuse_same_secret()
    assert "各生成一个" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["ab" * 31, "不是", "zz" * 32, "ab"])
def test_a_short_session_secret_is_refused(monkeypatch, capsys, tmp_path, given):
    monkeypatch.setenv("ZHICHENG_SESSION", given)
    with pytest.raises(SystemExit):
        config.secret("session", tmp_path)
    assert "ZHICHENG_SESSION 不是 32 字节以上" in capsys.readouterr().err


def test_a_role_given_behind_the_back_opens_nothing(app, browser, make, session):
    officer, issuer = make.account(r.UNIT_OFFICER), make.account(r.HRSS_CERT)
    officer.password = password.hashed(WORD)
    session.commit()
    client = browser(officer)
    assert row_check.forged_account(session, officer) == ""
    role = issuer.roles[0].id
    behind(session, "UPDATE ab_user_role SET role_id = :r WHERE user_id = :u", {"r": role, "u": officer.id})
    assert "与封存的内容不符" in row_check.forged_account(session, officer)
    answer = client.post("/account/", data={})
    assert answer.status_code in (403, 404, 405)
    answer = app.test_client().post("/login/", data={"username": officer.username, "password": WORD})
    assert "与封存的内容不符" in sentence(answer)


def test_a_password_hash_put_in_behind_the_back_signs_nobody_in(app, browser, make, session):
    officer = make.account(r.HRSS_CERT)
    session.commit()
    behind(session, "UPDATE ab_user SET password = :p WHERE id = :u", {"p": password.hashed(WORD), "u": officer.id})
    answer = app.test_client().post("/login/", data={"username": officer.username, "password": WORD})
    assert "与封存的内容不符" in sentence(answer)


def test_a_database_that_is_not_there_is_told_apart_from_one_that_is_not_prepared(tmp_path, monkeypatch, application):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setitem(application.config, "DEMO", False)
    monkeypatch.setitem(application.config, "DATA_DIR", str(tmp_path))
    monkeypatch.setattr(standing, "_file_missing", lambda engine: True)
    assert "没有设置 DATABASE_URL" in standing.ready(application)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    assert "请先执行 flask --app run prepare" in standing.ready(application)
    monkeypatch.setattr(standing, "_file_missing", lambda engine: False)
    assert "是空的" in standing.ready(application)  # made without migrations
