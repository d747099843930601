"""The library of certificate numbers (证书编号库, 附件3 1.16): generated without a gap, taken in order, never twice.

A number is level letter + series code + two-digit year + way digit + issuer code + four-digit serial
(REQUIREMENTS §2.5); all but the serial is the prefix, and each prefix counts for itself. The counter row is locked
by whoever generates or takes, so that parallel desks queue instead of meeting.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models.awards.certificate import CertificateNumber, Grade, Issuer, IssuerState, NumberCounter, WayDigit
from models.awards.certificate import NumberState as S
from models.committees.catalogue import Series, TitleLevel
from models.paths.path import Way
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork

GENERATE = verb("number.generate", "生成证书编号", "证书编号", roles.HRSS_CERT)

GRADES = {grade.value: grade.label for grade in Grade}
WAYS = {way.value: way.label for way in WayDigit}
_GRADE_OF = {
    TitleLevel.FULL_SENIOR: "A",
    TitleLevel.ASSOCIATE_SENIOR: "A",
    TitleLevel.INTERMEDIATE: "B",
    TitleLevel.ASSISTANT: "C",
    TitleLevel.TECHNICIAN: "C",
}
_SERIAL = "{serial}"
_PREFIX_LENGTH = 14

# fmt: off
NUMBER = Flow("证书编号", S, [
    #     verb    label  from      to       by
    Step("take", "占用", {S.FREE}, S.TAKEN, (roles.HRSS_CERT, roles.HRSS_AUDIT), clause="附件3 1.17", inner=True),
    Step("void", "作废", {S.FREE}, S.VOID,  roles.HRSS_CERT, (), [Ask("opinion", "作废原因", "area", max_length=300)],
         clause="证书编号规则", tone="bad", confirm="作废后该编号永不使用，确定作废吗？"),
])
# fmt: on


def grade_of(level: str) -> str:
    """A 高级, B 中级, C 初级; 正高 and 副高 both give A."""
    return _GRADE_OF[TitleLevel(level)]


def way_digit_of(way: str) -> str:
    """1 评审, 3 认定 (初定 as well)."""
    return "1" if way == Way.REVIEW else "3"


def prefix_of(session: Session, *, grade: str, series: Series, year: int, way_digit: str, issuer: Issuer) -> str:
    """The first 14 characters, by the pattern of the settings (number_pattern)."""
    pattern = settings.value(session, "number_pattern")
    if not pattern.endswith(_SERIAL) or _SERIAL in pattern[: -len(_SERIAL)]:
        raise Refused("规则参数“证书编号样式”须以 {serial} 结尾且只出现一次；请省厅配置岗更正后再生成证书编号。")
    try:
        prefix = pattern.removesuffix(_SERIAL).format(
            grade=grade, series=series.certificate_code, year=f"{year % 100:02d}", way=way_digit, issuer=issuer.code
        )
    except (KeyError, IndexError, ValueError):
        raise Refused(
            "规则参数“证书编号样式”只能使用 grade、series、year、way、issuer、serial；请省厅配置岗更正。"
        ) from None
    if len(prefix) != _PREFIX_LENGTH:
        raise Refused(
            f"证书编号前缀“{prefix}”应为 {_PREFIX_LENGTH} 位，现为 {len(prefix)} 位；请核对系列代码和编号样式。"
        )
    return str(prefix)


def next_serial(session: Session, prefix: str) -> int:
    """The serial with which the next generation of a prefix begins."""
    return (session.scalar(select(NumberCounter.last).where(NumberCounter.prefix == prefix)) or 0) + 1


def free_count(session: Session, prefix: str) -> int:
    """How many numbers of a prefix nobody carries yet."""
    free = CertificateNumber.prefix == prefix, CertificateNumber.state == S.FREE
    return session.scalar(select(func.count()).select_from(CertificateNumber).where(*free)) or 0


def generate(
    uow: UnitOfWork, *, year: int, series: Series, grade: str, way_digit: str, issuer: Issuer, first: int, last: int
) -> list[CertificateNumber]:
    """Generate the numbers of a prefix from `first` to `last`, all or none (附件3 1.16 开始序号、结束序号).

    Refused before anything is written: a gap or an overlap with what was generated before; more than the serial
    space holds, naming the exhausted prefix; a cancelled issuer.
    """
    uow.lead(GENERATE, "只有省厅证书岗可以生成证书编号（附件3 1.16）。")
    _refuse_key(year, grade, way_digit, issuer)
    prefix = prefix_of(uow.session, grade=grade, series=series, year=year, way_digit=way_digit, issuer=issuer)
    counter = _locked(uow.session, prefix)
    _refuse_serials(prefix, counter.last, first, last, settings.value(uow.session, "certificate_serial_last"))
    common = dict(
        prefix=prefix,
        year=year,
        series_id=series.id,
        grade=grade,
        way_digit=way_digit,
        issuer_id=issuer.id,
        state=S.FREE,
    )
    uow.session.execute(
        insert(CertificateNumber),
        [common | {"serial": serial, "number": f"{prefix}{serial:04d}"} for serial in range(first, last + 1)],
    )
    counter.last = last
    uow.session.flush()
    uow.record("generate", issuer, label="证书编号生成", prefix=prefix, first=first, last=last)
    made = select(CertificateNumber).where(CertificateNumber.prefix == prefix, CertificateNumber.serial >= first)
    return list(uow.session.scalars(made.order_by(CertificateNumber.serial)))


def _refuse_key(year: int, grade: str, way_digit: str, issuer: Issuer) -> None:
    wrong = {}
    if grade not in GRADES:
        wrong["grade"] = "职称等级应为 A 高级、B 中级或 C 初级（证书编号规则）。"
    if way_digit not in WAYS:
        wrong["way_digit"] = "取得方式应为 1 评审、2 考试或 3 认定（证书编号规则）。"
    if not 2000 <= year <= 2099:
        wrong["year"] = f"年度应在 2000 到 2099 之间，现为 {year}。"
    if issuer.state != IssuerState.ACTIVE:
        wrong["issuer"] = f"发证单位编码 {issuer.code} 已注销，不能再生成证书编号；请选择有效的发证单位（附件3 1.9）。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)


def _refuse_serials(prefix: str, generated: int, first: int, last: int, highest: int) -> None:
    if generated >= highest:
        raise Refused(
            f"编号前缀 {prefix} 的序号空间已用尽（1 至 {highest} 全部生成），不能再生成；请核对年度、系列和发证单位，"
            "或为该发证单位另行配置编码（附件3 1.9）。",
            field="first",
        )
    if first != generated + 1:
        done = f"已生成到 {generated:04d}" if generated else "尚未生成"
        raise Refused(
            f"证书编号须连续不断号：编号前缀 {prefix} {done}，开始序号应为 {generated + 1}，现为 {first}。",
            field="first",
        )
    if last < first:
        raise Refused(f"结束序号 {last} 小于开始序号 {first}，请更正。", field="last")
    if last > highest:
        raise Refused(
            f"编号前缀 {prefix} 的序号最大为 {highest}，从 {first} 起最多还能生成 {highest - first + 1} 个，"
            f"不能到 {last}；没有生成任何编号。",
            field="last",
        )


def _locked(session: Session, prefix: str) -> NumberCounter:
    """The counter row of a prefix under lock; made at the first generation."""
    counter = session.get(NumberCounter, prefix, with_for_update=True, populate_existing=True)
    if counter is None:
        counter = NumberCounter(prefix=prefix, last=0)
        session.add(counter)
        session.flush()
    return counter


def take(uow: UnitOfWork, wanted: dict[str, int]) -> dict[str, Sequence[CertificateNumber]]:
    """Take so many numbers of each prefix, in order, under the lock of each counter.

    Refused before any is taken: every prefix that has too few, with how many are missing and where to make them.
    """
    found: dict[str, Sequence[CertificateNumber]] = {}
    for prefix in sorted(wanted):  # always in the same order: two desks cannot wait for each other
        uow.session.get(NumberCounter, prefix, with_for_update=True, populate_existing=True)
        found[prefix] = uow.session.scalars(
            select(CertificateNumber)
            .where(CertificateNumber.prefix == prefix, CertificateNumber.state == S.FREE)
            .order_by(CertificateNumber.serial)
            .limit(wanted[prefix])
            .with_for_update()
        ).all()
    short = [
        f"编号前缀 {prefix} 需要 {wanted[prefix]} 个，库存 {len(numbers)} 个，缺 {wanted[prefix] - len(numbers)} 个"
        for prefix, numbers in found.items()
        if len(numbers) < wanted[prefix]
    ]
    if short:
        raise Refused(f"证书编号不足：{'；'.join(short)}；请先在“证书编号生成”中生成（附件3 1.16）。没有发放任何证书。")
    for numbers in found.values():
        for number in numbers:
            NUMBER.advance(uow, number, "take")
    return found


def void_range(uow: UnitOfWork, *, prefix: str, first: int, last: int, reason: str) -> int:
    """Void the free numbers of a prefix from `first` to `last`; gives how many. Taken ones stay."""
    uow.lead(NUMBER.ability("void"), "只有省厅证书岗可以作废证书编号。")
    if not reason.strip():
        raise Refused("请填写作废原因。", field="reason")
    counter = uow.session.get(NumberCounter, prefix, with_for_update=True, populate_existing=True)
    if counter is None or not 1 <= first <= last <= counter.last:
        raise Refused(f"编号前缀 {prefix} 没有从 {first} 到 {last} 的编号，请核对后重新录入。", field="first")
    rows = uow.session.execute(
        update(CertificateNumber)
        .where(
            CertificateNumber.prefix == prefix,
            CertificateNumber.serial.between(first, last),
            CertificateNumber.state == S.FREE,
        )
        .values(state=S.VOID)
        .execution_options(synchronize_session="fetch")
    )
    voided: int = rows.rowcount  # type: ignore[attr-defined]
    uow.record(
        "void", f"number_counter:{prefix}", label="证书编号作废", first=first, last=last, voided=voided, opinion=reason
    )
    return voided
