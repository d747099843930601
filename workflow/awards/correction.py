"""更正换发 and 补发 (REQUIREMENTS §5.6): a document, an application, and a second person who agrees.

A correction takes over what identity and decision say today and is a new edition under the same number. A wrong issuer
stands in the number itself, so the certificate is issued under a new one: the old number ends as 已补发新证, the title
stays.
"""

from __future__ import annotations

from typing import Any

from models.awards.certificate import Certificate, Issuer, IssuerState
from models.awards.certificate import CertificateState as S
from models.awards.certificate_change import CertificateChange, ChangeKind
from models.awards.truth import TruthState
from models.register.person import Person
from workflow.awards import imprint, truth
from workflow.awards.certificate import CERTIFICATE, tell_holder
from workflow.awards.certificate_change import close, open_change
from workflow.awards.certificate_number import take
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import person_name
from workflow.register.pinyin import initials
from workflow.storage.files import store

#: What a correction takes over. Number, title, level and date are the decision itself: they are revoked, not corrected.
CORRECTABLE = ("holder_name", "sex", "unit_name", "specialty_name", "body_name")
#: What a new edition repeats.
KEPT = [
    "number",
    "declaration_id",
    "person_id",
    "series_name",
    "title_name",
    "level_name",
    "way_name",
    "issuer_name",
    "document",
    "obtained_on",
]


def differences(uow: UnitOfWork, certificate: Certificate) -> dict[str, tuple[str, str]]:
    """Field → (printed, what identity and decision say today), where they differ."""
    today = imprint.sources(uow.session, certificate.declaration)
    return {
        name: (getattr(certificate, name), today[name])
        for name in CORRECTABLE
        if getattr(certificate, name) != today[name]
    }


@CERTIFICATE.performs("correct")
def correct(
    uow: UnitOfWork, certificate: Certificate, *, reason: str, document: str, file: Any, holder_name: str = ""
) -> CertificateChange:
    """Apply for a correction. Refused: nothing that differs from identity and decision; what is none of a name, or
    cannot be printed, as wherever a name comes in (118号 六(三): the certificate is downloaded and printed)."""
    name = (holder_name or "").strip()
    name = "" if name in ("", certificate.declaration.person.name) else person_name.read(name, "holder_name")
    if not name and not differences(uow, certificate):
        raise Refused(
            "没有需要更正的内容：证书与身份登记、评审决定一致（118号 六(三)）。姓名有误的，请填写更正后的姓名；"
            "级别、资格名称和取得时间有误的，应撤销后重新办理。",
            field="holder_name",
        )
    return _apply(uow, certificate, "correct", reason, document, file, holder_name=name)


@CERTIFICATE.performs("reissue")
def reissue(
    uow: UnitOfWork, certificate: Certificate, *, issuer: str | int, reason: str, document: str, file: Any
) -> CertificateChange:
    """Apply for another number. Refused: the issuer it has, a cancelled one, one whose region does not fit."""
    right = uow.session.get(Issuer, int(issuer))
    if right is None or right.state != IssuerState.ACTIVE:
        raise Refused("请选择有效的发证单位（附件3 1.9）。", field="issuer")
    if right.code == certificate.number[6:14]:
        raise Refused(
            f"该证书的发证单位已是{right.organisation.name}，无需补发新编号（118号 六(三)）；"
            "其他内容有误的请办理“更正换发”。",
            field="issuer",
        )
    if sentence := imprint.may_issue(right, certificate.declaration):
        raise Refused(sentence, field="issuer")
    return _apply(uow, certificate, "reissue", reason, document, file, issuer_id=right.id)


def _apply(
    uow: UnitOfWork, certificate: Certificate, verb: str, reason: str, document: str, file: Any, **more: Any
) -> CertificateChange:
    CERTIFICATE.advance(uow, certificate, verb, opinion=reason.strip(), document=document.strip())
    store(uow, file[0], file[1], owner=certificate, purpose=f"{ChangeKind(verb).label}依据")
    change = CertificateChange(
        certificate_id=certificate.id,
        kind=ChangeKind(verb),
        reason=reason.strip(),
        document=document.strip(),
        proposed_by=uow.actor.id,
        proposed_at=uow.now.replace(microsecond=0),
        **more,
    )
    uow.session.add(change)
    uow.session.flush()
    return change


@CERTIFICATE.performs("agree")
def agree(uow: UnitOfWork, certificate: Certificate) -> Certificate:
    """The second person agrees: the new edition, or the new number, is in force at once."""
    change = open_change(uow.session, certificate)
    assert change is not None  # noqa: S101  (the guard has asked)
    new = (_corrected if change.kind == ChangeKind.CORRECT else _reissued)(uow, certificate, change)
    close(uow, change, agreed=True)
    return new


def _corrected(uow: UnitOfWork, certificate: Certificate, change: CertificateChange) -> Certificate:
    person = certificate.declaration.person
    if change.holder_name and person.name != change.holder_name:
        _rename(uow, person, change)
    changed = differences(uow, certificate)
    if not changed:
        raise Refused("证书已与身份登记、评审决定一致，没有需要更正的内容（118号 六(三)）；请不同意该申请。")
    row = truth.of(uow.session, certificate.number, lock=True)
    CERTIFICATE.advance(
        uow,
        certificate,
        "agree",
        to=S.CORRECTED,
        opinion=change.reason,
        document=change.document,
        changed=sorted(changed),
    )
    truth.amend(row, on=uow.today)
    edition = Certificate(
        **{name: getattr(certificate, name) for name in KEPT},
        **imprint.sources(uow.session, certificate.declaration),
        edition=row.edition,
        token=imprint.new_token(),
        issued_at=uow.now.replace(microsecond=0),
        state=truth.shown(row),
    )
    _enter(uow, edition, "更正换发", change)
    tell_holder(uow, edition, "证书已更正换发", f"您的职称证书 {edition.number} 已更正换发，请重新下载。")
    return edition


def _rename(uow: UnitOfWork, person: Person, change: CertificateChange) -> None:
    """The identity is mended first; the certificate only says what it says."""
    uow.record(
        "correct_identity", person, label="身份登记更正", before=person.name, after=change.holder_name,
        document=change.document,
    )  # fmt: skip
    name = person_name.read(change.holder_name, "holder_name")  # one applied for before names were read here
    person.name, person.pinyin = name, initials(name)


def _reissued(uow: UnitOfWork, certificate: Certificate, change: CertificateChange) -> Certificate:
    issuer = uow.session.get_one(Issuer, change.issuer_id)
    if issuer.state != IssuerState.ACTIVE:
        raise Refused(f"发证单位编码 {issuer.code} 已注销，不能补发（附件3 1.9）；请不同意该申请后重新申请。")
    declaration = certificate.declaration
    prefix = imprint.prefix(uow.session, declaration, issuer)
    number = take(uow, {prefix: 1})[prefix][0].number
    row = truth.of(uow.session, certificate.number, lock=True)
    CERTIFICATE.advance(
        uow, certificate, "agree", to=S.REPLACED, opinion=change.reason, document=change.document, replaced_by=number
    )
    truth.end(row, TruthState.REPLACED, on=uow.today, replaced_by=number)
    edition = imprint.printed(uow, declaration, issuer, number)
    truth.enter(uow, number)
    _enter(uow, edition, "补发新证", change)
    tell_holder(
        uow,
        edition,
        "证书已补发",
        f"您的职称证书 {certificate.number} 发证单位有误，已以新编号 {number} 补发，职称不受影响；请重新下载。",
    )
    return edition


def _enter(uow: UnitOfWork, edition: Certificate, label: str, change: CertificateChange) -> None:
    uow.session.add(edition)
    uow.session.flush()
    uow.record(
        "issue",
        edition,
        label=label,
        number=edition.number,
        edition=edition.edition,
        opinion=change.reason,
        document=change.document,
        after=edition.state,
    )


@CERTIFICATE.performs("refuse")
def refuse(uow: UnitOfWork, certificate: Certificate, *, opinion: str) -> None:
    """The second person does not agree; the certificate stays as it is."""
    change = open_change(uow.session, certificate)
    CERTIFICATE.advance(uow, certificate, "refuse", opinion=opinion.strip())
    close(uow, change, agreed=False, opinion=opinion.strip())  # type: ignore[arg-type]


@CERTIFICATE.performs("take_back")
def take_back(uow: UnitOfWork, certificate: Certificate) -> None:
    """Whoever applies may think better of it."""
    change = open_change(uow.session, certificate)
    CERTIFICATE.advance(uow, certificate, "take_back")
    close(uow, change, agreed=None, opinion="申请已撤回。")  # type: ignore[arg-type]


@CERTIFICATE.performs("tell_anew")
def tell_anew(uow: UnitOfWork, certificate: Certificate, *, reason: str) -> None:
    """The platform shows something else than was acknowledged: the same truth goes out as a new version."""
    row = truth.of(uow.session, certificate.number, lock=True)
    again = S.ISSUED if row.state == TruthState.VALID else truth.shown(row)
    CERTIFICATE.advance(uow, certificate, "tell_anew", to=again, opinion=reason.strip())
    truth.tell_anew(row)
