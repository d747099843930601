"""The further demands of a row, written as tokens: `licence=teacher;rural_years>=1@city_school`.

`;` joins by AND, `||` by OR between tokens, `|` by OR inside one, where a part without a key takes the key before it;
`@group` limits a demand to the people of a group. A token that nobody has declared here is refused when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from workflow.base.errors import Refused
from workflow.conditions.atom import GROUP, LICENCE, PAPER, Atom, Check, Day, plain, unknown, waiting
from workflow.conditions.days import When, add_years, full_after, when
from workflow.conditions.person import SKILLS, Person, Target
from workflow.conditions.three import Verdict

#: An examination counts for so many years from its day on, unless its own last day is known (人社部 texts of 考评结合).
EXAM_YEARS = 3
#: Units from the narrowest to the widest.
SCOPES = ("village", "township", "county", "city", "province", "nation")
YES, NO = (True, "yes", "是", 1), (False, "no", "否", 0, "")

PART = re.compile(r"(?:(?P<key>[a-z_0-9.]+)(?P<sign><=|>=|=))?(?P<value>[^=<>@]+)")


@dataclass(frozen=True)
class Word:
    """What a key asks: label, field of the form, how it is judged, what missing it weighs, the words of its values."""

    label: str
    field: str
    judge: Callable[[Word, str, str, str], Check]
    cost: int = PAPER
    values: str = ""

    def said(self, value: str) -> str:
        """The word of a value."""
        return dict(pair.split(":") for pair in self.values.split()).get(value, value)


def _is(word: Word, key: str, _sign: str, value: str) -> Check:
    need = f"{word.label}：{word.said(value)}"

    def check(person: Person, _target: Target, _day: Day) -> Atom:
        if key not in person:
            return unknown(need, word.field)
        found = str(person.facts[key])
        return plain(found == value, need, word.said(found) if found != "none" else "无", word.field, word.cost)

    return check


def _yes(word: Word, key: str, _sign: str, _value: str) -> Check:
    def check(person: Person, _target: Target, _day: Day) -> Atom:
        if key not in person:
            return unknown(word.label, word.field)
        met = person.facts[key] not in NO
        return plain(met, word.label, "是" if met else "否", word.field, word.cost)

    return check


def _number(word: Word, key: str, _sign: str, value: str) -> Check:
    least = float(value)
    need = f"{word.label}不少于{value}"

    def check(person: Person, _target: Target, _day: Day) -> Atom:
        number = person.number(key)
        if number is None:
            return unknown(need, word.field)
        short = max(1, round((least - number) * word.cost))
        return plain(number >= least, need, f"{number:g}", word.field, short)

    return check


def _since(word: Word, key: str, _sign: str, value: str) -> Check:
    """So many full years since a day; the length itself is taken where only that is known."""
    years, began = int(value), key.replace("_years", "_since")
    need, number = f"{word.label}满{value}年", _number(word, key, _sign, value)

    def check(person: Person, target: Target, day: Day) -> Atom:
        if began not in person:
            return number(person, target, day) if key in person else unknown(need, word.field)
        since = when(person.facts[began])
        return waiting(full_after(since, years, day.counting), need, since.since, word.field, day.cutoff)

    return check


def _holds(word: Word, _key: str, _sign: str, value: str) -> Check:
    need = f"{word.label}：{word.said(value)}"

    def check(person: Person, _target: Target, day: Day) -> Atom:
        rows = person.all_of("licences")
        if rows is None:
            return unknown(need, word.field)
        for row in rows:
            if row.get("code") == value:
                on = when(row["on"]) if row.get("on") else None
                if on is None or on.by(day.cutoff) is Verdict.MET:
                    return plain(True, need, word.said(value), word.field)
                return waiting(on, need, f"{word.said(value)}（{on}）", word.field, day.cutoff)
        if any(row.get("code") is None for row in rows):
            return unknown(need, word.field, "所填资格中有未能识别的")
        return plain(False, need, "、".join(word.said(str(row["code"])) for row in rows) or "无", word.field, word.cost)

    return check


def _examined(word: Word, _key: str, _sign: str, value: str) -> Check:
    need = f"{word.label}：{word.said(value)}，成绩{EXAM_YEARS}年内有效"

    def check(person: Person, _target: Target, day: Day) -> Atom:
        rows = person.all_of("exams")
        if rows is None:
            return unknown(need, word.field)
        best = plain(False, need, "无", word.field, word.cost)
        for row in rows:
            if row.get("code") == value:
                on = when(row.get("on"))
                best = max(
                    best,
                    plain(_valid(on, row.get("valid_until"), day), need, f"{on}", word.field, word.cost),
                    key=lambda atom: atom.verdict,
                )
        return best

    return check


def _valid(on: When, until: object, day: Day) -> bool | None:
    ends = when(until) if until else When(add_years(on.first, EXAM_YEARS), add_years(on.last, EXAM_YEARS))
    if on.first > day.cutoff or ends.last < day.cutoff:
        return False
    return True if on.last <= day.cutoff <= ends.first else None


def _skilled(word: Word, _key: str, _sign: str, value: str) -> Check:
    grade, _, years = value.partition(":")
    least, full = SKILLS.index(grade), int(years or 0)
    need = f"{word.said(grade)}及以上职业技能等级" + (f"满{full}年" if full else "")

    def check(person: Person, _target: Target, day: Day) -> Atom:
        rows = person.all_of("skills")
        if rows is None:
            return unknown(need, word.field)
        best = plain(
            False, need, "、".join(word.said(str(row.get("grade"))) for row in rows) or "无", word.field, word.cost
        )
        for row in rows:
            if row.get("grade") in SKILLS and SKILLS.index(row["grade"]) >= least:
                on = when(row.get("on"))
                reached = waiting(
                    full_after(on, full, day.counting),
                    need,
                    f"{word.said(row['grade'])}（{on}）",
                    word.field,
                    day.cutoff,
                )
                best = max(best, reached, key=lambda atom: (atom.verdict, -atom.cost))
        return best

    return check


def _scope(word: Word, _key: str, _sign: str, value: str) -> Check:
    """单位层级 up to one; a word that is no level is a kind of unit."""
    need = f"{word.label}：{word.said(value)}" + ("及以下" if value in SCOPES else "")

    def check(person: Person, _target: Target, _day: Day) -> Atom:
        found, kind = person.facts.get("unit_scope"), person.facts.get("unit_kind")
        if value not in SCOPES:
            known = None if found is None and kind is None else value in (found, kind)
            return plain(known, need, word.said(str(kind or found or "未填写")), word.field, word.cost)
        if found is None:
            return unknown(need, word.field)
        met = found in SCOPES and SCOPES.index(found) <= SCOPES.index(value)
        return plain(met, need, word.said(str(found)), word.field, word.cost)

    return check


def _of_series(word: Word, key: str, _sign: str, value: str) -> Check:
    """Several numbers at once: one of them, or none of them."""
    numbers, wanted = frozenset(map(int, value.split("|"))), key == "series_in"
    need = f"申报系列{'为' if wanted else '不为'}第{value.replace('|', '、')}系列"

    def check(_person: Person, target: Target, _day: Day) -> Atom:
        return plain((target.series in numbers) == wanted, need, f"第{target.series}系列", word.field, word.cost)

    return check


def _of_specialty(word: Word, _key: str, _sign: str, value: str) -> Check:
    members = SPECIALTIES.get(value, (value,))
    need = f"{word.label}：{value}"

    def check(person: Person, target: Target, _day: Day) -> Atom:
        found = target.specialty or str(person.facts.get("specialty") or "")
        return plain(found in members if found else None, need, found or "未填写", word.field, word.cost)

    return check


def _absent(word: Word, _key: str, _sign: str, _value: str) -> Check:
    return lambda _person, _target, _day: unknown(word.label, word.field, "条件原文未载入")


SPECIALTIES = {
    "土建八专业": (
        "建筑工程", "市政公用工程", "工程造价", "建筑学", "风景园林", "给水排水", "建筑环境与设备", "白蚁防治",
    )
}  # fmt: skip

_LICENCES = (
    "teacher:教师资格 physician:执业医师资格 press:新闻记者证 broadcaster:播音员主持人资格 notary:公证员执业证 "
    "forensic:司法鉴定人执业证 publishing_middle:出版专业中级职业资格 veterinary:执业兽医资格 "
    "simultaneous:同声传译证书 "
    "seafarer:船员适任证书（船长） seafarer_te:船员适任证书（值班水手） seafarer_at:船员适任证书（三副、三管轮） "
    "seafarer_im:船员适任证书（大副、大管轮） nurse:护士执业资格"
)
_EXAMS = (
    "catti1:翻译专业资格一级 senior_accounting:高级会计师 senior_audit:高级审计师 senior_statistics:高级统计师 "
    "senior_economics:高级经济师"
)
_SKILLS = (
    "worker:中级工 senior_worker:高级工 technician:技师 senior_technician:高级技师 special_technician:特级技师 "
    "chief_technician:首席技师"
)
_SCOPES = "village:村级 township:乡镇 county:县级 city:市级 province:省级 nation:国家级 agri_enterprise:农业企业"
_KINDS = (
    "private:民营企业 social:社会组织 freelance:自由职业 institution:事业单位 state_owned:国有企业 foreign:外资企业 "
    "government:机关 other:其他"
)
_STAGES = "kindergarten:幼儿园 primary:小学 junior:初中 senior:高中 vocational:中职"
#: Every key, in the words of the form.
WORDS = {
    "licence": Word("职业资格", "licences", _holds, LICENCE, _LICENCES),
    "exam": Word("考试", "licences", _examined, PAPER, _EXAMS),
    "skill": Word("职业技能等级", "licences", _skilled, LICENCE, _SKILLS),
    "probation": Word("见习期（试用期）考核", "basic.probation", _is, PAPER, "passed:合格"),
    "unit_kind": Word("单位性质", "basic.unit_nature", _is, GROUP, _KINDS),
    "unit_scope": Word("单位层级", "basic.unit_scope", _scope, GROUP, _SCOPES),
    "stage": Word("任教学段", "basic.stage", _is, GROUP, _STAGES),
    "major": Word("所学专业", "education", _is, GROUP, "translation:翻译"),
    "honour": Word("表彰", "awards", _is, GROUP, "national_tech_envoy:国家级表彰的科技特派员"),
    "postdoc": Word("博士后", "declaring.green_basis", _is, GROUP, "out_qualified:出站考核合格"),
    "rural_years": Word("农村或薄弱学校任教年数", "experience", _number, 12),
    "student_work_years": Word("学生工作年数", "experience", _number, 12),
    "grassroots_months": Word("基层服务月数", "experience", _number, 1),
    "work_before_degree": Word("取得该学历前从事专业工作年数", "experience", _number, GROUP),
    "recommenders": Word("正高级推荐专家人数", "declaring.recommender_1", _number, PAPER),
    "new_post_years": Word("在新岗位工作", "declaring.new_post_since", _since, 12),
    "private_years": Word("在民营企业、社会组织工作", "experience", _since, 12),
    "assessed": Word("单位考核合格", "assessments", _yes),
    "exception_basis": Word("破格依据", "declaring.exception_basis", _yes),
    "green_basis": Word("绿色通道依据", "declaring.green_basis", _yes),
    "master_studio": Word("在工艺美术大师工作室学艺", "experience", _yes, GROUP),
    "series_in": Word("申报系列", "series", _of_series, GROUP),
    "series_not": Word("申报系列", "series", _of_series, GROUP),
    "specialty_in": Word("专业", "specialty_id", _of_specialty, GROUP),
    "not_loaded": Word("条件原文", "series", _absent),
}  # fmt: skip
#: Who a duty is limited to.
GROUPS = {"city_school": "城镇学校教师", "under40": "40 岁以下青年教师"}
_AT_SEA = Word("海上服务月数", "experience", _number, 1)


def compiled(extra: str) -> list[Check]:
    """The demands of a row's tokens, each a check. Refused: a token that is not written as above or not declared."""
    return [_any([_token(part) for part in token.split("||")]) for token in extra.split(";") if token.strip()]


def _token(text: str) -> Check:
    text, _, group = text.strip().partition("@")
    if group and group not in GROUPS:
        raise Refused(f"附加条件“{text}@{group}”中的人员范围“{group}”无法识别；请填写 {'、'.join(GROUPS)}。")
    key = sign = ""
    parts = []
    for part in [text] if text.startswith("series_") else text.split("|"):
        read = PART.fullmatch(part.strip())
        if read is None:
            raise Refused(f"附加条件“{text}”无法识别；请按“名称=值”填写，例如“licence=teacher”。")
        key, sign = read["key"] or key, read["sign"] or sign
        word = WORDS.get(key) or (_AT_SEA if key.startswith("sea_months.") else None)
        if word is None:
            raise Refused(f"附加条件“{text}”中的“{key}”未定义；可用的名称：{'、'.join(WORDS)}。")
        try:
            parts.append(word.judge(word, key, sign, read["value"]))
        except (ValueError, LookupError):
            raise Refused(f"附加条件“{text}”中的值“{read['value']}”无法识别；请检查数字或等级。") from None
    return _limited(_any(parts), group) if group else _any(parts)


def _any(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(person: Person, target: Target, day: Day) -> Atom:
        atoms = [one(person, target, day) for one in checks]
        best = max(atoms, key=lambda atom: (atom.verdict, -atom.cost))
        if best.verdict is Verdict.MET:
            return best
        ready = min((atom.ready for atom in atoms if atom.ready), default=None)
        return Atom(best.verdict, " 或 ".join(atom.need for atom in atoms), best.have, best.field, ready, best.cost)

    return check


def _limited(duty: Check, group: str) -> Check:
    """A duty of some people only: of others it is met, and while nobody knows whose it is, it is met or unknown."""

    def check(person: Person, target: Target, day: Day) -> Atom:
        atom = duty(person, target, day)
        need, bound = f"{atom.need}（{GROUPS[group]}）", person.facts.get(group)
        if bound is None:
            verdict = Verdict.MET if atom.verdict is Verdict.MET else Verdict.UNKNOWN
            return Atom(verdict, need, f"{atom.have}；是否{GROUPS[group]}未填写", atom.field, None, 1 - verdict // 2)
        if bound in NO:
            return Atom(Verdict.MET, need, f"不是{GROUPS[group]}", atom.field)
        return Atom(atom.verdict, need, atom.have, atom.field, atom.ready, atom.cost)

    return check
