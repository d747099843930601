"""A person (人员): the identity behind an applicant or an expert. Numbers are sealed, found by blind index."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Date, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, validates

from models.base import Labelled, column
from models.sealed import Sealed, blind_index, mask_id, mask_phone


class IdKind(Labelled):
    """证件类型; persons from 港澳台 and abroad may declare with equal rights (118号 四(一)1)."""

    RESIDENT = "resident", "居民身份证"
    HK_MACAO = "hk_macao", "港澳居民来往内地通行证"
    TAIWAN = "taiwan", "台湾居民来往大陆通行证"
    HMT_RESIDENT = "hmt_resident", "港澳台居民居住证"
    FOREIGN = "foreign", "外国人永久居留身份证"
    PASSPORT = "passport", "护照"


class Person(Model):
    __tablename__ = "person"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("姓名", String(60), index=True)
    pinyin: Mapped[str] = column("姓名拼音", String(120), default="", index=True)
    sex: Mapped[str] = column("性别", String(4), default="")
    born_on: Mapped[date | None] = column("出生日期", Date)
    id_kind: Mapped[str] = column("证件类型", String(20), default=IdKind.RESIDENT, info={"enum": IdKind})
    id_number: Mapped[str] = column("证件号码", Sealed("person.id_number"))
    id_index: Mapped[bytes] = column("证件索引", LargeBinary(16), unique=True)
    id_tail_index: Mapped[bytes] = column("证件尾号索引", LargeBinary(16), index=True)
    phone: Mapped[str | None] = column("手机号码", Sealed("person.phone"))
    phone_index: Mapped[bytes | None] = column("手机索引", LargeBinary(16), index=True)
    email: Mapped[str | None] = column("电子邮箱", String(120))
    nation: Mapped[str] = column("民族", String(20), default="")
    politics: Mapped[str] = column("政治面貌", String(20), default="")

    @validates("id_number", "phone")
    def _index(self, name: str, value: Any) -> Any:
        if name == "id_number":
            self.id_index, self.id_tail_index = blind_index(value), blind_index("tail:" + value[-6:])
        else:
            self.phone_index = blind_index(value) if value else None
        return value

    @property
    def masked_id(self) -> str:
        """The identity number as screens show it."""
        return mask_id(self.id_number)

    @property
    def masked_phone(self) -> str:
        """The telephone number as screens show it."""
        return mask_phone(self.phone)

    def __repr__(self) -> str:
        return self.name
