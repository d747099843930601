"""May this person declare this title this year? Each rule a small function with its clause.

A rule gives a `Finding` (field, sentence) or None. Findings of a submission are shown all at once
(一次性告知): people should not learn of the second reason after they have mended the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models.committees.catalogue import LADDER, Title, TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode, DeclarationState
from models.paths.path import Way
from models.register.organisation import NodeKind, UnitNature
from workflow.base import settings
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import committee
from workflow.conditions import certificates, declared, exclusions, judged
from workflow.conditions.days import full_years
from workflow.conditions.three import Verdict
from workflow.declarations import channel, content, endorsement
from workflow.paths import acceptance
from workflow.register import blacklist


@dataclass(frozen=True)
class Finding:
    """One reason against a submission, at its field."""

    field: str
    sentence: str


Rows = list[dict[str, Any]]
#: The material in which who holds an older certificate recommends, one file for each.
ON_PAPER = "recommendation"


def rows_in(declaration: Declaration, section: str) -> Rows:
    """The rows of a repeated section, empty when nothing was filled in."""
    found = (declaration.content.sections or {}).get(section) or []
    return found if isinstance(found, list) else [found]


def facts_in(declaration: Declaration, section: str) -> dict[str, Any]:
    """The facts of a single section."""
    found = (declaration.content.sections or {}).get(section) or {}
    return found if isinstance(found, dict) else {}


def day(value: Any) -> date | None:
    """A stored date or month as a date."""
    if not value:
        return None
    try:
        return date.fromisoformat(str(value) if len(str(value)) == 10 else f"{value}-01")
    except ValueError:
        return None


def findings(uow: UnitOfWork, declaration: Declaration) -> list[Finding]:
    """Everything that speaks against the submission, in the order of the form."""
    return [found for rule in RULES for found in rule(uow, declaration)]


def not_blacklisted(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """失信记录期内不得申报: 3 years (118号 七(一))."""
    entry = blacklist.blocked(uow.session, declaration.person_id, uow.today)
    if entry:
        yield Finding(
            "batch_id",
            f"您已列入职称评审失信黑名单，记录期至 {entry.ends_on}，期内不得申报（118号 七(一)，"
            "记录期限 3 年）；如有异议请联系省人社厅。",
        )


def not_reviewed_again(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """对未获通过的一律不得复评: who failed the vote does not stand for the same level of the series in that year (118号
    五(四))."""
    if declaration.way != Way.REVIEW:
        return
    failed = uow.session.scalar(
        select(Declaration.number)
        .where(
            Declaration.person_id == declaration.person_id,
            Declaration.year == declaration.year,
            Declaration.state == DeclarationState.FAILED,
            Declaration.series_id == declaration.series_id,
            Declaration.level == declaration.level,
            Declaration.id != declaration.id,
        )
        .limit(1)
    )
    if failed:
        yield Finding(
            "batch_id",
            f"您本年度的申报 {failed} 经评审未获通过，一律不得进行复评（118号 五(四)）；请参加下一年度申报。",
        )


def one_active(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """One active declaration of a person in a year (batch setting, REQUIREMENTS §6.12)."""
    if not declaration.batch.one_per_year:
        return
    other = uow.session.scalar(
        select(Declaration.number).where(
            Declaration.active_key == active_key(declaration), Declaration.id != declaration.id
        )
    )
    if other:
        yield Finding(
            "batch_id",
            f"您本年度已有申报 {other}（在办或已终止），"
            "同一年度只能申报一项（年度批次规定“每人每年限报一项”）；在办的可先撤回或放弃原申报。",
        )


def not_ended_this_year(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """终止当年度的申报参评 (118号 四(四), 三(四), 令40号 第十七条): whatever the batch says of several declarations."""
    ended = uow.session.scalar(
        select(Declaration.number)
        .where(
            Declaration.person_id == declaration.person_id,
            Declaration.year == declaration.year,
            Declaration.state == DeclarationState.TERMINATED,
            Declaration.id != declaration.id,
        )
        .limit(1)
    )
    if ended:
        yield Finding(
            "batch_id",
            f"您本年度的申报 {ended} 已终止，当年度不能再申报参评（118号 四(四)）；请参加下一年度申报，"
            "对终止有异议的可在该申报中申请复查。",
        )


def active_key(declaration: Declaration) -> str:
    """The unique key that holds a person's place in a year."""
    return f"{declaration.year}:{declaration.person_id}"


def title_reviewed(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """The title and the specialty are in force, and no national examination covers the title (以考代评)."""
    title = declaration.title
    if title.exam_only:
        yield Finding(
            "title_id",
            f"“{title.name}”实行以考代评，不再评审或认定（令40号相关以考代评规定）；请参加国家统一考试取得。",
        )
    if not title.in_force(declaration.year):
        yield Finding("title_id", f"“{title.name}”在 {declaration.year} 年度未启用或已停用；请在职称树中另选职称。")
    specialty = declaration.specialty
    if specialty is not None and not specialty.in_force(declaration.year):
        yield Finding(
            "specialty_id", f"专业“{specialty.name}”在 {declaration.year} 年度未启用或已停用（附件3 1.1）；请另选专业。"
        )


def committee_competent(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """The committee is valid on the day and the declaration inside its scope (118号 七(四))."""
    if declaration.way == Way.REVIEW and declaration.committee is not None:
        sentence = committee.covers(uow, declaration.committee, declaration, uow.today)
        if sentence:
            yield Finding("batch_id", sentence)


def office_competent(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """初定、认定 go to the accepting organisation of the region in which the work is (118号 四(一)1, 附件3 1.3)."""
    office = declaration.office
    if declaration.way == Way.REVIEW or office is None or acceptance.covers(office, declaration.unit):
        return
    yield Finding(
        "batch_id",
        f"“{office.organisation.name}”受理本地区人员的{Way(declaration.way).label}，您的所在单位不在其行政区划内"
        "（118号 四(一)1 劳动关系所在地，附件3 1.3）；请选择所在地区受理机构的批次，或核对所在单位。",
    )


def ladder_climbed(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """逐级申报 (令40号 第十三条) on the ladder: nobody stands for what he has or for less, or leaves one out.

    Nothing is asked of the rung below of 破格 and 绿色通道, of first titles, and of whom a confirmed condition lets
    declare directly (湘人社发〔2019〕67号 放开台阶限制, 人社部发〔2020〕96号 贯通). Who goes over to another
    series holds as much there (`transfer_same_level`).
    """
    wanted, held = rung(declaration.level), [title.rung for title in declared.held(uow.session, declaration)]
    if declaration.mode == DeclarationMode.TRANSFER and declaration.way == Way.REVIEW:
        return
    if max(held, default=-1) >= wanted:
        yield Finding("titles", HELD_AS_MUCH if declaration.way == Way.REVIEW else HELD_BEFORE_THE_FIRST)
        return
    if declaration.way != Way.REVIEW or declaration.mode in (DeclarationMode.EXCEPTIONAL, DeclarationMode.GREEN):
        return
    below = rung_below(uow, declaration)
    if below is not None and max(held, default=-1) < below and not _directly(uow, declaration):
        yield Finding("titles", LEAVES_ONE_OUT if held else HOLDS_NONE)


HELD_AS_MUCH = "现任职称级别不低于所申报的级别（令40号 第十三条）；同级转换系列请选择“跨系列转评”。"
HELD_BEFORE_THE_FIRST = (
    "初定、认定是首次取得职称，现任职称级别不低于所申报的级别（令40号 第十三条）；"
    "请参加评审申报更高级别，同级转换系列请参加评审并选择“跨系列转评”。"
)
LEAVES_ONE_OUT = "越级申报（令40号 第十三条，逐级申报）；符合破格或绿色通道条件的请修改申报方式并填写依据。"
HOLDS_NONE = "未填写现任职称，不能申报本级别（令40号 第十三条，逐级申报）；请填写现任职称，或改为破格、绿色通道申报。"


def rung(level: str) -> int:
    """The place of a level on the ladder, 0 for the lowest."""
    return LADDER.index(TitleLevel(level))


def mode_open(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """初定 and 认定 go by education and years of work alone: other 申报方式 are ways of a review."""
    if declaration.way != Way.REVIEW and declaration.mode != DeclarationMode.NORMAL:
        yield Finding(
            "mode",
            f"初定、认定按学历和从事专业工作年限办理，没有“{DeclarationMode(declaration.mode).label}”"
            "（湘人社函〔2024〕115号）；请将申报方式改为正常申报，或参加评审。",
        )


def rung_below(uow: UnitOfWork, declaration: Declaration) -> int | None:
    """The level that comes before the one declared in this series; None for its first, and for 助理级 and below."""
    wanted = rung(declaration.level)
    if wanted <= rung(TitleLevel.ASSISTANT):
        return None
    levels = uow.session.scalars(select(Title.level).where(Title.series_id == declaration.series_id).distinct())
    return max((lower for level in levels if (lower := rung(level)) < wanted), default=None)


def certificate_true(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """现任职称 as the certificates of this system say (118号 四(二)1)."""
    for row, field, sentence in certificates.untrue(uow, declaration):
        yield Finding(f"titles.{row}.{field}", sentence)


def _directly(uow: UnitOfWork, declaration: Declaration) -> bool:
    """A condition that the office has confirmed lets him declare without the title below."""
    return any(
        row.verdict is Verdict.MET and row.alternative.confirmed and row.alternative.kind in ("private", "skilled")
        for row in judgement(uow, declaration).rows
    )


def judgement(uow: UnitOfWork, declaration: Declaration) -> judged.Judgement:
    """What the conditions of the title say of the declaration, with the recommendations that were answered."""
    count = sum(recommended_by(uow, declaration)) if declaration.mode == DeclarationMode.EXCEPTIONAL else None
    return judged.judgement_of(uow.session, declaration, recommenders=count)


def conditions_met(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """申报条件 of the title (118号 三(一)): refused only where every row that speaks of it is confirmed and not met."""
    found = judgement(uow, declaration)
    if found.effective is not Verdict.NOT_MET or (nearest := found.nearest) is None:
        return
    for atom in nearest.missing:
        met_on = f"，{atom.ready} 起具备" if atom.ready else ""
        yield Finding(
            atom.field,
            f"不符合申报条件：须{atom.need}，现为{atom.have}{met_on}（{nearest.alternative.clause}，"
            f"截至 {found.cutoff}）；请核对所填内容，不具备的待条件具备后申报，或在“我能报什么”查看可报的职称。",
        )


def not_excluded(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """Age and examinations, where the office has confirmed the row (令40号 第十二条, 以考代评)."""
    for told in exclusions.told(uow.session, declaration):
        if told.refuses:
            yield Finding(told.field, told.sentence)


def transfer_same_level(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """跨系列转评同级职称: a title of this level that is held in another series (118号 八(二)).

    A series that was typed so that nobody can tell which it is refuses nobody; the auditor sees it.
    """
    if declaration.mode != DeclarationMode.TRANSFER:
        return
    wanted, own = rung(declaration.level), declaration.series.number
    held = declared.held(uow.session, declaration)
    if any(t.rung >= wanted and t.series == own for t in held):
        yield Finding("titles", "已取得本系列同级或更高级别的职称，不需转评（118号 八(二)）；请核对申报职称。")
    elif not any(t.rung == wanted and t.series != own for t in held):
        yield Finding(
            "titles",
            f"跨系列转评须已取得其他系列的{TitleLevel(declaration.level).label}职称，转评同级（118号 八(二)）；"
            "请在现任职称中填写原系列的同级职称，没有的请将申报方式改为正常申报。",
        )


def transfer_year(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """跨系列转评: so many years (one) in the new post and 考核合格 there (118号 八(二))."""
    if declaration.mode != DeclarationMode.TRANSFER:
        return
    facts = facts_in(declaration, "declaring")
    since = day(facts.get("new_post_since"))
    years = settings.value(uow.session, "transfer_years")
    if full_years(since, declaration.batch.evidence_on) < years:
        yield Finding(
            "declaring.new_post_since",
            f"跨系列转评须在新岗位工作满 {years} 年（118号 八(二)）；请填写到新岗位的日期，未满 {years} 年的不能申报。",
        )
    if not declared.assessed_since(rows_in(declaration, "assessments"), facts.get("new_post_since")):
        yield Finding(
            "assessments",
            "跨系列转评须经单位考核合格（118号 八(二)）；请填写到新岗位当年及以后的考核信息，"
            "新岗位尚无考核的待考核合格后申报。",
        )


def posted_long_enough(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """派驻湖南、派驻外省 staff of private enterprises: so many years (one) on end at the post (118号 四(一)1)."""
    facts = facts_in(declaration, "declaring")
    years = settings.value(uow.session, "posted_years")
    if (
        facts.get("posted") in (None, "", "未派驻")
        or full_years(day(facts.get("posted_since")), declaration.batch.evidence_on) >= years
    ):
        return
    yield Finding(
        "declaring.posted_since",
        f"派驻人员须在派驻地连续工作满 {years} 年（118号 四(一)1）；请填写派驻起始日期，"
        f"未满 {years} 年的回原单位所在地申报。",
    )


def channel_of_its_kind(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """推荐渠道 and who recommends are of one kind (118号 四(一)1、2)."""
    if sentence := channel.misfit(declaration.unit, declaration.channel):
        yield Finding("channel", sentence)


def recommended_by(uow: UnitOfWork, declaration: Declaration) -> tuple[int, int]:
    """破格: how many holders of 正高 have answered themselves, and how many recommend on paper, because their
    certificates are older than this system: unit and committee look at these (118号 四(二)1、四(四))."""
    papers = sum(material.kind == ON_PAPER for material in content.materials_of(uow, declaration))
    return len(endorsement.given(uow.session, declaration)), papers


def exception_founded(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """破格: a basis and so many recommenders (two) who hold 正高 (人社厅发〔2022〕60号)."""
    if declaration.mode != DeclarationMode.EXCEPTIONAL:
        return
    facts = facts_in(declaration, "declaring")
    if not facts.get("exception_basis"):
        yield Finding("declaring.exception_basis", "破格申报须填写破格类别与依据（人社厅发〔2022〕60号）；请补充填写。")
    wanted = settings.value(uow.session, "recommenders")
    answered, papers = recommended_by(uow, declaration)
    if answered + papers < wanted:
        yield Finding(
            "declaring.exception_kind",
            f"破格申报须有 {wanted} 名同专业正高级专家推荐（人社厅发〔2022〕60号），"
            f"现有 {answered} 名本人同意、推荐书 {papers} 份；"
            "推荐人证书由本系统发放的，请在“破格推荐”中凭证书编号和姓名邀请，由推荐人登录本人账号答复；"
            "证书早于本系统的，请在“申报材料上传”中逐人上传签名的推荐书和正高级证书，由单位和评委会核验。",
        )


def person_eligible(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """在职、非公务员、无立案审查和处分影响 (118号 三(四)，令40号 第十二条)."""
    facts = facts_in(declaration, "discipline")
    blocks = {
        "under_investigation": "正在立案审查尚未结案，不得申报（118号 三(四)）",
        "coercive_measures": "被采取强制措施期间，不得申报（118号 三(四)）",
        "criminal_penalty": "受刑事处罚期间，不得申报（118号 三(四)）",
        "in_penalty_period": "受党纪政务处分影响期内，不得申报（湘纪发〔2022〕3号，118号 三(四)）",
        "retired": "离退休人员不得申报（令40号 第十二条）",
        "civil_servant": "公务员（含参公人员）不得申报（令40号 第十二条）",
    }
    for key, sentence in blocks.items():
        if facts.get(key) in (True, "yes", "是"):
            yield Finding(f"discipline.{key}", sentence + "；情形消除后方可申报。")


def institution_through_unit(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """事业单位 staff in established posts declare through the unit, whatever holds the file (118号 四(一)2)."""
    facts = facts_in(declaration, "basic")
    in_post = facts.get("in_established_post") in (True, "yes", "是")
    stated = facts.get("unit_nature") in (UnitNature.INSTITUTION, "事业单位")
    institution = declaration.unit.is_institution or stated
    elsewhere = declaration.channel != "unit" or declaration.unit.kind in THROUGH
    if institution and in_post and elsewhere:
        yield Finding(
            "channel",
            "事业单位已纳入岗位设置管理的人员须通过所在工作单位申报，"
            "以其他渠道申报的按弄虚作假处理（118号 四(一)2）；请选择所聘的工作单位，推荐渠道选“所在单位推荐”。",
        )


def nature_as_registered(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """单位性质 opens privileges and places (118号 三(二)1, 四(一)1): it is that of the register, not what is typed.

    Whoever declares through an agency or an office of the region tells the nature of where he works himself.
    """
    typed, unit = facts_in(declaration, "basic").get("unit_nature"), declaration.unit
    if not typed or not unit.nature or unit.kind in THROUGH or typed in (unit.nature, UnitNature(unit.nature).label):
        return
    yield Finding(
        "basic.unit_nature",
        f"单位性质与所在单位的登记（{UnitNature(unit.nature).label}）不符（118号 三(二)1、四(一)1）；"
        "请按登记填写，登记有误的由所在单位申请更正。",
    )


#: Through whom people declare who work elsewhere, or nowhere.
THROUGH = (NodeKind.AGENCY, NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY, NodeKind.CITY, NodeKind.PROVINCE)


def secrets_confirmed(uow: UnitOfWork, declaration: Declaration) -> Iterator[Finding]:
    """涉密材料信息严禁网上填写提交 (118号 一): the applicant confirms that nothing secret is here."""
    if declaration.secret and facts_in(declaration, "declaring").get("no_secrets_online") not in (True, "yes", "是"):
        yield Finding(
            "declaring.no_secrets_online",
            "涉密材料信息严禁网上填写提交（118号 一）；请确认网上未填写、上传涉密内容，涉密材料走纸质渠道。",
        )


RULES = (
    not_blacklisted,
    not_reviewed_again,
    one_active,
    not_ended_this_year,
    title_reviewed,
    committee_competent,
    office_competent,
    mode_open,
    ladder_climbed,
    certificate_true,
    conditions_met,
    not_excluded,
    transfer_same_level,
    transfer_year,
    posted_long_enough,
    channel_of_its_kind,
    exception_founded,
    person_eligible,
    institution_through_unit,
    nature_as_registered,
    secrets_confirmed,
)
