"""证书号 of the titles held, laid beside the certificates that this system has issued.

What can be looked up is looked up (118号 四(二)1 查询认证相关证件, 令40号 第十四条): a number that was
revoked, replaced, or that is another's gives nobody a title; what is typed of one's own agrees with it. A number that
was not issued here says nothing: auditors compare the paper.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from models.awards.certificate import Certificate, in_force
from models.awards.truth import CertificateTruth, TruthState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from workflow.base.unit_of_work import UnitOfWork

CLAUSE = "118号 四(二)1"


def number_of(row: Mapping[str, Any]) -> str:
    """The number as it is kept: no blanks, no full-width signs, capitals."""
    return "".join(unicodedata.normalize("NFKC", str(row.get("certificate") or "")).split()).upper()


def untrue(uow: UnitOfWork, declaration: Declaration) -> Iterator[tuple[int, str, str]]:
    """(row, field, sentence) of each 现任职称 that its own certificate number speaks against."""
    found = (declaration.content.sections or {}).get("titles")
    rows = found if isinstance(found, list) else []
    typed = {number_of(row): n for n, row in enumerate(rows) if number_of(row)}
    issued = (
        select(Certificate, CertificateTruth)
        .join(CertificateTruth, in_force())
        .where(CertificateTruth.number.in_(typed))
        .order_by(CertificateTruth.number)
    )
    for certificate, truth in uow.session.execute(issued).tuples() if typed else ():
        n = typed[certificate.number]
        for field, sentence in _against(certificate, truth, declaration, rows[n]):
            yield n, field, sentence


def _against(
    certificate: Certificate, truth: CertificateTruth, declaration: Declaration, row: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    number = certificate.number
    if certificate.person_id != declaration.person_id:
        yield "certificate", f"证书号 {number} 不是本人的证书（{CLAUSE}）；请核对后填写本人证书的编号。"
    elif truth.state == TruthState.REVOKED:
        yield (
            "certificate",
            f"证书 {number} 已撤销，不能作为现任职称（{CLAUSE}）；请删除该项，按仍然有效的职称申报，"
            "对撤销有异议的向发证单位提出。",
        )
    elif truth.state == TruthState.REPLACED:
        yield "certificate", f"证书 {number} 已补发新证（{CLAUSE}）；请改填新证编号 {truth.replaced_by}。"
    else:
        yield from _different(certificate, row)


def _different(certificate: Certificate, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is typed otherwise than it stands on the certificate."""
    kept = {"obtained_on": ("取得时间", str(certificate.obtained_on), str(row.get("obtained_on") or ""))}
    if row.get("level") in set(TitleLevel):
        kept["level"] = ("级别", certificate.level_name, TitleLevel(row["level"]).label)
    for field, (label, stands, typed) in kept.items():
        if typed and typed != stands:
            yield (
                field,
                f"{label}填写为 {typed}，证书 {certificate.number} 登记为 {stands}（{CLAUSE}）；"
                "请按证书填写，证书有误的先申请更正证书信息。",
            )
