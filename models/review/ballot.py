"""The sealed ballot (无记名投票). No table here has a time column, and no mark carries a voter.

During the poll each voter's marks lie encrypted in an envelope; at close they are opened in memory,
shuffled for each candidate, written in one batch under random keys, and the envelopes are destroyed.
"""

from __future__ import annotations

import uuid

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.review.session import ReviewSession
from models.sealed import Sealed


class PollState(Labelled):
    READY = "ready", "待开启", "off"
    OPEN = "open", "投票中", "run"
    ENDED = "ended", "已结束待计票", "warn"
    CLOSED = "closed", "已计票", "ok"
    DESTROYED = "destroyed", "选票已销毁", "off"
    VOID = "void", "已作废", "bad"


class Choice(Labelled):
    YES = "yes", "同意", "ok"
    NO = "no", "不同意", "bad"
    ABSTAIN = "abstain", "弃权", "off"


class Poll(Model):
    __tablename__ = "poll"
    __trailed__ = True
    __protected__ = ("session_id", "members", "attending", "roster_hash", "tally_hash", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"), unique=True)
    members: Mapped[int] = column("应到", Integer, default=0, least=0, most=999)
    attending: Mapped[int] = column("实到", Integer, default=0, least=0, most=999)
    candidates: Mapped[list[int]] = column("参评名册", JSON, default=list)  #: declaration ids, frozen at opening
    public_key: Mapped[bytes | None] = column("公钥", LargeBinary)  #: of both trustees, frozen at opening
    roster_hash: Mapped[str] = column("名册校验码", String(64), default="")
    roster_seal: Mapped[str] = column("名册封签", String(64), default="")  #: the same under a key outside the database
    tally_hash: Mapped[str] = column("计票摘要", String(64), default="")
    #: A void vote is held anew; what was cast before belongs to no round any more.
    round: Mapped[int] = column("投票次数", Integer, default=1, least=1, most=99)
    void_reason: Mapped[str] = column("作废原因", Text, default="")
    void_asked_by: Mapped[int | None] = column("提请作废账号", Integer)
    state: Mapped[str] = column("状态", String(20), default=PollState.READY, info={"enum": PollState}, index=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    session: Mapped[ReviewSession] = relationship(info={"label": "评审会议"})


class Trustee(Labelled):
    """The two who open the envelopes together, each with a passphrase of his own."""

    OFFICE = "office", "办事机构（主任委员）"
    SUPERVISOR = "supervisor", "纪检监察"


class PollKey(Model):
    """A trustee's key of one poll: made at his own sign-in under his own passphrase, destroyed at the count."""

    __tablename__ = "poll_key"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, info={"label": "投票"})
    trustee: Mapped[str] = column("持有方", String(20), primary_key=True, info={"enum": Trustee})
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "设定账号"})
    public: Mapped[bytes] = column("公钥", LargeBinary)
    wrapped: Mapped[bytes] = column("封存私钥", LargeBinary)
    released: Mapped[str | None] = column("已交出的私钥", Sealed("poll_key.released"))


class Roll(Model):
    """Who may vote, and that somebody has voted; never how, never when."""

    __tablename__ = "roll"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, info={"label": "投票"})
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), primary_key=True, info={"label": "评委"})
    voted: Mapped[bool] = column("已投票", Boolean, default=False)


class Envelope(Model):
    """A voter's marks, encrypted to the poll's key; destroyed at close."""

    __tablename__ = "envelope"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, info={"label": "投票"})
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), primary_key=True, info={"label": "评委"})
    box: Mapped[bytes] = column("密封选票", LargeBinary)
    seal: Mapped[str] = column("封签", String(64))  #: made when it was cast, under a key outside the database


class EnvelopeHash(Model):
    """Sorted hashes of the envelopes: a voter finds his receipt among them."""

    __tablename__ = "envelope_hash"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, info={"label": "投票"})
    digest: Mapped[str] = column("选票摘要", String(64), primary_key=True)


class Mark(Model):
    """One mark for one candidate, under a random key."""

    __tablename__ = "mark"
    key: Mapped[str] = column("随机键", String(32), primary_key=True, default=lambda: uuid.uuid4().hex)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), info={"label": "投票"}, index=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "参评人员"})
    choice: Mapped[str] = column("表决", String(10), info={"enum": Choice})


class Tally(Model):
    """The count for one candidate (投票结果统计). `attending` is the denominator that was used."""

    __tablename__ = "tally"
    __table_args__ = (
        UniqueConstraint("poll_id", "declaration_id"),
        UniqueConstraint("year", "declaration_id"),  # no 复评: a candidate stands in one poll a year
        CheckConstraint("yes + no + abstain <= attending", name="votes"),
    )
    __protected__ = ("poll_id", "declaration_id", "yes", "no", "abstain", "attending", "passed")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), info={"label": "投票"})
    year: Mapped[int] = column("年度", Integer, least=2000, most=2100)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "参评人员"})
    yes: Mapped[int] = column("同意", Integer, least=0, most=999)
    no: Mapped[int] = column("不同意", Integer, least=0, most=999)
    abstain: Mapped[int] = column("弃权", Integer, least=0, most=999)
    attending: Mapped[int] = column("出席", Integer, least=0, most=999)
    passed: Mapped[bool] = column("达到三分之二", Boolean)
