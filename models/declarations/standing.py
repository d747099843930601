"""Where a declaration stands: of every state its stage, who has it, how it ended, and what its applicant is told.

The one answer for the applicant's pages, the desks, the checklist, the statistics and the badges. Whoever needs several
states takes them from here by what they mean (`states`, or a set named below), so a new state is a new row and nothing
else; tests/models/test_standing.py holds that every state has its row, and that no module keeps a list of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Labelled
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S


class Stage(Labelled):
    """A stretch of the way, as everybody is shown it."""

    FILLING = "filling", "个人提交"
    UNIT = "unit", "单位审核"
    POSTING = "posting", "单位公示"
    AUDIT = "audit", "形式审查"
    RECHECK = "recheck", "资格复核"
    REVIEW = "review", "评审"
    RESULT = "result", "结果公示"
    FILING = "filing", "备案"
    CERTIFICATE = "certificate", "发证"


class Holder(Labelled):
    """Who has the declaration."""

    APPLICANT = "applicant", "申报人"
    OFFICE = "office", "当前审核机构"  # that of its level of the route: `position`
    RETURNING = "returning", "退回途中"  # the office of its level on the way down, the applicant once `position` is -1
    COMMITTEE = "committee", "评委会"
    PROVINCE = "province", "省人社厅"
    NOBODY = "nobody", "已办结"


class Ending(Labelled):
    """How it ended; everything but OPEN is settled: nothing more happens to it within the year."""

    OPEN = "open", "在办"
    OBTAINED = "obtained", "已取得"
    REFUSED = "refused", "未取得"
    GIVEN_UP = "given_up", "已放弃"
    REVOKED = "revoked", "已撤销"


class Reached(Labelled):
    """How far the state alone proves that it got; facts of the row may prove more (models/declarations/profile.py)."""

    SUBMITTED = "submitted", "提交"
    PUBLICISED = "publicised", "单位公示"
    AUDITED = "audited", "单位上报"
    COMMITTEE = "committee", "到评委会"
    QUALIFIED = "qualified", "复核合格"
    DECIDED = "decided", "参评"
    PASSED = "passed", "通过"
    FILED = "filed", "备案"
    ISSUED = "issued", "发证"


@dataclass(frozen=True)
class Standing:
    """What a state means. `stage` is None where it is that of the state before: sent back, or ended."""

    stage: Stage | None
    holder: Holder
    ending: Ending
    reached: Reached
    word: str  #: for the applicant

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to it within the year."""
        return self.ending != Ending.OPEN


_G, _H, _E, _R = Stage, Holder, Ending, Reached
# fmt: off
STANDING: dict[S, Standing] = {
    #                             stage            holder        ending          proves         its word for the applicant
    S.DRAFT:            Standing(_G.FILLING,      _H.APPLICANT, _E.OPEN,        _R.SUBMITTED,  "尚未提交，只有您本人能看到；填写完整、签署承诺后请提交。"),
    S.SUBMITTED:        Standing(_G.UNIT,         _H.OFFICE,    _E.OPEN,        _R.SUBMITTED,  "已送所在单位，等待受理；受理前您可以撤回修改。"),
    S.UNIT_REVIEW:      Standing(_G.UNIT,         _H.OFFICE,    _E.OPEN,        _R.SUBMITTED,  "所在单位已受理，正在逐项核实材料的真实性。"),
    S.UNIT_PUBLICITY:   Standing(_G.POSTING,      _H.OFFICE,    _E.OPEN,        _R.SUBMITTED,  "正在所在单位公示；期满无异议后由单位上报。"),
    S.UNDER_AUDIT:      Standing(_G.AUDIT,        _H.OFFICE,    _E.OPEN,        _R.AUDITED,    "所在单位已上报，正在逐级审核。"),
    S.AT_COMMITTEE:     Standing(_G.RECHECK,      _H.COMMITTEE, _E.OPEN,        _R.COMMITTEE,  "已送达评委会，等待资格复核。"),
    S.QUALIFIED:        Standing(_G.REVIEW,       _H.COMMITTEE, _E.OPEN,        _R.QUALIFIED,  "资格复核合格，等待列入评审方案。"),
    S.PLANNED:          Standing(_G.REVIEW,       _H.COMMITTEE, _E.OPEN,        _R.QUALIFIED,  "已列入评审方案，等待开评；需要面试的会另行通知。"),
    S.IN_REVIEW:        Standing(_G.REVIEW,       _H.COMMITTEE, _E.OPEN,        _R.QUALIFIED,  "正在评审，结果以公示为准。"),
    S.PASSED:           Standing(_G.RESULT,       _H.COMMITTEE, _E.OPEN,        _R.PASSED,     "评审通过，等待公示。"),
    S.FAILED:           Standing(_G.REVIEW,       _H.NOBODY,    _E.REFUSED,     _R.DECIDED,    "评审未通过，当年度不得复评；对结果不服的可以申请复查。"),
    S.RESULT_PUBLICITY: Standing(_G.RESULT,       _H.COMMITTEE, _E.OPEN,        _R.PASSED,     "评审通过，结果正在公示；期满无异议后申请备案。"),
    S.OBJECTED:         Standing(_G.RESULT,       _H.COMMITTEE, _E.OPEN,        _R.PASSED,     "公示期间收到异议，正在核查。"),
    S.FILING:           Standing(_G.FILING,       _H.PROVINCE,  _E.OPEN,        _R.PASSED,     "公示期满，正在报省人社厅备案。"),
    S.FILED:            Standing(_G.CERTIFICATE,  _H.PROVINCE,  _E.OBTAINED,    _R.FILED,      "职称已经取得，等待发放电子证书。"),
    S.ISSUED:           Standing(_G.CERTIFICATE,  _H.NOBODY,    _E.OBTAINED,    _R.ISSUED,     "电子证书已发放，可在“我的证书”中下载。"),
    S.REPORTED:         Standing(_G.CERTIFICATE,  _H.NOBODY,    _E.OBTAINED,    _R.ISSUED,     "电子证书已发放，可在“我的证书”中下载；信息已报送人社部。"),
    S.RETURNED:         Standing(None,            _H.RETURNING, _E.OPEN,        _R.SUBMITTED,  "材料被退回补正，须补正的内容已一次性告知。"),
    S.TERMINATED:       Standing(None,            _H.NOBODY,    _E.REFUSED,     _R.SUBMITTED,  "当年度申报参评已终止；对结果不服的可以申请复查。"),
    S.WITHDRAWN:        Standing(None,            _H.APPLICANT, _E.GIVEN_UP,    _R.SUBMITTED,  "您已放弃本次申报。"),
    S.REVOKED:          Standing(_G.CERTIFICATE,  _H.NOBODY,    _E.REVOKED,     _R.AUDITED,    "职称已被撤销。"),
}
# fmt: on


def standing(declaration: Declaration) -> Standing:
    """What the state of the declaration means."""
    return STANDING[S(declaration.state)]


def states(
    *,
    stage: Stage | tuple[Stage, ...] = (),
    holder: Holder | tuple[Holder, ...] = (),
    ending: Ending | tuple[Ending, ...] = (),
    reached: Reached | tuple[Reached, ...] = (),
) -> tuple[S, ...]:
    """The states that mean this, in their order; what is not given does not limit."""

    def fits(row: Standing) -> bool:
        asked = ((row.stage, stage), (row.holder, holder), (row.ending, ending), (row.reached, reached))
        return all(
            not wanted or value in (wanted if isinstance(wanted, tuple) else (wanted,)) for value, wanted in asked
        )

    return tuple(state for state, row in STANDING.items() if fits(row))


#: Nothing more happens to it within the year.
SETTLED = states(ending=(Ending.OBTAINED, Ending.REFUSED, Ending.GIVEN_UP, Ending.REVOKED))
#: The title was obtained and still counts.
OBTAINED = states(ending=Ending.OBTAINED)
#: It ended against the applicant, who is given the reason in writing (118号 四(四)).
REFUSED = states(ending=Ending.REFUSED)
#: With the applicant to be written or mended; a returned one only once it has come down to him.
FILLED_IN = states(holder=(Holder.APPLICANT, Holder.RETURNING), ending=Ending.OPEN)
#: No office has opened it yet.
UNOPENED = (*states(holder=Holder.APPLICANT, ending=Ending.OPEN), S.SUBMITTED)
#: Lies on a desk of its route.
ON_THE_WAY = states(holder=Holder.OFFICE)
#: On its route, or coming back along it.
RUNNING = states(holder=(Holder.OFFICE, Holder.RETURNING))
#: Somebody still audits what was filled in.
AUDITED = (*ON_THE_WAY, *states(stage=Stage.RECHECK), *states(holder=Holder.RETURNING))
#: The committee has it, or the province files it for the committee.
AT_THE_COMMITTEE = states(stage=(Stage.RECHECK, Stage.REVIEW, Stage.RESULT, Stage.FILING), ending=Ending.OPEN)
#: Passed, and not yet filed.
PASSED = states(reached=Reached.PASSED)
#: Its result is posted, undisputed or not.
POSTED = tuple(state for state in states(stage=Stage.RESULT) if state != S.PASSED)
#: Stands for review in a plan, before and while it is reviewed.
CANDIDATES = tuple(state for state in states(stage=Stage.REVIEW, ending=Ending.OPEN) if state != S.QUALIFIED)
#: Its certificate was issued, whatever became of it.
CERTIFIED = tuple(state for state in states(stage=Stage.CERTIFICATE) if state != S.FILED)

#: Stages of a 评审, and of an 初定 or 认定, which ends at the last office of its path (附件3 1.12.3).
REVIEW_STAGES = tuple(Stage)
OFFICE_STAGES = (Stage.FILLING, Stage.UNIT, Stage.POSTING, Stage.AUDIT, Stage.CERTIFICATE)


def stage_of(declaration: Declaration) -> Stage:
    """The stage at which it stands; one sent back where it was sent back from, one that ended where it ended."""
    before = declaration.came_from if standing(declaration).settled else None
    for state in (declaration.state, before):
        if state and (stage := STANDING[S(state)].stage):
            return stage
    if declaration.state != S.RETURNED and before != S.RETURNED:
        return _at_level(declaration, declaration.position)
    return _at_level(declaration, declaration.returned_from or 0)


def _at_level(declaration: Declaration, position: int) -> Stage:
    """The stage of a level of the route; beyond the last one the committee's office looks."""
    if position <= 0:
        return Stage.UNIT if position == 0 else Stage.FILLING
    return Stage.AUDIT if position in {stop.position for stop in declaration.route} else Stage.RECHECK


def stages(declaration: Declaration) -> list[tuple[Stage, str]]:
    """The stages of its way, each done, now or still to come (""); what is certified has them all behind it."""
    way = REVIEW_STAGES if declaration.is_review else OFFICE_STAGES
    if declaration.state in CERTIFIED:
        return [(stage, "done") for stage in way]
    here = way.index(stage) if (stage := stage_of(declaration)) in way else -1
    return [(stage, "done" if n < here else "now" if n == here else "") for n, stage in enumerate(way)]


def with_applicant(declaration: Declaration) -> bool:
    """Whether it is the applicant's to write or to mend now."""
    return not standing(declaration).settled and holder(declaration.state, declaration.position) is Holder.APPLICANT


def holder(state: str, position: int) -> Holder:
    """Who has a declaration in that state at that level: never RETURNING, which the level decides."""
    kept = STANDING[S(state)].holder
    if kept is not Holder.RETURNING:
        return kept
    return Holder.APPLICANT if position < 0 else Holder.OFFICE
