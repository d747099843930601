"""Public verification of certificates: by the code of the paper, or by number, name and the last four of the identity
number. Whichever edition is asked about, the answer is today's truth of its number; whoever does not know these learns
nothing.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate
from models.awards.certificate import CertificateState as S
from models.awards.truth import TruthState
from models.register.person import Person
from models.sealed import mask_id
from workflow.base import row_check
from workflow.register.person_name import fold


@dataclass(frozen=True)
class Verdict:
    """What the public learns of a certificate; name and identity number masked."""

    number: str
    edition: int
    holder: str
    identity: str
    series_name: str
    title_name: str
    level_name: str
    specialty_name: str
    way_name: str
    body_name: str
    issuer_name: str
    document: str
    obtained_on: date
    status: str
    tone: str
    since: date | None = None  #: of what is not in force any more
    instead: str = ""  #: what is in force in its place

    @property
    def valid(self) -> bool:
        """Whether the edition shown is in force."""
        return self.status == VALID


VALID = "有效"


def verify(session: Session, *, token: str = "", number: str = "", name: str = "", id_tail: str = "") -> Verdict | None:
    """Look a certificate up by its code, or by number, name and the last four of the identity number.

    Gives None for everything that does not fit, without saying what: a wrong number, a wrong name and a
    wrong identity number are answered alike, after the same comparisons (TRUST T18).
    """
    if token:
        found = session.scalar(select(Certificate).where(Certificate.token == token.strip().lower()))
        return _verdict(session, found) if found else None
    newest = select(Certificate).where(Certificate.number == plain(number)).order_by(Certificate.edition.desc())
    certificate = session.scalars(newest.limit(1)).first()
    person = (
        session.get(Person, certificate.person_id) if certificate else session.scalars(select(Person).limit(1)).first()
    )
    right_name = _same(fold(certificate.holder_name) if certificate else "—", fold(name))
    right_tail = _same(person.id_number[-4:] if person else "—", id_tail)
    if certificate is None or len(plain(id_tail)) != 4 or not (right_name and right_tail):
        return None
    return _verdict(session, certificate)


def plain(text: str) -> str:
    """A number as it is compared, however it was typed."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(plain(one).encode(), plain(other).encode())


def mask_name(name: str) -> str:
    """`张*`, `欧阳**`… : the first character, and how many follow."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _verdict(session: Session, certificate: Certificate) -> Verdict | None:
    """What the number is worth today. A certificate that no number vouches for is no certificate."""
    truth = certificate.truth
    row_check.demand(session, [certificate, *([truth] if truth is not None else [])], "这份证书的记录")
    if truth is None or certificate.edition > truth.edition:
        return None
    person = session.get_one(Person, certificate.person_id)
    status, tone, since, instead = VALID, "ok", None, ""
    if truth.state != TruthState.VALID:
        status, tone, since = TruthState(truth.state).label, TruthState(truth.state).tone, truth.since
        instead = f"新证书编号 {truth.replaced_by}" if truth.state == TruthState.REPLACED else ""
    elif certificate.edition < truth.edition:
        status, tone, since = S.CORRECTED.label, S.CORRECTED.tone, truth.since
        instead = f"同一编号的第 {truth.edition} 版"
    names = (
        "number edition series_name title_name level_name specialty_name way_name body_name issuer_name document "
        "obtained_on"
    )
    shared: dict[str, Any] = {name: getattr(certificate, name) for name in names.split()}
    holder, identity = mask_name(certificate.holder_name), mask_id(person.id_number)
    return Verdict(**shared, holder=holder, identity=identity, status=status, tone=tone, since=since, instead=instead)
