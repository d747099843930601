"""Three committees of the demo, their pools of experts, and the issuing codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.demo.stage import Stage
from models.accounts.account import Account
from models.committees.catalogue import Series, Specialty, TitleLevel
from models.committees.committee import Committee
from models.register.organisation import NodeKind, Organisation
from models.register.person import Person
from workflow.awards import issuer as issuers
from workflow.base import roles as r
from workflow.committees import committee as committees
from workflow.committees import expert as experts
from workflow.declarations.corrections import phrases


@dataclass(frozen=True)
class Body:
    """One committee of the demo."""

    account: str
    name: str
    level: str
    series: str
    size: int
    by_specialty: bool
    specialties: tuple[str, ...]
    host: str
    title: str
    pool: int = 64
    region: str = "430000"


BODIES = (
    Body(
        "committee1",
        "湖南省建设工程系列高级职称评审委员会",
        "senior",
        "工程技术人员",
        11,
        True,
        ("0501",),
        "湖南省住房和城乡建设厅",
        "正高级工程师",
    ),
    Body(
        "committee2",
        "湖南省卫生系列高级职称评审委员会",
        "senior",
        "卫生技术人员",
        25,
        False,
        (),
        "湖南省卫生健康委员会",
        "主任医师",
        72,
    ),
    Body(
        "committee3",
        "长沙市工程系列中级职称评审委员会",
        "intermediate",
        "工程技术人员",
        15,
        False,
        (),
        "长沙市人力资源和社会保障局",
        "高级工程师",
        62,
        "430100",
    ),
)


def build(stage: Stage, bodies: Sequence[Body] = BODIES) -> None:
    """Committees formed and approved, accounts opened, experts recommended and admitted, issuers coded."""
    for body in bodies:
        _form(stage, body)
    number = 0
    for body in bodies:
        number = _pool(stage, body, number)
    _issuers(stage)
    _phrases(stage)


def _named(stage: Stage, model: type, name: str):  # type: ignore[no-untyped-def]
    return stage.session.scalars(select(model).where(model.name == name)).one()  # type: ignore[attr-defined]


def _form(stage: Stage, body: Body) -> None:
    with stage.acting("hrss_config") as uow:
        session = uow.session
        committee = committees.create_committee(
            uow,
            name=body.name,
            level=body.level,
            series=_named(stage, Series, body.series),
            account_name=body.account,
            valid_from=date(2025, 1, 1),
            valid_to=date(2027, 12, 31),
            by_specialty=body.by_specialty,
            size=body.size,
            region_code=body.region,
            offices=[_named(stage, Organisation, body.host)],
            specialties=[
                session.scalars(select(Specialty).where(Specialty.code == code)).one() for code in body.specialties
            ],
        )
        for item, amount in (("评审费", 360 if body.level == "senior" else 200), ("面试费", 100)):
            committees.COMMITTEE.perform(uow, committee, "set_fee", item=item, amount=amount)
    with stage.acting("hrss_audit") as uow:
        committees.COMMITTEE.perform(uow, uow.session.get_one(Committee, committee.id), "approve")
    with stage.acting("hrss_config") as uow:
        committees.issue_account(uow, uow.session.get_one(Committee, committee.id), password=stage.prepared)
        account = uow.session.scalars(select(Account).where(Account.username == body.account)).one()
        account.must_change_password = False
        account.email = f"{body.account}@demo.invalid"
    with stage.acting("system") as uow:
        stage.open_head(uow, body.account, r.COMMITTEE_OFFICE, committee=uow.session.get_one(Committee, committee.id))


def _pool(stage: Stage, body: Body, number: int) -> int:
    """Experts of hospitals, institutes and universities; expert1, expert2, … are their accounts."""
    units = stage.session.scalars(
        select(Organisation)
        .where(Organisation.kind.in_([NodeKind.UNIT, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE]))
        .order_by(Organisation.id)
    ).all()
    series = _named(stage, Series, body.series)
    specialties = _specialties(stage, series, body)
    level = TitleLevel.FULL_SENIOR if body.level == "senior" else TitleLevel.ASSOCIATE_SENIOR
    ids: list[int] = []
    for start in range(0, body.pool, 16):
        people = []
        with stage.acting("system") as uow:
            for _ in range(min(16, body.pool - start)):
                number += 1
                person = _expert_person(stage)
                uow.session.add(person)
                uow.session.flush()
                uow.record("create_person", person, label="登记评委身份")
                people.append(
                    (person.id, stage.open_account(uow, f"expert{number}", person.name, r.EXPERT, person=person).id)
                )
        with stage.acting(body.account) as uow:
            for n, (person_id, account_id) in enumerate(people):
                expert = experts.apply(
                    uow,
                    person=uow.session.get_one(Person, person_id),
                    unit=units[(start + n) * 3 % len(units)],
                    series=series,
                    level=level,
                    title=body.title,
                    specialty=specialties[(start + n) % len(specialties)],
                    account=uow.session.get_one(Account, account_id),
                )
                ids.append(expert.id)
    with stage.acting("hrss_audit") as uow:
        for expert_id in ids:
            experts.EXPERT_POOL.perform(
                uow,
                uow.session.get_one(experts.Expert, expert_id),
                "admit",
                term_from=date(2025, 1, 10),
                term_to=date(2027, 12, 31),
            )
    return number


def _specialties(stage: Stage, series: Series, body: Body) -> list[Specialty]:
    code = body.specialties[0] if body.specialties else None
    query = (
        select(Specialty)
        .where(Specialty.series_id == series.id, Specialty.parent_id.is_not(None))
        .order_by(Specialty.code)
    )
    if code:
        query = query.where(Specialty.code.startswith(code), Specialty.code != code)
    return list(stage.session.scalars(query.limit(4)))


def _expert_person(stage: Stage) -> Person:
    names = stage.names
    sex = names.one(("男", "女"))
    born = names.birthday(1980, 1968)
    return Person(name=names.person(), sex=sex, born_on=born, id_number=names.id_number(sex, born), phone=names.phone())


#: 常用语 of the province: reason by the list, what is wrong, what would do.
PHRASES = (
    ("01", "缺少该项的证明材料", "上传该项的证书、文件或证明原件扫描件"),
    ("02", "扫描件模糊、缺页或方向不正", "重新上传清晰、完整、方向正确的 PDF 或图片"),
    ("03", "填写内容与证明材料不一致", "按证明材料逐项改正"),
    ("07", "材料中没有本人姓名，或不能说明本人承担的任务", "补充能证明本人姓名、排名和承担任务的材料"),
    ("08", "成果取得时间晚于有效截止日", "删除该项，或补充有效截止日以前取得的证明"),
    ("09", "公示材料缺失，或公示不足五个工作日", "补充公示材料；期限不足的重新公示五个工作日"),
)


def _phrases(stage: Stage) -> None:
    """常用语 that every office is offered."""
    with stage.acting("hrss_config") as uow:
        for number, (reason, text, fits) in enumerate(PHRASES, 1):
            phrases.enter(uow, reason=reason, text=text, fits=fits, clause=phrases.CLAUSE, number=number, in_use=True)


def _issuers(stage: Stage) -> None:
    """发证单位编码: the province and the 14 市州."""
    offices = stage.session.scalars(
        select(Organisation).where(Organisation.kind.in_([NodeKind.PROVINCE, NodeKind.CITY])).order_by(Organisation.id)
    ).all()
    with stage.acting("hrss_config") as uow:
        for office in offices:
            issuers.create_issuer(uow, organisation=office)
