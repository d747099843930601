"""Invented people and their declarations: plausible shares of states, levels and years, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from app.volume.places import Places, Unit
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationMode
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import CANDIDATES, CERTIFIED, Ending, Stage, states
from models.paths.path import Way
from models.sealed import Sealed, blind_index

# fmt: off
#: Shares of the states by the middle of a review year, in per mille.
SHARES = {
    S.DRAFT: 40, S.SUBMITTED: 60, S.UNIT_REVIEW: 30, S.UNIT_PUBLICITY: 30, S.UNDER_AUDIT: 70, S.AT_COMMITTEE: 60,
    S.QUALIFIED: 40, S.PLANNED: 30, S.IN_REVIEW: 30, S.PASSED: 20, S.FAILED: 170, S.RESULT_PUBLICITY: 20, S.OBJECTED: 3,
    S.FILING: 20, S.FILED: 60, S.ISSUED: 100, S.REPORTED: 150, S.RETURNED: 20, S.TERMINATED: 35, S.WITHDRAWN: 10, S.REVOKED: 2,
}
LEVELS = {TitleLevel.FULL_SENIOR: 12, TitleLevel.ASSOCIATE_SENIOR: 48, TitleLevel.INTERMEDIATE: 25, TitleLevel.ASSISTANT: 12}
MODES = {DeclarationMode.NORMAL: 940, DeclarationMode.EXCEPTIONAL: 20, DeclarationMode.TRANSFER: 15, DeclarationMode.GREEN: 15, DeclarationMode.ENTRUSTED: 10}
SCHOOLING = {"博士研究生毕业": 4, "硕士研究生毕业": 20, "大学本科毕业": 56, "大学专科毕业": 16, "中等专科毕业": 4}
WAYS = {Way.REVIEW: 900, Way.INITIAL: 60, Way.RECOGNITION: 40}
FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建国华志海燕春梅子轩雨欣佳怡思远浩然"
# fmt: on
AT_COMMITTEE = {S.AT_COMMITTEE, *states(stage=Stage.REVIEW, ending=Ending.OPEN)}
VOTED = {S.FAILED, S.FILED, S.FILING, *CERTIFIED, *states(stage=Stage.RESULT, ending=Ending.OPEN)}
OBTAINED = {S.FILED, *CERTIFIED}
PERSON = (
    "id", "name", "pinyin", "sex", "nation", "politics", "email", "born_on", "id_number", "phone", "id_index",
    "id_tail_index", "phone_index",
)  # fmt: skip
DECLARATION = (
    "id", "number", "year", "batch_id", "way", "person_id", "applicant_name", "unit_id", "region_code",
    "series_id", "title_id", "level", "committee_id", "mode", "state", "position", "returned_from",
    "submitted_at", "reached_committee_at", "plan_id", "voted_on", "votes_yes", "score", "filed_on",
    "paper_received_on", "version",
)  # fmt: skip
STEP = (
    "declaration_id", "position", "organisation_id", "reached_at", "done_at",
)  # fmt: skip
CONTENT = (
    "declaration_id", "sections",
)  # fmt: skip


class Cases:
    """Rows for the large tables, from 1 to `many`; iterate each kind once, in this order: people, declarations."""

    def __init__(self, places: Places, many: int) -> None:
        self.places, self.many = places, many
        chance = self.chance = places.chance
        titles = places.titles
        self.people_count = many // 2 + 1
        self.names = [self._name(n) for n in range(self.people_count + 1)]
        weights = [
            LEVELS.get(TitleLevel(level), 3) * (4 if series % 9 == 0 else 1) for _, series, level in places.titles
        ]
        self.titles = chance.choices(titles, weights, k=many)
        self.states = chance.choices(list(SHARES), list(SHARES.values()), k=many)
        self.years = chance.choices(places.years, range(len(places.years) + 7, 2 * len(places.years) + 7), k=many)
        self.modes = chance.choices([m.value for m in MODES], list(MODES.values()), k=many)
        self.ways = chance.choices(list(WAYS), list(WAYS.values()), k=many)

    def _name(self, n: int) -> str:
        choose = self.chance.choice
        return choose(FAMILIES) + choose(GIVEN) + (choose(GIVEN) if n % 3 else "")

    def people(self) -> Iterator[tuple[Any, ...]]:
        """Their numbers have the form of identity numbers and belong to nobody."""
        identity, telephone = Sealed("person.id_number"), Sealed("person.phone")
        for n in range(1, self.people_count + 1):
            number, phone = f"43000019{n:010d}", f"199{n:08d}"
            yield (
                n, self.names[n], "", "女" if n % 2 else "男", "汉族", "群众", "",
                date(1968 + n % 28, 1 + n % 12, 1 + n % 28),
                identity.process_bind_param(number, None), telephone.process_bind_param(phone, None),
                blind_index(number), blind_index("tail:" + number[-6:]), blind_index(phone),
            )  # fmt: skip

    def declarations(self) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
        """A declaration and the steps of its route, as far as it has gone."""
        for n in range(1, self.many + 1):
            (title, series, level), state, year = self.titles[n - 1], self.states[n - 1], self.years[n - 1]
            unit: Unit = self.chance.choice(self.places.units)
            committee, batch, plan = self.places.batches[series, year]
            sent = datetime(year, 5, 1) + timedelta(minutes=n * 7919 % 170_000)
            arrived, position, returned = self._where(n, state, unit)
            draft = state == S.DRAFT
            days = [sent + timedelta(days=8 * step) for step in range(len(unit.above) + 2)]
            person, voted = n // 2 + 1, state in VOTED
            planned = voted or state in CANDIDATES
            row = (
                n, f"HN{year}{n:08d}", year, batch, self.ways[n - 1].value, person, self.names[person],
                unit.id, unit.region, series, title, level, committee, self.modes[n - 1], state.value,
                -1 if draft else position, returned, None if draft else sent, days[-1] if arrived else None,
                plan if planned else None, date(year, 12, 10) if voted else None, 20 if voted else None,
                7000 + n % 3000 if voted else None, date(year, 12, 18) if state in OBTAINED else None,
                days[1].date() if arrived and n % 10 == 0 else None, 1,
            )  # fmt: skip
            reached = -1 if draft else len(unit.above) if arrived else max(position, returned or 0)
            yield (
                row,
                [
                    (
                        n,
                        at,
                        office,
                        days[at] if at <= reached else None,
                        days[at + 1] if at < reached or arrived else None,
                    )
                    for at, office in enumerate((unit.id, *unit.above))
                ],
            )

    def contents(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Of what was filled in only the highest 学历, which figures count."""
        words = list(SCHOOLING)
        for n, word in enumerate(self.chance.choices(words, [SCHOOLING[w] for w in words], k=self.many), 1):
            yield n, {"education": [{"education": word, "degree": "无"}]}

    @staticmethod
    def _where(n: int, state: S, unit: Unit) -> tuple[bool, int, int | None]:
        """Whether it has reached the committee, at which level it lies, and from which it was sent back."""
        if state in VOTED or state in AT_COMMITTEE:
            return True, len(unit.above) + 1, None
        if state == S.UNDER_AUDIT:
            return False, 1 + n % len(unit.above), None
        if state == S.RETURNED:
            return False, n % (len(unit.above) + 1), min(len(unit.above), 1 + n % len(unit.above))
        return False, 0, None
