"""docs/operations.md is what a tired person types at night: every command in it, and in the other papers, exists."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from flask.cli import ScriptInfo

from app.config import ROOT

PAPERS = ("README.md", "README.zh-CN.md", *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md"))))
#: A command as it is written: to the end of the code, a pipe, a comment, a bracket or a Chinese stop.
TOLD = re.compile(r"flask --app run ([^`|#\n(（；。，、）;]+)")
#: The same in short, in the manual of the operator.
SHORT = re.compile(r"`((?:journal|keys|jobs|accounts|store|db|prepare|worker)(?: [^`]*)?)`")
#: What an operator looks for on the first day and on a bad one: each has its place in the manual.
ENTRIES = {
    "environment file": "EnvironmentFile=/etc/zhicheng.env",
    "unit files": "zhicheng-worker.service",
    "timers": "## Timers",
    "logs": "journalctl -u zhicheng",
    "incident number": "事件编号",
    "version": "ZHICHENG_RELEASE",
    "health": "/healthz",
    "upgrade": "## Upgrading, going back",
    "restore": "## After a restore",
    "lost factor": "重置动态口令",
    "two of each": "two of each",
    "last administrator": "accounts create",
    "master key": "## Change of the master key",
    "clearing of jobs": "jobs clear",
    "the demonstration": "## What differs from the demonstration",
}


def commands():
    for paper in PAPERS:
        text = (ROOT / paper).read_text()
        yield from ((paper, told.strip()) for told in TOLD.findall(text))
        if paper == "docs/operations.md":
            yield from ((paper, told.strip()) for told in SHORT.findall(text))


def resolved(group, words):
    """The command and the words that are left for it; fails where the next word names none."""
    context = click.Context(group, info_name="flask", obj=ScriptInfo())
    while isinstance(group, click.Group) and words:
        found = group.get_command(context, words[0])
        if found is None:
            return None, words
        group, words = found, words[1:]
    return group, words


@pytest.mark.parametrize(("paper", "told"), sorted(set(commands())))
def test_every_command_of_the_papers_exists_with_its_options(application, paper, told):
    words = [word.rstrip("：:,.") for word in shlex.split(told.replace("…", "x"), posix=True)]
    command, left = resolved(application.cli, [word for word in words if word not in ("x", "")])
    assert command is not None, f"{paper} tells of `{told}`, which the product does not know"
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"--help"}
    assert [word for word in left if word.startswith("--") and word.partition("=")[0] not in known] == []
    if isinstance(command, click.Group):
        assert not left and " " not in told, f"{paper}: `{told}` does not say what to do"


def test_the_papers_name_enough_commands_for_this_test_to_mean_something():
    told = {" ".join(words.split()[:2]) for _, words in commands()}
    assert len(told) >= 15 and {"journal verify", "keys change", "jobs clear"} <= told


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_manual_has_an_entry_for(entry):
    assert ENTRIES[entry] in (ROOT / "docs/operations.md").read_text()


def test_what_the_manual_says_a_refused_start_says_is_said():
    """The first column of its table stands in the sources."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/operations.md").read_text(), re.M)
    sources = "".join(p.read_text() for p in (ROOT / "app").rglob("*.py"))
    said = [row.strip() for row in rows if (re.search(r"[一-鿿]", row) and "请先执行" in row) or "不能以" in row]
    assert len(said) >= 3
    assert [row for row in said if row not in sources] == []
