"""发证单位编码 (附件3 1.9): the eight digits by which a certificate number names who issued it.

An HRSS department's code is its region code without the leading 43, padded with 0 on the right
(省厅 00000000, 长沙市 01000000; REQUIREMENTS §2.5). A code is never edited and never given again: numbers
that carry it stay in the world. A wrong one is cancelled with a reason.
"""

from __future__ import annotations

import re

from sqlalchemy import func, select, update

from models.awards.certificate import CertificateNumber, Issuer, NumberState
from models.awards.certificate import IssuerState as S
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Linked, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork

ENTER = verb("issuer.enter", "新增发证单位编码", "发证单位编码", roles.HRSS_CONFIG)

HRSS_KINDS = (NodeKind.PROVINCE, NodeKind.CITY, NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY)
_CODE = re.compile(r"[0-9]{8}")


def code_of(organisation: Organisation) -> str:
    """The eight digits that the region of an organisation gives."""
    return organisation.region_code[2:].ljust(8, "0")


# fmt: off
ISSUER = Flow("发证单位编码", S, [
    #     verb      label  from         to           by
    Step("cancel", "注销", {S.ACTIVE}, S.CANCELLED, roles.HRSS_CONFIG, (),
         [Ask("reason", "注销原因", "area", max_length=300)],
         clause="附件3 1.9", tone="bad", confirm="注销后不能再用此编码生成和发放证书，未使用的证书编号同时作废，确定注销吗？"),
])
# fmt: on


def create_issuer(uow: UnitOfWork, *, organisation: Organisation, code: str = "") -> Issuer:
    """Give an organisation its code; without one the code that its region gives.

    Refused: not eight digits; a code of another unit, even a cancelled one; a second code for a unit;
    an HRSS department with another code than its region's; another unit with a code ending in 0000, or
    beginning with neither its county, its city nor the province (its unit code without the leading 43).
    """
    uow.lead(ENTER, "只有省厅配置岗可以配置发证单位编码。")
    if not code and organisation.kind not in HRSS_KINDS:
        raise Refused(
            f"{organisation.name}不是人社部门，编码不能由行政区划得出（附件3 1.9，证书编号规则）；请填写 8 位编码。",
            field="code",
        )
    code = (code or code_of(organisation)).strip()
    if sentence := _code_refusal(uow, organisation, code):
        raise Refused(sentence, field="code", links=getattr(sentence, "links", ()))
    held = uow.session.scalar(select(Issuer).where(Issuer.organisation_id == organisation.id, Issuer.state == S.ACTIVE))
    if held:
        raise Refused(
            f"{organisation.name}已有有效的发证单位编码 {held.code}，一个单位只有一个编码（附件3 1.9）；"
            "如需更换，请先注销原编码。",
            field="organisation",
            links=[(str(held), "issuer", held.id)],
        )
    issuer = Issuer(organisation=organisation, code=code, state=S.ACTIVE)
    uow.session.add(issuer)
    uow.session.flush()
    uow.record("create_issuer", issuer, label="新增发证单位编码", code=code, name=organisation.name)
    return issuer


def _code_refusal(uow: UnitOfWork, organisation: Organisation, code: str) -> str | None:
    if not _CODE.fullmatch(code):
        return f"发证单位编码应为 8 位数字，现为“{code}”；编码不对会使证书编号无效（证书编号规则）；请核对后重新录入。"
    expected = code_of(organisation)
    if organisation.kind in HRSS_KINDS and code != expected:
        return f"{organisation.name}的编码应为 {expected}：行政区划代码去掉开头的 43，右侧补 0（证书编号规则）。"
    if organisation.kind not in HRSS_KINDS and code.endswith("0000"):
        return "末四位为 0000 的编码属于人社部门；其他单位请使用本单位的单位编码（证书编号规则）。"
    if organisation.kind not in HRSS_KINDS and code[:4] not in (lawful := _leads(organisation)):
        return (
            f"编码第 1–4 位 {code[:4]} 不是{organisation.name}所在行政区划："
            f"单位编码去掉开头的 43 后应以 {'、'.join(lawful)} 开头"
            "（证书编号规则，编码不对会使证书编号无效）；请核对后重新录入。"
        )
    owner = uow.session.scalar(select(Issuer).where(Issuer.code == code))
    if owner:
        state = "" if owner.state == S.ACTIVE else "（已注销）"
        return Linked(
            f"编码 {code} 已属于{owner.organisation.name}{state}，一个编码只能给一个单位，"
            "注销后也不再给出（证书编号规则）；请核对后重新录入。",
            [(str(owner), "issuer", owner.id)],
        )
    return None


def _leads(organisation: Organisation) -> list[str]:
    """What the code of a unit may begin with: its county, its city, or the province as a whole."""
    region = organisation.region_code[2:6]
    return list(dict.fromkeys((region, region[:2] + "00", "0000")))


@ISSUER.performs("cancel")
def cancel(uow: UnitOfWork, issuer: Issuer, *, reason: str) -> None:
    """Cancel the code; numbers of the library that no certificate carries become void with it."""
    free = CertificateNumber.issuer_id == issuer.id, CertificateNumber.state == NumberState.FREE
    left = uow.session.scalar(select(func.count()).select_from(CertificateNumber).where(*free))
    ISSUER.advance(uow, issuer, "cancel", opinion=reason.strip(), voided=left)
    issuer.reason = reason.strip()
    uow.session.execute(
        update(CertificateNumber)
        .where(*free)
        .values(state=NumberState.VOID)
        .execution_options(synchronize_session="fetch")
    )
