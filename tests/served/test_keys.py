"""The change of the master key as its operator does it: killed at any moment, one of the two keys opens everything."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest

from app.config import ROOT


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    home = tmp_path_factory.mktemp("keys")
    flask(home, "prepare")
    flask(home, "accounts", "create", "audit_one", "--role", "审计管理员", "--name", "审一")
    return home


@pytest.fixture
def home(prepared, tmp_path):
    return shutil.copytree(prepared, tmp_path / "home")


def environment(home, **other):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG", "DEMO", "DATA"))}
    return clean | {"DATA_DIR": str(home), "DEMO": "0", "PUBLIC_URL": "https://zc.example.gov.cn", **other}


def line(*words):
    return [sys.executable, "-m", "flask", "--app", "run", *words]


def flask(home, *words, ends=0, **other):
    done = subprocess.run(
        line(*words), cwd=ROOT, env=environment(home, **other), capture_output=True, text=True, check=False
    )
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout + done.stderr


def killed(home, after):
    """Begin the change and kill it a moment after it has said so many lines."""
    with subprocess.Popen(
        line("keys", "change"), cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as run:
        for _ in range(after):
            run.stdout.readline()
        time.sleep(random.uniform(0, 0.05))
        run.kill()


def test_killed_at_any_moment_it_is_begun_again_and_the_old_key_opens_nothing_afterwards(home):
    old = (home / "keys" / "master").read_text()
    assert "master.next" in flask(home, "keys", "new") and "master.next" in flask(home, "keys", "new")
    for after in (1, 6, 9):
        killed(home, after)
        assert "审计日志完整" in flask(home, "journal", "verify")
    if (home / "keys" / "master").read_text() == old:  # none of them came to its end
        assert "主密钥已更换" in flask(home, "keys", "change")
    assert (home / "keys" / "master").read_text() != old
    assert "审计日志完整" in flask(home, "journal", "verify")
    assert "密钥指纹不符" in flask(home, "journal", "verify", ends=1, ZHICHENG_MASTER=old)
    assert "还没有下一把主密钥" in flask(home, "keys", "change", ends=1)


def test_ended_between_database_and_files_the_next_start_puts_the_key_in_its_place(home):
    keys = home / "keys"
    flask(home, "keys", "new")
    old, new = (keys / "master").read_text(), (keys / "master.next").read_text()
    flask(home, "keys", "change")
    (keys / "master.before-1").unlink()
    (keys / "master").write_text(old)
    (keys / "master.next").write_text(new)
    assert "审计日志完整" in flask(home, "journal", "verify")
    assert (keys / "master").read_text() == new and (keys / "master.before-1").read_text() == old
    assert not (keys / "master.next").exists()


def test_a_key_of_the_environment_is_changed_there_by_its_operator(home):
    old, new = (home / "keys" / "master").read_text(), secrets.token_hex(32)
    (home / "keys" / "master").unlink()
    told = flask(home, "keys", "change", ZHICHENG_MASTER=old, ZHICHENG_MASTER_NEXT=new)
    assert "ZHICHENG_MASTER 改为新密钥" in told and not (home / "keys" / "master").exists()
    assert "密钥指纹不符" in flask(home, "journal", "verify", ends=1, ZHICHENG_MASTER=old)
    assert "审计日志完整" in flask(home, "journal", "verify", ZHICHENG_MASTER=new)


def test_a_verification_goes_on_from_its_checkpoint_and_leaves_the_next(home):
    assert "没有本系统为这个数据库签出的检查点" in flask(home, "journal", "verify", "--continue", ends=1)
    assert "检查点" not in flask(home, "journal", "verify")
    assert "最近一次从第一条起核验在" in flask(home, "journal", "verify", "--continue")
    (kept,) = home.glob("journal/*/checkpoints.txt")
    assert len(kept.read_text().splitlines()) == 2
    copy = shutil.copy(kept, home / "copy.txt")
    assert "审计日志完整" in flask(home, "journal", "verify", "--checkpoint", str(copy))
    copy.write_text(copy.read_text().replace('"checkpoint/1"', '"checkpoint/2"'))
    assert "没有本系统" in flask(home, "journal", "verify", "--checkpoint", str(copy), ends=1)


def test_while_somebody_has_the_database_open_nothing_is_changed(home):
    flask(home, "keys", "new")
    with sqlite3.connect(home / "zhicheng.db") as other:
        other.execute("SELECT count(*) FROM person").fetchone()
        assert "请先停止全部节点" in flask(home, "keys", "change", ends=1)
    other.close()
    assert "主密钥已更换" in flask(home, "keys", "change")
