"""Who failed the vote does not stand again that year (118号 五(四)), whatever the batch says of several
declarations."""

from __future__ import annotations

import pytest

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as S
from models.paths.path import Way
from workflow.base import roles
from workflow.declarations import eligibility


@pytest.fixture
def before(make):
    """A declaration on which the committee has voted."""
    return make.declaration(state=S.FAILED, batch=make.batch(one_per_year=False))


@pytest.fixture
def found(make, as_):
    """What the rule says of a declaration."""
    office = as_(make.account(roles.COMMITTEE_OFFICE))
    return lambda declaration: [finding.sentence for finding in eligibility.not_reviewed_again(office, declaration)]


def test_who_was_not_agreed_to_is_not_reviewed_again_in_the_year(make, found, before):
    again = make.declaration(person=before.person, batch=before.batch, title=before.title)
    (sentence,) = found(again)
    assert before.number in sentence and "不得进行复评（118号 五(四)）" in sentence


def test_the_declaration_itself_another_person_and_another_year_are_not_meant(make, found, before):
    assert found(before) == []
    assert found(make.declaration(batch=before.batch, title=before.title)) == []
    later = make.declaration(person=before.person, title=before.title)
    later.year = before.year + 1
    assert found(later) == []


def test_another_level_and_a_first_title_are_other_titles(make, found, before):
    other = next(level for level in TitleLevel if level != before.level)
    assert found(make.declaration(person=before.person, level=other)) == []
    assert found(make.declaration(person=before.person, title=before.title, way=Way.INITIAL)) == []


def test_every_rule_of_the_submission_has_its_line_for_the_auditor():
    from workflow.declarations import checklist, eligibility

    assert set(checklist.HOLDS) == set(eligibility.RULES)
