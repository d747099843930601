"""Registering oneself (附件1 账号注册; 附件2: units register themselves): an applicant, or an organisation's desk.

The system account acts, because nobody is signed in yet. A desk of an organisation, whether the province knows it or
not, waits until its superior has seen the letter of authority (workflow/accounts/admission.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from stdnum.cn import ric

from models.accounts.account import Account
from models.accounts.registration import Registration
from models.accounts.registration import RegistrationState as S
from models.register.organisation import NodeKind, Organisation
from models.register.person import IdKind, Person
from models.sealed import blind_index, normalised
from workflow.accounts import accounts, awaiting
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import organisation as organisations
from workflow.register import person_name, register
from workflow.register.pinyin import initials

#: One answer for a number that has an account and for one that is known under other data: nobody tries numbers out.
UNABLE = (
    "按所填信息不能注册：该证件号码可能已有账号，或姓名、手机号码与省内已登记的不一致。"
    "请先用证件号码登录；忘记密码或信息有误的，请凭本人证件联系所在单位、当地人社部门或系统管理员办理。"
)
#: What each 证件类型 looks like; the resident's card is checked digit by digit.
SHAPES: dict[str, str] = {
    IdKind.HK_MACAO: r"[HM]\d{8}(\d{2})?",
    IdKind.TAIWAN: r"\d{8}(\d{2})?",
    IdKind.FOREIGN: r"[A-Z]{3}\d{12}|9\d{16}[\dX]",
    IdKind.PASSPORT: r"[A-Z0-9]{5,17}",
}
YOUNGEST, OLDEST = 16, 100
#: Who registers a desk of which kind of organisation, and as what.
DESKS: dict[str, tuple[str, ...]] = {
    NodeKind.UNIT: (r.UNIT_OFFICER,),
    NodeKind.AGENCY: (r.UNIT_OFFICER,),
    NodeKind.ENTERPRISE: (r.UNIT_OFFICER, r.BUREAU_OFFICER),
    NodeKind.UNIVERSITY: (r.UNIT_OFFICER, r.BUREAU_OFFICER),
    NodeKind.PROVINCIAL: (r.UNIT_OFFICER, r.BUREAU_OFFICER),
    NodeKind.CENTRAL: (r.UNIT_OFFICER, r.BUREAU_OFFICER),
    NodeKind.BUREAU: (r.UNIT_OFFICER, r.BUREAU_OFFICER),
}


@dataclass(frozen=True)
class Identity:
    """An identity number that was read and found possible."""

    number: str
    born_on: date | None = None
    sex: str = ""


def read_identity(kind: str, given: str, today: date) -> Identity:
    """The number in its normal form, with birth date and sex where it tells them; refused at `id_number`."""
    number = normalised(given)
    if kind in (IdKind.RESIDENT, IdKind.HMT_RESIDENT):
        return _resident(number, today, abroad=kind == IdKind.HMT_RESIDENT)
    if kind not in SHAPES:
        raise Refused("请选择证件类型。", field="id_kind")
    if not re.fullmatch(SHAPES[kind], number):
        raise Refused(f"{IdKind(kind).label}号码的格式不对，请对照证件重新填写。", field="id_number")
    if kind == IdKind.FOREIGN and number[0] == "9":  # the card of 2023 is built like a resident's
        return _card(number, today)
    return Identity(number)


def _resident(number: str, today: date, *, abroad: bool) -> Identity:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise Refused("身份证号码应为 18 位（末位可为 X），请对照证件重新填写。", field="id_number")
    if abroad != number.startswith(("81", "82", "83")):
        raise Refused("证件号码与证件类型不符，请核对证件类型。", field="id_kind")
    return _card(number, today)


def _card(number: str, today: date) -> Identity:
    """Eighteen signs with the day of birth and a check digit (GB 11643), whoever the card is for."""
    if ric.calc_check_digit(number) != number[-1]:
        raise Refused("身份证号码校验位不正确（GB 11643），请对照证件重新填写。", field="id_number")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("身份证号码中的出生日期不存在，请对照证件重新填写。", field="id_number") from None
    if not YOUNGEST <= today.year - born_on.year <= OLDEST:
        raise Refused(f"身份证号码中的出生年份 {born_on.year} 不合常理，请对照证件重新填写。", field="id_number")
    return Identity(number, born_on, "男" if int(number[16]) % 2 else "女")


def read_phone(given: str) -> str:
    """A mobile number of the mainland, or an international one beginning with +; refused at `phone`."""
    phone = normalised(given).replace("-", "")
    if not re.fullmatch(r"1[3-9]\d{9}|\+\d{7,15}", phone):
        raise Refused("手机号码应为 11 位；境外号码请以 + 和国家代码开头。", field="phone")
    return phone


def register_person(
    uow: UnitOfWork, *, name: str, id_kind: str, id_number: str, phone: str, password: accounts.Prepared
) -> Account:
    """An applicant's account; he signs in with his identity number or the user name given to him.

    Refused: an impossible number, a number that already has an account, or a person the province knows
    under another name or telephone.
    """
    _only_registration(uow)
    name = person_name.read(name)
    identity = read_identity(id_kind, id_number, uow.today)
    phone = read_phone(phone)
    person = uow.session.scalar(select(Person).where(Person.id_index == blind_index(identity.number)))
    if person is None:
        person = Person(
            name=name,
            pinyin=initials(name),
            id_kind=id_kind,
            id_number=identity.number,
            phone=phone,
            born_on=identity.born_on,
            sex=identity.sex,
        )
        uow.session.add(person)
        uow.session.flush()
    else:
        _is_himself(uow, person, name, phone)
    account = accounts.register(
        uow, username=f"sbr{person.id:06d}", name=name, password=password, roles=(r.APPLICANT,), person_id=person.id
    )
    uow.record("register_person", account, label="申报人注册")
    return account


def enter_person(uow: UnitOfWork, *, name: str, id_kind: str, id_number: str, phone: str) -> Person:
    """A person without an account, entered by an office that answers for the data; refused as in registering.

    Refused as well: a number the province knows already.
    """
    name = person_name.read(name)
    identity = read_identity(id_kind, id_number, uow.today)
    if uow.session.scalar(select(Person.id).where(Person.id_index == blind_index(identity.number))) is not None:
        raise Refused("此证件号码已登记，请在已有人员中选择。", field="id_number")
    person = Person(
        name=name,
        pinyin=organisations.initials(name),
        id_kind=id_kind,
        id_number=identity.number,
        phone=read_phone(phone),
        born_on=identity.born_on,
        sex=identity.sex,
    )
    uow.session.add(person)
    uow.session.flush()
    uow.record("enter_person", person, label="登记人员")
    return person


def _is_himself(uow: UnitOfWork, person: Person, name: str, phone: str) -> None:
    taken = uow.session.scalar(select(Account.id).where(Account.person_id == person.id)) is not None
    if (
        taken
        or person_name.fold(person.name) != person_name.fold(name)
        or (person.phone and normalised(person.phone) != phone)
    ):
        raise Refused(UNABLE, field="id_number")
    if not person.phone:
        person.phone = phone


def register_organisation(
    uow: UnitOfWork,
    *,
    code: str,
    name: str,
    kind: str,
    nature: str,
    region_code: str,
    superior_code: str,
    contact: str,
    telephone: str,
    username: str,
    password: accounts.Prepared,
) -> Account:
    """A desk of an organisation, which its superior verifies; what the province does not know is entered then.

    Refused: what could not be entered anyway, an organisation that has an account or a registration in hand.
    """
    _only_registration(uow)
    if kind not in DESKS:
        raise Refused("这一类机构的账号由省人社厅或系统管理员建立，不能自行注册。", field="kind")
    contact = person_name.read(contact, "contact")
    if not re.fullmatch(r"[0-9+\- ]{7,20}", telephone.strip()):
        raise Refused("请填写联系电话（7 至 20 位数字）。", field="telephone")
    known = uow.session.scalar(select(Organisation).where(func.upper(Organisation.code) == normalised(code)))
    superior = _superior(uow, superior_code)
    row = register.normal(
        {"code": normalised(code), "name": name, "kind": kind, "region_code": region_code, "superior": superior.code}
        | {"nature": nature, "contact": contact, "telephone": telephone}
    )
    if known is not None:
        _claim(uow, known, name)
        kind, superior = known.kind, known.superior or superior
        row = {column: getattr(known, column) for column in row if column != "superior"} | {
            "contact": row["contact"],
            "telephone": row["telephone"],
        }
    elif wrong := register.faults(register.known(uow.session, [row]), row):
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    elif sentence := register.nature_against(row["code"], row["nature"]):
        raise Refused(sentence, field="nature")
    in_hand = select(Registration.id).where(Registration.code == row["code"], Registration.state == S.WAITING)
    if uow.session.scalar(in_hand) is not None:
        raise Refused("该单位的注册正在核验，不能重复注册；请等待上级单位核验，或与其联系。", field="code")
    awaiting.released(uow, username, row["code"])
    account = accounts.register(uow, username=username, name=contact, password=password, roles=(), active=False)
    row.pop("superior", None)
    made = Registration(
        account=account,
        superior=superior,
        organisation=known,
        submitted_at=uow.now.replace(microsecond=0),
        basis="",
        reason="",
        state=S.WAITING,
        **row,
    )
    uow.session.add(made)
    uow.session.flush()
    uow.record("register_organisation", made, label="单位注册", after=S.WAITING)
    tell(
        uow,
        superior,
        "单位注册待核验",
        f"{made.name}（{made.code}）注册为下级单位，联系人{made.contact}；请在“单位注册核验”中核验授权书后办理。",
        link=f"/open/registration/{made.id}",
    )
    return account


def _claim(uow: UnitOfWork, known: Organisation, name: str) -> Organisation:
    if "".join(known.name.split()) != "".join(name.split()):
        raise Refused("该统一信用代码已登记，但机构名称与登记的不一致，请填写登记证书上的全称。", field="name")
    if known.kind not in DESKS:
        raise Refused("该机构的账号由省人社厅或系统管理员建立，不能自行注册。", field="code")
    if (
        uow.session.scalar(select(Account.id).where(Account.organisation_id == known.id, Account.__table__.c.active))
        is not None
    ):
        raise Refused("该单位已有账号，请向本单位经办人了解，或联系系统管理员。", field="code")
    return known


def _superior(uow: UnitOfWork, code: str) -> Organisation:
    """Every unit belongs to somebody, or its declarations would reach nobody (附件3 1.12)."""
    found = uow.session.scalar(select(Organisation).where(Organisation.code == normalised(code), Organisation.active))
    if found is None or found.kind in (NodeKind.UNIT, NodeKind.AGENCY):
        raise Refused("没有找到这一上级单位，请填写主管部门或当地人社部门的统一信用代码。", field="superior_code")
    return found


def _only_registration(uow: UnitOfWork) -> None:
    if not uow.actor.plays(r.SYSTEM):
        raise NotYou("已登录的账号不能再注册，请先退出。")
