"""Who may read which declaration, as keys for lists, and the feed of what has changed.

Both are derived and can be made anew: they find keys, they never open a row (`workflow.base.policy` does).
No foreign keys: nothing may depend on them, and half a million entries are written in one go.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, UserDefinedType

from models.base import column
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationMode
from models.declarations.declaration import DeclarationState as S
from models.paths.path import Way

#: The reader that stands for everybody who sees the whole province; a committee is read under minus its id.
PROVINCE = 0
# fmt: off
#: Words of closed lists as numbers, since an entry stands in ten indexes. A number once given is never given again.
STATES = {
    S.DRAFT: 1, S.SUBMITTED: 2, S.UNIT_REVIEW: 3, S.UNIT_PUBLICITY: 4, S.UNDER_AUDIT: 5, S.AT_COMMITTEE: 6, S.QUALIFIED: 7,
    S.PLANNED: 8, S.IN_REVIEW: 9, S.PASSED: 10, S.FAILED: 11, S.RESULT_PUBLICITY: 12, S.OBJECTED: 13, S.FILING: 14, S.FILED: 15,
    S.ISSUED: 16, S.REPORTED: 17, S.RETURNED: 18, S.TERMINATED: 19, S.WITHDRAWN: 20, S.REVOKED: 21,
}
LEVELS = {
    TitleLevel.FULL_SENIOR: 1, TitleLevel.ASSOCIATE_SENIOR: 2, TitleLevel.INTERMEDIATE: 3, TitleLevel.ASSISTANT: 4, TitleLevel.TECHNICIAN: 5,
}
WAYS = {Way.INITIAL: 1, Way.RECOGNITION: 2, Way.REVIEW: 3}
MODES = {
    DeclarationMode.NORMAL: 1, DeclarationMode.EXCEPTIONAL: 2, DeclarationMode.TRANSFER: 3, DeclarationMode.GREEN: 4, DeclarationMode.ENTRUSTED: 5,
}
# fmt: on


class Lies(IntEnum):
    """Whether the declaration waits at the reader's own desk, and at which."""

    ELSEWHERE = 0
    UNIT = 1
    AUDIT = 2
    COMMITTEE = 3


class Coded(TypeDecorator[str]):
    """A word of a closed list, kept as its number; a word that has none finds nothing."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, numbers: dict[Any, int]) -> None:
        super().__init__()
        self.numbers = tuple(sorted((str(word), number) for word, number in numbers.items()))
        self._numbers = dict(self.numbers)
        self._words = {number: word for word, number in self.numbers}

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        return None if value is None else self._numbers.get(str(value), 0)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return self._words.get(value)


class Reading(Model):
    """One declaration as one reader's lists find it: `sent` is its 提交 in whole seconds since 1970, 0 before."""

    __tablename__ = "reading"
    reader: Mapped[int] = column("可见方", Integer, primary_key=True, autoincrement=False)
    sent: Mapped[int] = column(
        "提交时间（秒）", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    declaration_id: Mapped[int] = column("申报", Integer, primary_key=True, autoincrement=False)
    lies: Mapped[int] = column("在本处待办", SmallInteger)
    year: Mapped[int] = column("申报年度", SmallInteger)
    state: Mapped[str] = column("状态", Coded(STATES))
    series_id: Mapped[int] = column("申报系列", Integer)
    level: Mapped[str] = column("职称级别", Coded(LEVELS))
    region_code: Mapped[str] = column("行政区划", String(6))
    way: Mapped[str] = column("取得方式", Coded(WAYS))
    mode: Mapped[str] = column("申报方式", Coded(MODES))
    unit_id: Mapped[int] = column("所在单位", Integer)
    name: Mapped[str] = column("姓名", String(60))
    committee_id: Mapped[int] = column("评委会", Integer)  #: 0 where an office decides
    paper: Mapped[int] = column("纸质材料已收到", SmallInteger)  #: 1 once a day of receipt is written down

    # What stands behind the key answers further conditions without a look at the entry itself.
    # fmt: off
    __table_args__ = (
        Index("ix_reading_lies", "reader", "lies", "sent", "declaration_id", "year", "state", "series_id", "level",
              sqlite_where=text("lies <> 0"), postgresql_where=text("lies <> 0")),
        Index("ix_reading_state", "reader", "state", "sent", "declaration_id"),
        Index("ix_reading_year", "reader", "year", "sent", "declaration_id"),
        Index("ix_reading_series", "reader", "series_id", "level", "sent", "declaration_id"),
        Index("ix_reading_kind", "reader", "way", "mode", "paper", "level", "sent", "declaration_id", "year", "state", "series_id"),
        Index("ix_reading_region", "reader", "region_code", "sent", "declaration_id", "year", "state", "series_id", "level"),
        Index("ix_reading_unit", "reader", "unit_id", "sent", "declaration_id"),
        Index("ix_reading_name", "reader", "name", sent.desc(), declaration_id.desc(), "year", "state", "level"),
        Index("ix_reading_several", "reader", "year", "state", "series_id", "level", "region_code", "way", "mode", "sent", "declaration_id"),
        Index("ix_reading_committee", "reader", "committee_id", "sent", "declaration_id",
              sqlite_where=text("reader = 0"), postgresql_where=text("reader = 0")),
        Index("ix_reading_declaration", "declaration_id"),
        {"sqlite_with_rowid": False},
    )
    # fmt: on


class Transaction(UserDefinedType[int]):
    """PostgreSQL's number of a transaction: followers of the feed go by it, since `seq` does not follow the commits."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "XID8"


ischema_names["xid8"] = Transaction  # so that a migration recognises the column again


class current_transaction(FunctionElement[int]):  # noqa: N801  (a function of the database)
    """The number of the writing transaction; SQLite has one writer, so there `seq` tells the order."""

    inherit_cache = True


@compiles(current_transaction)
def _none(element: Any, compiler: Any, **kw: Any) -> str:
    return "0"


@compiles(current_transaction, "postgresql")
def _number(element: Any, compiler: Any, **kw: Any) -> str:
    return "pg_current_xact_id()"


class DeclarationChange(Model):
    """A declaration or its route was changed by a committed transaction; figures follow it."""

    __tablename__ = "declaration_change"
    __table_args__ = (Index("ix_declaration_change_tx", "tx"), {"sqlite_autoincrement": True})
    seq: Mapped[int] = column("序号", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    tx: Mapped[int] = mapped_column(
        Integer().with_variant(Transaction(), "postgresql"),
        server_default=current_transaction(),
        info={"label": "事务"},
    )
    declaration_id: Mapped[int] = column("申报", Integer)
