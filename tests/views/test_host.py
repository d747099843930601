"""Which hosts are answered (PUBLIC_URL): a stranger's name gets a sentence, and no page carries it."""

from __future__ import annotations

import pytest

from app import config


@pytest.fixture
def published(app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://zc.example.gov.cn")
    monkeypatch.setitem(app.config, "ONE_HOST", True)
    return app


def test_every_route_refuses_a_strangers_host(published):
    """Whatever is asked, by whatever method, a host that is not ours is told where to go and nothing else."""
    client, asked = published.test_client(), 0
    for rule in published.url_map.iter_rules():
        if rule.endpoint in ("healthz", "readyz", "metrics"):
            continue
        path = "".join("1" if dynamic else text for dynamic, text in rule._trace if text != "|")
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = client.open(path, method=method, headers={"Host": "evil.example"})
            assert answer.status_code == 421 and "PUBLIC_URL" in answer.get_data(as_text=True), (method, path)
            assert "evil.example" not in answer.get_data(as_text=True) and "Location" not in answer.headers
            asked += 1
    assert asked > 400


@pytest.mark.parametrize(
    "host", ["zc.example.gov.cn", "ZC.example.gov.cn:443", "127.0.0.1:8080", "localhost", "[::1]:80"]
)
def test_the_published_name_and_the_machine_itself_are_answered(published, host):
    assert published.test_client().get("/verify/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["", "zc.example.gov.cn.evil.example", "evil.example#zc.example.gov.cn", "10.0.0.1", "a@b"]
)
def test_what_only_looks_like_it_is_refused(published, host):
    assert published.test_client().get("/verify/", headers={"Host": host}).status_code in (400, 421)


def test_a_probe_asks_by_any_name(published):
    assert published.test_client().get("/healthz", headers={"Host": "10.0.0.1"}).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["zc.example.gov.cn", "ftp://zc.example.gov.cn", "https://", "https://a/b", "https://a?b=1", "https://a#b",
     "https://u@a", "https://a b", "https://a:99999", "https://a:x", "javascript:alert(1)"],
)  # fmt: skip
def test_a_setting_that_is_no_address_stops_the_start(monkeypatch, capsys, text):
    monkeypatch.setenv("PUBLIC_URL", text)
    with pytest.raises(SystemExit):
        config.public_url(demo=True)
    told = capsys.readouterr().err
    assert "PUBLIC_URL" in told and "更正" in told


def test_production_wants_https_and_a_demonstration_says_where_it_listens(monkeypatch, capsys):
    monkeypatch.setenv("PUBLIC_URL", "http://zc.example.gov.cn")
    monkeypatch.delenv("INSECURE_COOKIE", raising=False)
    with pytest.raises(SystemExit):
        config.public_url(demo=False)
    assert "https" in capsys.readouterr().err
    assert config.public_url(demo=True) == "http://zc.example.gov.cn"
    monkeypatch.setenv("PUBLIC_URL", "")
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8123")
    assert config.public_url(demo=True) == "http://127.0.0.1:8123"
