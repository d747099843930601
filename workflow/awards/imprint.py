"""What a certificate says, and from where: the person from his identity, the title and the body from the decision, the
issuer from his code. Nothing of it is typed.
"""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy.orm import Session

from models.awards.certificate import Certificate, Issuer
from models.awards.certificate import CertificateState as S
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.paths.path import Way
from models.register.organisation import NodeKind
from models.register.person import IdKind, Person
from workflow.awards.certificate_number import grade_of, prefix_of, way_digit_of
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.named import as_filed


def sources(session: Session, declaration: Declaration) -> dict[str, str]:
    """What identity and decision say today: the fields of a certificate that a correction takes over."""
    body = declaration.committee.name if declaration.committee else ""
    if declaration.office is not None:
        body = declaration.office.organisation.name
    return {
        "holder_name": declaration.person.name,
        "sex": sex_of(declaration.person),
        "unit_name": declaration.unit.name,
        "specialty_name": as_filed(session, declaration).specialty,
        "body_name": body,
    }


def sex_of(person: Person) -> str:
    """A resident's number tells it (GB 11643: the seventeenth digit, odd for men); others as registered."""
    number = person.id_number or ""
    if person.id_kind == IdKind.RESIDENT and len(number) == 18 and number[16].isdigit():
        return "男" if int(number[16]) % 2 else "女"
    return person.sex


def printed(uow: UnitOfWork, declaration: Declaration, issuer: Issuer, number: str) -> Certificate:
    """The snapshot: the title and specialty as declared, the person and the body as called on the day of issue."""
    filed = as_filed(uow.session, declaration)
    return Certificate(
        number=number,
        edition=1,
        token=new_token(),
        declaration_id=declaration.id,
        person_id=declaration.person_id,
        **sources(uow.session, declaration),
        series_name=filed.series,
        title_name=filed.title,
        level_name=TitleLevel(declaration.level).label,
        way_name=Way(declaration.way).label,
        issuer_name=issuer.organisation.name,
        document=declaration.filing_number or "",
        obtained_on=_obtained(declaration),
        issued_at=uow.now.replace(microsecond=0),
        state=S.ISSUED,
    )


def new_token() -> str:
    """128 random bits as 32 hexadecimal digits: what the QR code of one edition says."""
    return secrets.token_hex(16)


def prefix(session: Session, declaration: Declaration, issuer: Issuer) -> str:
    """Where in the library the number of such a certificate stands."""
    return prefix_of(
        session,
        grade=grade_of(declaration.level),
        series=declaration.series,
        year=_obtained(declaration).year,
        way_digit=way_digit_of(declaration.way),
        issuer=issuer,
    )


def may_issue(issuer: Issuer, declaration: Declaration) -> str | None:
    """Why this issuer cannot stand on a certificate of that decision: his region does not cover the deciding body's."""
    body = declaration.committee.region_code if declaration.committee else ""
    if declaration.office is not None:
        body = declaration.office.organisation.region_code
    organisation = issuer.organisation
    lead = {NodeKind.PROVINCE: 2, NodeKind.CITY: 4}.get(NodeKind(organisation.kind), 6)
    if not body or body.startswith(organisation.region_code[:lead]):
        return None
    return (
        f"{organisation.name}的区划不包括作出评审（认定）决定的机构所在地，不能作为{declaration.applicant_name}的"
        "发证单位（附件3 1.9）；请选择省人社厅，或与该机构同一市州、县市区的发证单位。"
    )


def _obtained(declaration: Declaration) -> date:
    if declaration.filed_on is None:
        raise ValueError(f"{declaration.number} has no filing day")
    return declaration.filed_on
