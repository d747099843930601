"""One word for one thing: every text of screens, messages and papers is walked (docs/words.md)."""

import csv
import re

import pytest

from tools import words
from workflow.office.clauses import CITED, code_of


@pytest.fixture(scope="module")
def told():
    """(file, line, text) of all that people may read."""
    return [
        (path.relative_to(words.ROOT).as_posix(), line, text)
        for path in words.files()
        for line, text in words.texts(path)
    ]


@pytest.fixture(scope="module")
def clauses():
    with (words.ROOT / "data/reference/clauses.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def test_the_page_of_words_is_that_of_the_list():
    assert words.TARGET.read_text(encoding="utf-8") == words.document(), "run: python -m tools.words"


@pytest.mark.parametrize("word", [w for w in words.WORDS if w.instead_of], ids=lambda w: w.word)
def test_a_thing_has_one_word(told, word):
    strange = word.strange()
    found = [
        f"{path}:{line} {text.strip()[:60]}"
        for path, line, text in told
        if path not in word.but and strange.search(text)
    ]
    assert not found, f"write {word.word}"


def test_where_another_word_may_stand_it_does_stand(told):
    """An exception that is no longer needed is taken out."""
    for word in words.WORDS:
        for path in word.but:
            assert any(p == path and word.strange().search(text) for p, _line, text in told), (word.word, path)


def test_nobody_has_to_know_the_names_of_the_inside(told):
    found = [
        f"{path}:{line} {text.strip()[:60]}"
        for path, line, text in told
        if path not in words.SPOKEN_OF and words.INSIDE.search(text)
    ]
    assert not found


def test_every_word_cites_a_clause_that_the_office_keeps(clauses):
    assert {w.clause for w in words.WORDS if w.clause and w.clause not in clauses} == set()


def test_every_citation_of_the_notice_leads_to_its_text(told, clauses):
    cited = [(path, line, found[0]) for path, line, text in told for found in re.finditer(CITED, text)]
    assert len(cited) > 400
    astray = {f"{path}:{line} {word}" for path, line, word in cited if code_of(word, clauses) is None}
    assert not astray, "no clause of that number in data/reference/clauses.csv"
