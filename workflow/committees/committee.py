"""Review committees (评委会, 附件3 1.10): formed, approved for at most three years, renewed, cancelled.

Its size, series, specialties and term follow 令40号 第六至九条; what it may review is `workflow.committees.competence`,
and
其他信息 (specialties, 组建单位, fees) `workflow.committees.committee_details`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.catalogue import Series, Specialty
from models.committees.committee import (
    Committee,
    CommitteeHost,
    CommitteeKind,
    CommitteeLevel,
    CommitteeOffice,
    CommitteeSpecialty,
)
from models.committees.committee import CommitteeState as S
from models.declarations.declaration import Declaration
from models.declarations.material import StoredFile
from models.declarations.standing import AT_THE_COMMITTEE
from models.register.organisation import Organisation, Region
from workflow.accounts import accounts
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import Linked, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import Validity, covers, overlapping, valid_on, validity
from workflow.storage.files import store

KEEP = verb("committee.keep", "新增、编辑评委会", "评委会", roles.HRSS_CONFIG)

__all__ = [
    "COMMITTEE",
    "Validity",
    "covers",
    "create_committee",
    "edit_committee",
    "issue_account",
    "renew",
    "valid_on",
    "validity",
]

_SIZES = {
    CommitteeLevel.SENIOR: ("committee_size_series", "committee_size_specialty"),
    CommitteeLevel.INTERMEDIATE: ("intermediate_size_series", "intermediate_size_specialty"),
    CommitteeLevel.JUNIOR: ("junior_size", "junior_size"),
}


# -- Guards ---------------------------------------------------------------------------------------


def formed(uow: UnitOfWork, committee: Committee) -> str | None:
    """A committee has a 组建单位, and its specialties where it is formed by specialty."""
    if not committee.offices:
        return "尚未维护组建单位，不能核准（令40号 第七条）；请先在“其他信息”中添加组建单位（附件3 1.10）。"
    if committee.by_specialty and not committee.specialties:
        return "按专业组建的评委会须明确评审专业（令40号 第六条）；请先在“其他信息”中添加评审专业（附件3 1.10）。"
    return None


def scope_free(uow: UnitOfWork, committee: Committee) -> str | None:
    """No other valid committee reviews the same."""
    other = overlapping(uow.session, committee)
    if other is None:
        return None
    return _overlap(other)


def _overlap(other: Committee) -> Linked:
    """The sentence about another committee of the same scope, with the way to it."""
    return Linked(
        f"与“{other.name}”（{other.valid_from}至{other.valid_to}）的级别、系列、专业、区域和有效期重叠，不能重复组建"
        "（令40号 第六条）；请调整评审专业、区域或有效期，或先注销原评委会。",
        [(other.name, "committee", other.id)],
    )


def lawful(uow: UnitOfWork, committee: Committee) -> str | None:
    """Size, oddness and term are as the rules demand; a smaller size is proved by the document itself."""
    return next(iter(_faults(uow.session, committee).values()), None) or _unproved(uow.session, committee)


def _least(session: Session, committee: Committee) -> int:
    """How many members a committee of its level has at least, by series or by specialty."""
    by_series, by_specialty = _SIZES[CommitteeLevel(committee.level)]
    return int(settings.value(session, by_specialty if committee.by_specialty else by_series))


def _unproved(session: Session, committee: Committee) -> str | None:
    """Why a size below the rule is not proved yet: the document is asked for, not only its number (令40号 第九条)."""
    if committee.size >= _least(session, committee):
        return None
    held = select(StoredFile.id).where(
        StoredFile.owner_kind == Committee.__tablename__,
        StoredFile.owner_id == committee.id,
        StoredFile.purpose == EXCEPTION,
    )
    if session.scalar(held.limit(1)):
        return None
    return (
        f"评委人数 {committee.size} 人少于规定的 {_least(session, committee)} 人，"
        "尚未上传省人社厅同意调整的批复文件（令40号 第九条）；"
        "请在评委会详情中办理“上传人数调整批复”。"
    )


def nothing_in_hand(uow: UnitOfWork, committee: Committee) -> str | None:
    """Only if no declaration lies with the committee."""
    count = uow.session.scalar(
        select(func.count()).where(Declaration.committee_id == committee.id, Declaration.state.in_(AT_THE_COMMITTEE))
    )
    if not count:
        return None
    return f"还有 {count} 件申报在该评委会办理，注销后将无法办结；请待其备案或终止后再注销。"


def no_account_yet(uow: UnitOfWork, committee: Committee) -> str | None:
    """The committee's account is issued once."""
    if _accounts(uow.session, committee):
        return f"评委会账号“{committee.account_name}”已开通，不能重复开通；忘记密码请系统管理员重置。"
    return None


def _accounts(session: Session, committee: Committee) -> list[Account]:
    return list(session.scalars(select(Account).filter_by(committee_id=committee.id, active=True)))


def _kept_specialties(uow: UnitOfWork, committee: Committee) -> list[tuple[str, str]]:
    return [(str(row.specialty_id), row.specialty.name) for row in committee.specialties]


def _kept_offices(uow: UnitOfWork, committee: Committee) -> list[tuple[str, str]]:
    return [(str(row.organisation_id), row.organisation.name) for row in committee.offices]


def _kept_fees(uow: UnitOfWork, committee: Committee) -> list[tuple[str, str]]:
    return [(row.item, f"{row.item} {row.amount} 元") for row in committee.fees]


#: 缴费项目 (118号 八(六), 湘发改价费规〔2023〕284号).
FEE_ITEMS = (
    ("评审费", "评审费"),
    ("面试费", "面试费"),
    ("评审（含面试）费", "评审（含面试）费"),
    ("论文鉴定费", "论文鉴定费"),
)
_ALIVE = {S.APPLIED, S.APPROVED}
_APPROVERS = (roles.HRSS_CONFIG, roles.HRSS_AUDIT)
_REASON = Ask("reason", "原因", "area", max_length=500)
#: What the file of an approved smaller size is kept as (令40号 第九条).
EXCEPTION = "人数调整批复"

# fmt: off
COMMITTEE = Flow("评委会", S, [
    #     verb                 label            from           to           by                 only if                                          asks
    Step("approve",           "核准",           {S.APPLIED},   S.APPROVED,  _APPROVERS,        [formed, lawful, scope_free],                     [], "令40号 第八条", "primary"),
    Step("renew",             "重新核准",       {S.APPROVED},  None,        _APPROVERS,        [formed],
         [Ask("valid_from", "有效期起", "date"), Ask("valid_to", "有效期止", "date"), Ask("document", "核准文号", max_length=120)], "令40号 第八条"),
    Step("issue_account",     "开通账号",       {S.APPROVED},  None,        roles.HRSS_CONFIG, [no_account_yet],                                 [], "附件3 1.10"),
    Step("exception",         "上传人数调整批复", _ALIVE,      None,        roles.HRSS_CONFIG, (),
         [Ask("document", "人数调整依据文号", max_length=120, default=lambda uow, committee: committee.size_exception), Ask("file", "批复文件", "file")], "令40号 第九条"),
    Step("add_specialty",     "添加评审专业",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("specialty", "评审专业", "specialty", hint="录入专业名称或代码后选择")], "附件3 1.10"),
    Step("remove_specialty",  "移除评审专业",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("specialty", "评审专业", "choice", choices=_kept_specialties)], "附件3 1.10"),
    Step("change_specialty",  "更改评审专业",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("row", "原评审专业", "choice", choices=_kept_specialties), Ask("specialty", "评审专业", "specialty")], "附件3 1.10"),
    Step("add_office",        "添加组建单位",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("organisation", "组建单位", "organisation", hint="录入单位名称或统一信用代码后选择")], "附件3 1.10"),
    Step("remove_office",     "移除组建单位",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("organisation", "组建单位", "choice", choices=_kept_offices)], "附件3 1.10"),
    Step("change_office",     "更改组建单位",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("row", "原组建单位", "choice", choices=_kept_offices), Ask("organisation", "组建单位", "organisation")], "附件3 1.10"),
    Step("set_fee",           "维护缴费标准",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("item", "缴费项目", "choice", choices=FEE_ITEMS), Ask("amount", "缴费金额（元）", "number", least=0, most=100_000)], "118号 八(六)"),
    Step("remove_fee",        "移除缴费标准",   _ALIVE,        None,        roles.HRSS_CONFIG, (),  [Ask("item", "缴费项目", "choice", choices=_kept_fees)], "118号 八(六)"),
    Step("cancel",            "注销",           _ALIVE,        S.CANCELLED, roles.HRSS_CONFIG, [nothing_in_hand], [_REASON], "附件3 1.10", "bad", "注销后评委会账号停用，不能再受理申报，确定注销吗？"),
    Step("withdraw",          "取消组建权",     {S.APPROVED},  S.WITHDRAWN, roles.HRSS_AUDIT,  (),  [_REASON, Ask("document", "依据文号", max_length=120)], "118号 七(四)", "bad", "取消组建权后其评审不再认可，确定取消吗？"),
])
# fmt: on

#: What the account of a committee is called: whose office it is stands beside it.
OFFICE_NAME = "评委会办事机构"
#: What `create_committee` and `edit_committee` take.
FIELDS = (
    "name",
    "level",
    "kind",
    "host",
    "series",
    "account_name",
    "valid_from",
    "valid_to",
    "by_specialty",
    "size",
    "size_exception",
    "region_code",
)


def create_committee(
    uow: UnitOfWork,
    *,
    specialties: Iterable[Specialty] = (),
    offices: Iterable[Organisation] = (),
    **given: Any,
) -> Committee:
    """Enter a committee's application (附件3 1.10 新增); it reviews nothing until it is approved.

    Taken: `FIELDS`, specialties and 组建单位. Refused, each sentence at its field: a term above three years, an
    even or too small number of members without an exception document, a name or account of another, specialties
    outside the one series, the scope of another valid committee.
    """
    uow.lead(KEEP, "只有省厅配置岗可以新增和维护评委会。")
    defaults = dict(
        kind=CommitteeKind.ORDINARY,
        host=CommitteeHost.GENERAL,
        by_specialty=False,
        size_exception="",
        region_code="430000",
    )
    committee = Committee(state=S.APPLIED, **_known(defaults | given))
    with uow.session.no_autoflush:
        committee.specialties = [CommitteeSpecialty(specialty_id=s.id, specialty=s) for s in specialties]
        committee.offices = [CommitteeOffice(organisation_id=o.id, organisation=o) for o in offices]
        _check(uow.session, committee)
    uow.session.add(committee)
    uow.session.flush()
    uow.record("create_committee", committee, label="新增评委会", name=committee.name, size=committee.size)
    return committee


def edit_committee(uow: UnitOfWork, committee: Committee, **given: Any) -> None:
    """Change a committee's data (附件3 1.10 编辑); the checks are those of a new one."""
    uow.lead(KEEP, "只有省厅配置岗可以新增和维护评委会。")
    if committee.state not in _ALIVE:
        raise Refused(f"评委会{S(committee.state).label}，不能编辑；如需恢复评审，请重新组建。")
    given = _known(given)
    if (
        "account_name" in given
        and given["account_name"] != committee.account_name
        and _accounts(uow.session, committee)
    ):
        raise Refused("评委会账号已开通，账号名不能更改；请保留原账号名。", field="account_name")
    with uow.session.no_autoflush:
        for name, value in given.items():
            setattr(committee, name, value)
        _check(uow.session, committee)
        if committee.state == S.APPROVED and (sentence := _unproved(uow.session, committee)):
            raise Refused(sentence, field="size")
    uow.record("edit", committee, label="编辑评委会", changed=sorted(given))


def _known(given: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(given) - set(FIELDS):
        raise TypeError(f"no such field of a committee: {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}


def _check(session: Session, committee: Committee) -> None:
    wrong = _faults(session, committee) | _taken(session, committee)
    series = committee.series or session.get(Series, committee.series_id)
    strange = [row.specialty.name for row in committee.specialties if row.specialty.series_id != (series and series.id)]
    if strange:
        wrong["specialties"] = f"{'、'.join(strange)}不属于该评委会的系列，评委会只能按一个系列组建（令40号 第六条）。"
    if not wrong and (other := _scope_taken(session, committee)):
        wrong["series"] = _overlap(other)
    if wrong:
        links = [link for sentence in wrong.values() for link in getattr(sentence, "links", ())]
        raise Refused(
            "；".join(s.rstrip("。") for s in wrong.values()) + "。",
            fields={k: str(v) for k, v in wrong.items()},
            links=links,
        )


def _scope_taken(session: Session, committee: Committee) -> Committee | None:
    if committee.series_id is None:
        committee.series_id = committee.series.id
    if committee.id is None and committee.by_specialty and not committee.specialties:
        return None  # its specialties are still to come; asked again at approval
    return overlapping(session, committee)


def _faults(session: Session, committee: Committee) -> dict[str, str]:
    """What is wrong with level, term and size: field → sentence."""
    wrong: dict[str, str] = {}
    if not committee.name:
        wrong["name"] = "请填写评委会名称。"
    if not committee.account_name:
        wrong["account_name"] = "请填写评委会账号。"
    if committee.series is None and committee.series_id is None:
        wrong["series"] = "请选择职称系列：评委会按一个系列或专业组建（令40号 第六条）。"
    if committee.level not in set(CommitteeLevel):
        return wrong | {"level": "请选择评委会级别（令40号 第七条）。"}
    years = settings.value(session, "committee_years")
    if committee.valid_to <= committee.valid_from:
        wrong["valid_to"] = "有效期止应晚于有效期起，请更正。"
    elif committee.valid_to > longest(committee.valid_from, years):
        wrong["valid_to"] = (
            f"评委会有效期不超过 {years} 年，自{committee.valid_from}起最晚到{longest(committee.valid_from, years)}"
            "（令40号 第八条）；期满须重新核准备案。"
        )
    least = _least(session, committee)
    if committee.size % 2 == 0:
        wrong["size"] = f"评委人数应为单数，现为 {committee.size} 人（令40号 第九条）；请增减 1 人。"
    elif committee.size < least and not committee.size_exception:
        how = "按专业" if committee.by_specialty else "按系列"
        wrong["size"] = (
            f"{how}组建的{CommitteeLevel(committee.level).label}评委会不少于 {least} 人，"
            f"现为 {committee.size} 人（令40号 第九条）；"
            "经省人社厅同意调整的，请填写人数调整依据文号，保存后上传批复文件。"
        )
    if session.scalar(select(Region.id).where(Region.code == committee.region_code)) is None:
        wrong["region_code"] = f"行政区划代码“{committee.region_code}”不在区划表中，请重新选择。"
    return wrong


def longest(valid_from: date, years: int) -> date:
    """The last day a term of so many years can have."""
    try:
        return valid_from.replace(year=valid_from.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(valid_from.year + years, 2, 28)


def _taken(session: Session, committee: Committee) -> dict[str, str]:
    wrong: dict[str, str] = {}
    others = select(Committee.id, Committee.name)
    if committee.id:
        others = others.where(Committee.id != committee.id)
    if same := session.execute(others.where(Committee.name == committee.name)).first():
        wrong["name"] = Linked(
            f"评委会名称“{committee.name}”已存在（附件3 1.10），请核对；重新核准备案请在原评委会上办理。",
            [(same.name, "committee", same.id)],
        )
    account = func.lower(Committee.account_name) == committee.account_name.lower()
    if owner := session.execute(others.where(account)).first():
        wrong["account_name"] = Linked(
            f"账号“{committee.account_name}”已属于“{owner.name}”，不能与其他评委会重复（附件3 1.10）；请换一个账号。",
            [(owner.name, "committee", owner.id)],
        )
    else:
        user = select(Account.committee_id).where(func.lower(Account.username) == committee.account_name.lower())
        found = session.execute(user).first()
        if found and (committee.id is None or found[0] != committee.id):
            wrong["account_name"] = (
                f"账号“{committee.account_name}”已被其他用户使用，不能重复（附件3 1.10）；请换一个账号。"
            )
    return wrong


# -- Verbs ----------------------------------------------------------------------------------------


@COMMITTEE.performs("renew")
def renew(uow: UnitOfWork, committee: Committee, *, valid_from: date, valid_to: date, document: str) -> None:
    """Approve the committee for another term (期满重新核准备案)."""
    before = committee.valid_from, committee.valid_to
    with uow.session.no_autoflush:
        committee.valid_from, committee.valid_to = valid_from, valid_to
        wrong = {k: v for k, v in _faults(uow.session, committee).items() if k in ("valid_from", "valid_to", "size")}
        sentence = scope_free(uow, committee) if not wrong else None
    if wrong or sentence:
        committee.valid_from, committee.valid_to = before
        raise Refused(sentence or next(iter(wrong.values())), fields=wrong or {"valid_from": str(sentence or "")})
    COMMITTEE.advance(
        uow, committee, "renew", document=document, was_valid_to=before[1], valid_from=valid_from, valid_to=valid_to
    )


@COMMITTEE.performs("exception")
def exception(uow: UnitOfWork, committee: Committee, *, document: str, file: tuple[bytes, str]) -> None:
    """Keep the document by which the province agreed to a smaller number of members (令40号 第九条)."""
    stored = store(uow, *file, owner=committee, purpose=EXCEPTION)
    COMMITTEE.advance(uow, committee, "exception", document=document.strip(), file=stored.name)
    committee.size_exception = document.strip()


@COMMITTEE.performs("issue_account")
def issue_account(uow: UnitOfWork, committee: Committee, *, password: accounts.Prepared | None = None) -> str:
    """Open the committee's account and give its first password, once; it is changed at the first sign-in.

    The account carries the role of a committee's office and works for this committee alone. With a `password`
    prepared before the transaction nothing is hashed inside it, and an empty text is given.
    """
    COMMITTEE.advance(uow, committee, "issue_account", account=committee.account_name)
    shown = ""
    if password is None:
        shown, password = accounts.first()
    clerk = replace(uow, actor=accounts.system_account(uow.session))  # roles at once: the system account's right
    accounts.create_account(
        clerk,
        username=committee.account_name,
        name=OFFICE_NAME,
        password=password,
        committee=committee,
        roles=[roles.COMMITTEE_OFFICE],
    )
    return shown


@COMMITTEE.performs("cancel")
def cancel(uow: UnitOfWork, committee: Committee, *, reason: str) -> None:
    """Cancel the committee; its accounts stop, what it decided stays."""
    stopped = _stop_accounts(uow, committee)
    COMMITTEE.advance(uow, committee, "cancel", opinion=reason.strip(), accounts=stopped)
    committee.reason = reason.strip()


@COMMITTEE.performs("withdraw")
def withdraw(uow: UnitOfWork, committee: Committee, *, reason: str, document: str) -> None:
    """Withdraw the right to form the committee (取消组建权, 118号 七(四)); its accounts stop."""
    stopped = _stop_accounts(uow, committee)
    COMMITTEE.advance(uow, committee, "withdraw", opinion=reason.strip(), document=document, accounts=stopped)
    committee.reason = reason.strip()


def _stop_accounts(uow: UnitOfWork, committee: Committee) -> int:
    found = _accounts(uow.session, committee)
    for account in found:
        account.active = False
        accounts.end_everywhere(uow, account)
        uow.record("disable_account", account, label="停用账号", reason="评委会注销")
    return len(found)
