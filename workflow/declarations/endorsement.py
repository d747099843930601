"""破格推荐 (人社厅发〔2022〕60号): two holders of 正高 of the same series, found by certificate number and name,
asked by message, who answer themselves. Names that an applicant types recommend nobody.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate, in_force
from models.awards.truth import CertificateTruth, TruthState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode
from models.declarations.endorsement import Endorsement
from models.declarations.endorsement import EndorsementState as S
from models.declarations.standing import FILLED_IN
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.roles import APPLICANT
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.named import as_filed

ASK = verb("endorsement.ask", "邀请推荐", "破格推荐", APPLICANT)
_CLAUSE = "人社厅发〔2022〕60号"
#: In these the applicant may still ask, and the answer still counts.
OPEN = FILLED_IN


def asked_of_me(uow: UnitOfWork, endorsement: Endorsement) -> str | None:
    """Only by whoever was asked."""
    if uow.actor.person_id is not None and uow.actor.person_id == endorsement.person_id:
        return None
    return f"只有受邀的推荐人本人可以答复（{_CLAUSE}）；请由{endorsement.person.name}登录自己的账号办理。"


def my_request(uow: UnitOfWork, endorsement: Endorsement) -> str | None:
    """Only by who asked."""
    if uow.actor.person_id is not None and uow.actor.person_id == endorsement.declaration.person_id:
        return None
    return f"只能撤回本人发出的邀请（{_CLAUSE}）；请由申报人办理。"


def still_open(uow: UnitOfWork, endorsement: Endorsement) -> str | None:
    """Only before the declaration is handed in."""
    if endorsement.declaration.state in OPEN:
        return None
    return f"该申报已提交，推荐不能再变（{_CLAUSE}）；如被退回，可在退回期间答复。"


def still_holds(uow: UnitOfWork, endorsement: Endorsement) -> str | None:
    """Only while the title holds by which he was found."""
    if _holder(uow.session, endorsement.certificate_number, endorsement.declaration) is not None:
        return None
    return f"所凭正高级职称证书 {endorsement.certificate_number} 现已无效，不能推荐（{_CLAUSE}）；请申报人另邀他人。"


# fmt: off
ENDORSEMENT = Flow("破格推荐", S, [
    #     verb         label       from        to           by                   only if
    Step("give",      "同意推荐", {S.ASKED}, S.GIVEN,     APPLICANT, [asked_of_me, still_open, still_holds],
         [Ask("words", "推荐意见", "area", max_length=1000, hint="说明申报人的专业能力和突出业绩；对推荐的真实性负责")], _CLAUSE, "primary", "同意后记入申报材料，确定推荐？"),
    Step("decline",   "不予推荐", {S.ASKED}, S.DECLINED,  APPLICANT, [asked_of_me],
         [Ask("words", "原因", "area", required=False, max_length=300)], _CLAUSE),
    Step("take_back", "撤回邀请", {S.ASKED}, S.WITHDRAWN, APPLICANT,           [my_request, still_open], [], _CLAUSE),
])
# fmt: on


def mine(uow: UnitOfWork) -> Declaration | None:
    """The exceptional declaration of the actor that may still be filled in, the newest one."""
    return uow.session.scalar(
        select(Declaration)
        .where(
            Declaration.person_id == uow.actor.person_id,
            Declaration.mode == DeclarationMode.EXCEPTIONAL,
            Declaration.state.in_(OPEN),
        )
        .order_by(Declaration.id.desc())
        .limit(1)
    )


def ask(uow: UnitOfWork, *, number: str, name: str) -> Endorsement:
    """Invite the holder of a certificate to recommend one's exceptional declaration.

    Refused, with one sentence whatever is wrong: a number and name that are not those of a 正高 in force in the series.
    Refused by name: oneself, somebody asked already, an actor without a 破格 declaration that is still open.
    """
    uow.lead(ASK)
    declaration = mine(uow)
    if declaration is None:
        raise Refused(
            f"只有填报中或退回中的破格申报可以邀请推荐（{_CLAUSE}）；请先在“职称申报”中将申报方式选为“破格申报”并暂存。"
        )
    found = _holder(uow.session, number, declaration)
    if found is None or _plain(found.holder_name) != _plain(name):
        raise Refused(
            f"没有查到与编号、姓名都相符的本系列正高级有效证书（{_CLAUSE} 须由正高级职称人员推荐）；"
            "请与推荐人核对后重新填写。",
            field="number",
        )
    if found.person_id == declaration.person_id:
        raise Refused(f"推荐人不能是申报人本人（{_CLAUSE}）；请邀请他人。", field="number")
    once = select(Endorsement.id).where(
        Endorsement.declaration_id == declaration.id,
        Endorsement.person_id == found.person_id,
        Endorsement.state.in_((S.ASKED, S.GIVEN)),
    )
    if uow.session.scalar(once) is not None:
        raise Refused(f"{found.holder_name}已经受邀（{_CLAUSE} 须为两名不同的推荐人）；请邀请其他人。", field="number")
    made = Endorsement(
        declaration=declaration,
        person_id=found.person_id,
        certificate_number=found.number,
        asked_at=uow.now.replace(microsecond=0),
        words="",
        state=S.ASKED,
    )
    uow.session.add(made)
    uow.session.flush()
    uow.record("ask_endorsement", made, label="邀请破格推荐", number=found.number, after=S.ASKED)
    tell(
        uow,
        made.person,
        "邀请您推荐破格申报",
        f"{declaration.applicant_name}破格申报{declaration.title.name}，邀请您作为推荐人；请在“破格推荐”中答复。",
    )
    return made


def _answer(name: str) -> None:
    @ENDORSEMENT.performs(name)
    def answer(uow: UnitOfWork, endorsement: Endorsement, *, words: str = "") -> None:
        ENDORSEMENT.advance(uow, endorsement, name, opinion=words.strip() or None)
        endorsement.words, endorsement.answered_at = words.strip(), uow.now.replace(microsecond=0)
        tell(
            uow,
            endorsement.declaration.person,
            f"破格推荐：{S(endorsement.state).label}",
            f"{endorsement.person.name}对您的破格申报 {endorsement.declaration.number} {S(endorsement.state).label}。",
        )


for _name in ("give", "decline"):
    _answer(_name)


def given(session: Session, declaration: Declaration) -> list[Endorsement]:
    """Recommendations that count: given, and the title holds by which each was found."""
    rows = session.scalars(
        select(Endorsement)
        .where(Endorsement.declaration_id == declaration.id, Endorsement.state == S.GIVEN)
        .order_by(Endorsement.id)
    )
    return [row for row in rows if _holder(session, row.certificate_number, declaration) is not None]


def _holder(session: Session, number: str, declaration: Declaration) -> Certificate | None:
    """The certificate of that number if it is a 正高 in force, of the series of the declaration."""
    query: Any = (
        select(Certificate)
        .join(CertificateTruth, in_force())
        .where(
            Certificate.number == _plain(number),
            CertificateTruth.state == TruthState.VALID,
            Certificate.level_name == TitleLevel.FULL_SENIOR.label,
            Certificate.series_name == as_filed(session, declaration).series,
        )
    )
    found: Certificate | None = session.scalar(query)
    return found


def _plain(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()
