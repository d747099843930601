"""审计日志 is read out in words of the office; the sealed text stays on the page of the entry."""

from __future__ import annotations

import html
import json
import re

import pytest

from models.office.journal import JournalEntry
from tests.conftest import NOON
from views.office import journal_words
from workflow.base import roles

FACTS = {
    "label": "授予角色",
    "roles_removed": ["省厅配置岗"],
    "state": "under_audit",
    "sha256": "ab" * 32,
    "quiet": True,
}


def entry(session, **given):
    blank = dict(chain=98, seq=1, at=NOON, actor_id=1, actor="u1", role="系统管理员", previous_seal="", seal="", mac="")
    found = JournalEntry(**blank | {"verb": "grant_role", "subject": "ab_user:11"} | given)
    session.add(found)
    session.commit()
    return found


def test_a_reader_meets_labels_instead_of_names_of_the_inside(make, session, browser):
    sealed = json.dumps(FACTS, ensure_ascii=False)
    one = entry(session, details=sealed)
    client = browser(make.account(roles.AUDIT_ADMIN))
    page = client.get("/journal/list/").get_data(as_text=True)
    for word in ("账号 11", "授予角色", "收回的角色：省厅配置岗", "审核中"):
        assert word in page, word
    assert "roles_removed" not in page and "ab_user" not in page and "under_audit" not in page
    assert "roles_removed" in html.unescape(client.get(f"/journal/show/{one.id}").get_data(as_text=True)), "as sealed"


@pytest.mark.parametrize("facts", [{"zzz_unknown": "strange_code"}, {"rows": [{"key": "a", "told_ended": None}]}, {}])
def test_what_has_no_word_shows_no_name_of_the_inside(facts):
    assert not re.search(r"[A-Za-z]{3,}", journal_words.read_out(facts))
    assert journal_words.done("some_verb", facts) == "其他操作"
    assert journal_words.whose("some_table:7") == "其他记录 7"


def test_an_entry_that_was_tampered_with_is_still_listed(make, session, browser):
    entry(session, details="{broken", subject="path_node:*")
    answer = browser(make.account(roles.AUDIT_ADMIN)).get("/journal/list/")
    assert answer.status_code == 200 and "审核路径 全部" in answer.get_data(as_text=True)
