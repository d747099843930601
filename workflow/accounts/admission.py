"""单位注册核验 (附件2: units register themselves): what registers waits on the desk of its superior.

The superior sees letter of authority and certificate of registration, on paper; until then neither account nor
organisation can do anything, and nobody can choose the organisation. Who is rejected reads why where he signs in
(workflow/accounts/awaiting.py), and registers anew.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select, true

from models.accounts.account import Account
from models.accounts.registration import Registration
from models.accounts.registration import RegistrationState as S
from models.register.organisation import Organisation
from workflow.accounts import accounts
from workflow.accounts.registration import DESKS
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import organisation as organisations
from workflow.register import register

policy.NOUNS[Registration] = "单位注册"
policy.enter(Registration, "province", "全省的单位注册", (r.HRSS_CONFIG,), lambda _actor: true())


@policy.scope(Registration, "superior", "由本机构核验的单位注册", r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER)
def registrations_below(actor: Account) -> ColumnElement[bool]:
    """Those that name one's own organisation as their superior."""
    return Registration.superior_id == actor.organisation_id if actor.organisation_id else false()


VERIFIERS = (r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER, r.HRSS_CONFIG)
_CLAUSE = "118号 四(二)1"


def at_my_desk(uow: UnitOfWork, registration: Registration) -> str | None:
    """By the superior; the province stands in where that has no account yet."""
    if uow.actor.plays(r.HRSS_CONFIG) or registration.superior_id == uow.actor.organisation_id:
        return None
    return f"由上级单位“{registration.superior.name}”核验（{_CLAUSE}）；请联系该单位办理。"


def cautions(uow: UnitOfWork, registration: Registration) -> list[str]:
    """What whoever verifies should look at: a name that another unit bears, a nature that the code contradicts."""
    found = []
    if registration.organisation_id is None:
        if codes := register.namesakes(uow.session, registration.code, registration.name):
            found.append(f"登记簿已有同名机构（{'、'.join(codes)}），请核对登记证书，属同一单位的不予通过")
        if sentence := register.nature_against(registration.code, registration.nature):
            found.append(sentence.rstrip("。"))
    return found


# fmt: off
REGISTRATION = Flow("单位注册", S, [
    #     verb      label       from         to          by         only if
    Step("verify", "核验通过", {S.WAITING}, S.VERIFIED, VERIFIERS, [at_my_desk],
         [Ask("basis", "核验依据", max_length=300, hint="看到的授权书和登记证书，如“授权书 2026-03-02，法人证书副本”")], _CLAUSE, "primary",
         "通过后该单位即可登录、受理申报，对授权的真实性由本机构负责。确定通过？"),
    Step("reject", "不予通过", {S.WAITING}, S.REJECTED, VERIFIERS, [at_my_desk],
         [Ask("reason", "原因", "area", max_length=500, hint="注册人登录时看到，更正后可重新注册")], _CLAUSE, "bad"),
])
# fmt: on


@REGISTRATION.performs("verify")
def verify(uow: UnitOfWork, registration: Registration, *, basis: str) -> None:
    """The superior has seen the authority: the organisation is entered where it is new, and its account may sign in."""
    basis = basis.strip()
    if len(basis) < 2:
        raise Refused("请填写核验依据：看到的是哪一份授权书、哪一份登记证书。", field="basis")
    REGISTRATION.advance(uow, registration, "verify", opinion=basis)
    registration.basis, registration.decided_at = basis, uow.now.replace(microsecond=0)
    organisation = registration.organisation or _entered(uow, registration)
    if not organisation.active:
        raise NotNow(
            f"“{organisation.name}”已停用（118号 四(一)），其账号不能启用；请先由省厅配置岗恢复该机构，或不予通过。"
        )
    registration.organisation, account = organisation, registration.account
    account.organisation, account.active, account.failed_logins, account.locked_until = organisation, True, 0, None
    uow.session.flush()
    accounts.take_roles(uow, account, DESKS[organisation.kind])
    uow.record("open_account", account, label="启用注册账号", organisation=organisation.code)
    tell(uow, organisation, "单位注册核验通过", f"{registration.superior.name}已核验本单位的注册，可以办理业务。")


def _entered(uow: UnitOfWork, registration: Registration) -> Organisation:
    """The organisation that the registration speaks of; entered meanwhile by an office, it is that one."""
    known = uow.session.scalar(select(Organisation).where(Organisation.code == registration.code))
    if known is not None:
        if "".join(known.name.split()) != "".join(registration.name.split()):
            raise NotNow(
                f"统一信用代码 {registration.code} 已登记为“{known.name}”，与注册的名称不一致（118号 四(一)）；"
                "请不予通过并说明原因。"
            )
        return known
    return organisations.enter(
        uow,
        code=registration.code,
        name=registration.name,
        kind=registration.kind,
        nature=registration.nature,
        region_code=registration.region_code,
        superior=registration.superior,
        contact=registration.contact,
        telephone=registration.telephone,
    )


@REGISTRATION.performs("reject")
def reject(uow: UnitOfWork, registration: Registration, *, reason: str) -> None:
    """Not verified, with the reason that who registered reads; his account stays shut."""
    reason = reason.strip()
    if len(reason) < 2:
        raise Refused("请填写不予通过的原因；注册人登录时看到。", field="reason")
    REGISTRATION.advance(uow, registration, "reject", opinion=reason)
    registration.reason, registration.decided_at = reason, uow.now.replace(microsecond=0)
