"""量化评分细则 as the plan states it: weights, vetoes and the grassroots item, by what an item means (N27, N40)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from models.review.plan import ScoreItem, ScoreKind, ScorePhase
from workflow.base import settings

FULL_MARK = 100  #: points all scoring items add up to
#: What an item is about, by the words offices use for it; read after NFKC, in capitals, without blanks.
_PAPERS = (
    r"论文|论著|著作|专著|期刊|刊物|学术刊|发表|收录|影响因子|分区|[A-D]刊|核心刊|中文核心|北核|南核|"
    r"(?<![A-Z])(CSSCI|CSCD|SSCI|SCIE?|EI|ISTP|CPCI|A&HCI|JCR)(?![A-Z])"
)
_DEGREES = r"学历|学位|博士|硕士|研究生|本科|毕业院校|双一流|(?<!\d)(985|211)(?!\d)"
_AWARDS = r"奖|荣誉|称号|表彰|头衔|人才计划|人才项目"
WEIGHED = (("学历、学位", _DEGREES), ("论文、著作", _PAPERS), ("奖励", _AWARDS))
#: Misconduct may be a veto, whatever it was about.
_MISCONDUCT = r"抄袭|剽窃|造假|弄虚作假|虚假|伪造|篡改|代写|买卖|代投|不端|冒用|署名不实|侵占"
_GRASSROOTS = r"基层|乡镇|乡村|驻村|一线|科技特派员|一带一路|援藏|援疆|援派|援外|对口支援|帮扶"


def lint(session: Session, items: Iterable[ScoreItem]) -> list[str]:
    """What is wrong with a plan's 量化评分细则 (118号 三(四)、五(三)、八(一)); empty when it may be filed.

    Scoring items of both phases add up to 100 points. Over all items, bonuses and deductions included, none weighs
    more than the office allows, nor do 学历, 论文 and 奖励 each; the lack of papers is no veto, under whatever name;
    service at the grassroots counts for something; names are unique within a phase.
    """
    items = list(items)
    return [
        *_full_marks(items),
        *_weights(session, items),
        *(sentence for item in items for sentence in _of_item(item)),
        *_grassroots(items),
        *_names(items),
    ]


def _full_marks(items: Sequence[ScoreItem]) -> Iterator[str]:
    total = sum(item.maximum for item in items if item.kind == ScoreKind.SCORE)
    if total != FULL_MARK:
        yield f"计分项目满分合计为 {total} 分，应为 {FULL_MARK} 分（材料与面试合计）；请调整各项满分。"


def _weights(session: Session, items: Sequence[ScoreItem]) -> Iterator[str]:
    single, sensitive = settings.value(session, "item_weight_highest"), settings.value(session, "weight_highest")
    weighed = [item for item in items if item.kind != ScoreKind.VETO]
    for item in weighed:
        if item.maximum > single:
            yield f"“{item.name}”满分 {item.maximum} 分，超过单项上限 {single} 分，评审权重应合理（118号 五(三)）。"
    for what, meaning in WEIGHED:
        weight = sum(item.maximum for item in weighed if _is_about(item, meaning))
        if weight > sensitive:
            yield (
                f"{what}类项目（含加分、减分）合计 {weight} 分，超过 {sensitive} 分，"
                "不得设置过高权重（118号 五(三)）；请降低。"
            )


def _is_about(item: ScoreItem, meaning: str) -> bool:
    """By its name; or by a clause of its standard that gives points for just this."""
    if re.search(meaning, _plain(item.name)):
        return True
    return any(
        re.search(meaning, clause) and re.search(r"\d分|每[篇项部个]", clause) for clause in _clauses(item.criterion)
    )


def _of_item(item: ScoreItem) -> Iterator[str]:
    if item.kind == ScoreKind.VETO:
        clauses = [clause for text in (item.name, item.criterion) for clause in _clauses(text)]
        # the name says what the item is about; a standard that names misconduct covers it
        innocent = [c for c in clauses if not re.search(_MISCONDUCT, c)]
        if any(re.search(_PAPERS, clause) for clause in innocent):
            yield (
                f"“{item.name}”：不得将没有 C 刊等论文发表作为“一票否决”项（118号 五(三)）；"
                "请删除该项，或改为只针对抄袭、造假等学术不端。"
            )
    elif item.maximum < 1:
        yield f"“{item.name}”的满分应大于 0；请填写满分或删除该项。"


def _grassroots(items: Sequence[ScoreItem]) -> Iterator[str]:
    counts = (ScoreKind.SCORE, ScoreKind.BONUS)
    if not any(i.kind in counts and re.search(_GRASSROOTS, _plain(f"{i.name} {i.criterion or ''}")) for i in items):
        yield (
            "打分细则没有体现服务基层一线的年限和效果（118号 八(一)，科技特派员、一带一路等）；"
            "请增加“服务基层一线”计分或加分项。"
        )


def _names(items: Sequence[ScoreItem]) -> Iterator[str]:
    names = [(item.phase, _plain(item.name)) for item in items]
    for phase, name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{ScorePhase(phase).label}中“{name}”出现多次；请合并或改名。"


def _clauses(text: str | None) -> list[str]:
    return [clause for clause in re.split(r"[，,。；;、\n]", _plain(text or "")) if clause]


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
