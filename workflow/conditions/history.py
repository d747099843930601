"""The demands of a row's own columns: education, title held, professional work."""

from __future__ import annotations

from models.committees.catalogue import LADDER, TitleLevel
from workflow.conditions.atom import DEGREE, LICENCE, Atom, Check, Day, unknown, waiting
from workflow.conditions.days import When, full_after, full_with_gaps
from workflow.conditions.person import DEGREES, Held, Person, Target
from workflow.conditions.three import Verdict

EDUCATION, TITLES, WORK = "education", "titles", "basic.work_since"
#: `held_series` of a row that has none, of one that takes any, and of one that wants another.
OWN, ANY, OTHER = "", "*", "other"


def degree(codes: tuple[str, ...]) -> Check:
    """学历或学位 of any of these kinds, held at the cut-off (the day included); a later one counts from its day on."""
    need = "学历或学位：" + "、".join(DEGREES[code] for code in codes)
    wanted = frozenset(codes)

    def check(person: Person, _target: Target, day: Day) -> Atom:
        if person.degrees is None:
            return unknown(need, EDUCATION)
        best: Atom | None = None
        for word, satisfies, on in person.degrees:
            if satisfies is not None and not wanted & satisfies:
                continue
            have = f"{DEGREES.get(word, word) or '未注明'}（{on}）"
            held = (
                unknown(need, EDUCATION, have) if satisfies is None else waiting(on, need, have, EDUCATION, day.cutoff)
            )
            if best is None or (held.verdict, -held.cost) > (best.verdict, -best.cost):
                best = held
        if best is not None:
            return best
        have = "、".join(dict.fromkeys(DEGREES.get(word, word) for word, *_ in person.degrees)) or "无"
        return Atom(Verdict.NOT_MET, need, have, EDUCATION, None, DEGREE)

    return check


def held(level: str, basis: str, years: int, series: str) -> Check:
    """任现职: a title of this level or a higher one, of the allowed series, obtained or employed so many full years."""
    least, employed = LADDER.index(TitleLevel(level)), basis == "employed"
    allowed = frozenset(int(part) for part in series.split("|")) if series[:1].isdigit() else frozenset()
    years_said = (f"，受聘满{years}年" if employed else f"，取得满{years}年") if years else ""
    whose = {OWN: "本系列", ANY: "任一系列", OTHER: "其他系列"}.get(series, f"第{series.replace('|', '、')}系列")
    need = f"{whose}{TitleLevel(level).label}职称{years_said}"

    def counts(title: Held, target: Target) -> bool:
        if title.level < least:
            return False
        if series == OWN:
            return bool(title.series == target.series)
        if series == OTHER:
            return bool(title.series != target.series)
        return series == ANY or title.series in allowed

    def check(person: Person, target: Target, day: Day) -> Atom:
        if person.titles is None:
            return unknown(need, TITLES)
        best: Atom | None = None
        for title in person.titles:
            if title.series is None and title.level >= least and series != ANY:
                judged = unknown(need, TITLES, f"{_named(title)}，系列未填写")
            elif not counts(title, target):
                continue
            elif employed:
                judged = _employed(title, years, need, day)
            else:
                reached = full_after(title.since, years, day.counting)
                judged = waiting(reached, need, _named(title), TITLES, day.cutoff)
            if best is None or (judged.verdict, -judged.cost) > (best.verdict, -best.cost):
                best = judged
        if best is not None:
            return best
        have = "；".join(map(_named, person.titles)) or "无"
        return Atom(Verdict.NOT_MET, need, have, TITLES, None, LICENCE)

    return check


def _named(title: Held) -> str:
    return f"{TitleLevel(LADDER[title.level]).label}（{title.since}起）"


def _employed(title: Held, years: int, need: str, day: Day) -> Atom:
    if title.employed is None:
        return unknown(need, TITLES, f"{_named(title)}，聘任起止未填写")
    if not title.employed:
        return Atom(Verdict.NOT_MET, need, f"{_named(title)}，未受聘", TITLES, None, LICENCE)
    reached, gaps = full_with_gaps(title.employed, years, day.counting)
    since = min(span[0].first for span in title.employed)
    have = f"受聘自 {since}" + (f"，中断 {gaps} 天已扣除" if gaps else "")
    if reached is None:
        return Atom(Verdict.NOT_MET, need, f"{have}，聘任已止", TITLES, None, LICENCE)
    return waiting(reached, need, have, TITLES, day.cutoff)


def work(years: int, counts_from: str, codes: tuple[str, ...]) -> Check:
    """从事专业工作 so many full years; counted from `degree` on, or at any time."""
    if counts_from == "degree":
        return _work_after(years, frozenset(codes))
    need = f"从事专业工作满{years}年"

    def check(person: Person, _target: Target, day: Day) -> Atom:
        return unknown(need, WORK) if person.work is None else _worked(person.work, years, need, day)

    return check


def _work_after(years: int, wanted: frozenset[str]) -> Check:
    """The earliest education that the row asks for starts the clock; work before it does not count."""
    need = f"取得相应学历后从事专业工作满{years}年"

    def check(person: Person, _target: Target, day: Day) -> Atom:
        if person.degrees is None:
            return unknown(need, EDUCATION)
        fitting = [on for _word, satisfies, on in person.degrees if satisfies is not None and wanted & satisfies]
        if not fitting:  # costs nothing here: the demand for the education itself says what that costs
            return Atom(Verdict.NOT_MET, need, "无相应学历", EDUCATION)
        since = min(fitting, key=lambda on: (on.last, on.first))
        if person.work is None:
            soonest = waiting(full_after(since, years, day.counting), need, f"学历取得 {since}", WORK, day.cutoff)
            return soonest if soonest.verdict is Verdict.NOT_MET else unknown(need, WORK)
        after = [(a.later(since), b) for a, b in person.work if b is None or b.last >= since.first]
        if not after:
            return Atom(Verdict.NOT_MET, need, "取得学历后未从事专业工作", WORK, None, LICENCE)
        return _worked(after, years, need, day)

    return check


def _worked(began: list[tuple[When, When | None]], years: int, need: str, day: Day) -> Atom:
    reached, gaps = full_with_gaps(began, years, day.counting)
    have = began[0][0].since + (f"，中断 {gaps} 天已扣除" if gaps else "")
    if reached is None:
        return Atom(Verdict.NOT_MET, need, f"{have}，已中止", WORK, None, LICENCE)
    return waiting(reached, need, have, WORK, day.cutoff)
