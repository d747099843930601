"""The two trustees of a ballot: each makes and gives his key at his own sign-in, and no request carries both."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.review.ballot import Poll, PollKey, Trustee
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import sealing
from workflow.review.ballot import POLL, SHORTEST_PASSPHRASE, context_of

WRONG = "口令不正确，不能打开本方密钥；请由设定口令的一方重新输入，遗失的“提请作废重投”。"


@POLL.performs("key_office")
def key_office(uow: UnitOfWork, poll: Poll, *, office_pass: str) -> None:
    """The committee's office makes its key; until the opening it may be made anew."""
    _make(uow, poll, Trustee.OFFICE, office_pass, "key_office", "office_pass")


@POLL.performs("key_supervisor")
def key_supervisor(uow: UnitOfWork, poll: Poll, *, supervisor_pass: str) -> None:
    """The discipline inspection makes its key, at its own sign-in."""
    _make(uow, poll, Trustee.SUPERVISOR, supervisor_pass, "key_supervisor", "supervisor_pass")


def _make(uow: UnitOfWork, poll: Poll, trustee: Trustee, passphrase: str, verb: str, field: str) -> None:
    if len(sealing.normalised(passphrase)) < SHORTEST_PASSPHRASE:
        raise Refused(f"口令不少于 {SHORTEST_PASSPHRASE} 位，请重新设定。", field=field)
    other = uow.session.scalar(select(PollKey).where(PollKey.poll_id == poll.id, PollKey.trustee != trustee))
    if other is not None and other.account_id == uow.actor.id:
        raise Refused("双方口令须由两个账号各自设定（118号 五(四)）；请由另一方本人登录设定。", field=field)
    if other is not None and _opens(other, poll, passphrase):
        raise Refused("双方口令不能相同；请换一个只有本方知道的口令。", field=field)
    POLL.advance(uow, poll, verb)
    private, public = sealing.new_key()
    held = uow.session.get(PollKey, (poll.id, trustee)) or PollKey(poll_id=poll.id, trustee=trustee)
    held.account_id, held.public = uow.actor.id, public
    held.wrapped = sealing.wrap(private, passphrase, context_of(poll) + trustee.encode())
    uow.session.add(held)
    uow.session.flush()


def _opens(held: PollKey, poll: Poll, passphrase: str) -> bool:
    try:
        sealing.unwrap(bytes(held.wrapped), passphrase, context_of(poll) + held.trustee.encode())
    except sealing.WrongKey:
        return False
    return True


@POLL.performs("release")
def release(uow: UnitOfWork, poll: Poll, *, supervisor_pass: str) -> None:
    """The supervisor gives his key for the count of a vote that has ended; it is kept sealed until then."""
    held = _held(uow.session, poll, Trustee.SUPERVISOR)
    private = private_of(held, poll, supervisor_pass, "supervisor_pass")
    POLL.advance(uow, poll, "release")
    held.released = private.hex()
    uow.session.flush()


def private_of(held: PollKey, poll: Poll, passphrase: str, field: str) -> bytes:
    """A trustee's private key, for his passphrase."""
    try:
        return sealing.unwrap(bytes(held.wrapped), passphrase, context_of(poll) + held.trustee.encode())
    except sealing.WrongKey:
        raise Refused(WRONG, field=field) from None


def both(uow: UnitOfWork, poll: Poll, office_pass: str) -> list[bytes]:
    """Both private keys at the count, in the order of their public ones: the office's by its passphrase."""
    supervisor = _held(uow.session, poll, Trustee.SUPERVISOR)
    if supervisor.released is None:
        raise NotNow("纪检监察尚未交出口令，不能计票（118号 五(四)）；请纪检监察人员本人登录办理“交出口令”。")
    office = private_of(_held(uow.session, poll, Trustee.OFFICE), poll, office_pass, "office_pass")
    return [office, bytes.fromhex(supervisor.released)]


def destroy(session: Session, poll: Poll) -> None:
    """No key outlives its vote."""
    for held in session.scalars(select(PollKey).where(PollKey.poll_id == poll.id)):
        session.delete(held)
    session.flush()


def _held(session: Session, poll: Poll, trustee: Trustee) -> PollKey:
    held = session.get(PollKey, (poll.id, trustee))
    if held is None:
        raise NotNow(f"没有{trustee.label}的密钥，不能办理；请“提请作废重投”后由双方重新设定口令。")
    return held
