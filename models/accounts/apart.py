"""Duties that may not meet in one hand, as one declared table, told to the database too.

`APART` is read by the rules (workflow/accounts/apart.py) and by the triggers below, which no screen, import, command
or script can pass: an account may not hold roles whose duties are apart, and a made role may not build on them.
`create_all` makes the triggers; the migration carries the same statements.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import DDL, event

from models.accounts.charter import RoleAbility

ADMINS = ("系统管理员", "安全管理员", "审计管理员")
_OFFICERS = ("单位经办人", "主管部门经办人", "县市区人社经办人", "市州人社经办人")
_PROVINCE = ("省厅配置岗", "省厅审核岗", "省厅特殊方案审核岗", "省厅证书岗")
_BUSINESS = ("申报人", *_OFFICERS, "评委会办事机构", "评委", *_PROVINCE, "领导", "纪检监察")


@dataclass(frozen=True)
class Apart:
    """Two duties, by the standing roles that carry them, why one hand may not have both, and the clause."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    why: str
    clause: str


# fmt: off
APART: tuple[Apart, ...] = (
    Apart(ADMINS,                    _BUSINESS,                              "系统、安全、审计三员相互独立，且不办理业务", "GB/T 22239-2019 8.1.4.2"),
    Apart(("系统管理员",),           ("安全管理员", "审计管理员"),           "系统、安全、审计三员相互独立",               "GB/T 22239-2019 8.1.4.2"),
    Apart(("安全管理员",),           ("审计管理员",),                        "系统、安全、审计三员相互独立",               "GB/T 22239-2019 8.1.4.2"),
    Apart(("评委",),                 ("评委会办事机构",),                    "打分、投票的人不组织会议、不计票",           "令40号 第十九条"),
    Apart(("评委",),                 _PROVINCE,                              "评审的人不抽取评委、不审核自己的评审结果",   "118号 五(二)、附件3 1.15"),
    Apart(("纪检监察",),             ("评委", "评委会办事机构", *_OFFICERS, *_PROVINCE), "监督抽取和投票的人不主持、不经办所监督的工作", "118号 五(二)"),
    Apart(("省厅配置岗",),           (*_OFFICERS, "评委会办事机构", "省厅审核岗", "省厅特殊方案审核岗"), "配置审核路径的人不在路径上审核", "附件3 1.4–1.8、GB/T 22239-2019 8.1.4.2"),
    Apart(("省厅审核岗",),           ("省厅特殊方案审核岗",),                "正常方案和特殊方案由不同的人审核",           "附件3 1.14"),
    Apart(("评委会办事机构",),       ("省厅审核岗", "省厅特殊方案审核岗"),   "呈报方案、申请备案的人不审核自己的呈报",     "附件3 1.13–1.15"),
)
# fmt: on


def pairs() -> dict[tuple[str, str], Apart]:
    """Every two standing roles that are apart, both ways round, with the row that says why."""
    found: dict[tuple[str, str], Apart] = {}
    for row in APART:
        for one in row.one:
            for other in row.other:
                found[one, other] = found[other, one] = row
    return found


# -- told to the database ---------------------------------------------------------------------------

#: The administrators exclude every other role already (models/accounts/three_admins.py), and no role builds on them.
_WORDS = ", ".join(f"'{one}|{other}'" for one, other in sorted(pairs()) if not {one, other} & set(ADMINS))
_NAMES = ", ".join(f"'{name}'" for name in ADMINS)
#: A role and the capacities it gives: its own name, and those its charter builds on.
_CAPACITY = """(
    SELECT id AS role_id, name AS capacity FROM ab_role
    UNION ALL
    SELECT c.role_id, substr(a.name, 7) FROM role_ability a JOIN role_charter c ON c.id = a.charter_id
    WHERE a.given AND substr(a.name, 1, 6) = 'plays:'
)"""
#: The account would hold two roles whose duties are apart.
_HELD = f"""
    SELECT 1 FROM ab_user_role held
    JOIN {_CAPACITY} theirs ON theirs.role_id = held.role_id
    JOIN {_CAPACITY} mine ON mine.role_id = NEW.role_id
    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id AND (NEW.id IS NULL OR held.id <> NEW.id)
      AND mine.capacity || '|' || theirs.capacity IN ({_WORDS})
"""  # noqa: S608
#: The role would build on what is apart, or on an administrator; or an account that holds it holds what is apart.
_BUILT = f"""
    SELECT 1 FROM role_charter c JOIN {_CAPACITY} mine ON mine.role_id = c.role_id
    WHERE c.id = NEW.charter_id AND substr(NEW.name, 7) || '|' || mine.capacity IN ({_WORDS})
    UNION ALL
    SELECT 1 FROM role_charter c
    JOIN ab_user_role held ON held.role_id = c.role_id
    JOIN ab_user_role beside ON beside.user_id = held.user_id AND beside.role_id <> held.role_id
    JOIN {_CAPACITY} theirs ON theirs.role_id = beside.role_id
    WHERE c.id = NEW.charter_id AND substr(NEW.name, 7) || '|' || theirs.capacity IN ({_WORDS})
"""  # noqa: S608
_LENT = f"NEW.given AND substr(NEW.name, 1, 6) = 'plays:' AND (substr(NEW.name, 7) IN ({_NAMES}) OR EXISTS ({_BUILT}))"
_STOP = "these duties may not meet in one hand"

#: table -> statements
SQLITE: dict[str, tuple[str, ...]] = {
    "ab_user_role": tuple(
        f"CREATE TRIGGER duties_apart_{when} BEFORE {when.upper()} ON ab_user_role WHEN EXISTS ({_HELD})"
        f" BEGIN SELECT RAISE(ABORT, '{_STOP}'); END"
        for when in ("insert", "update")
    ),
    "role_ability": tuple(
        f"CREATE TRIGGER duties_built_{when} BEFORE {when.upper()} ON role_ability WHEN {_LENT}"
        f" BEGIN SELECT RAISE(ABORT, '{_STOP}'); END"
        for when in ("insert", "update")
    ),
}


def _function(name: str, condition: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {condition} THEN
    RAISE EXCEPTION '{_STOP}' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$"""


POSTGRESQL: dict[str, tuple[str, ...]] = {
    "ab_user_role": (
        _function("duties_apart", f"EXISTS ({_HELD})"),
        "CREATE TRIGGER duties_apart BEFORE INSERT OR UPDATE ON ab_user_role"
        " FOR EACH ROW EXECUTE FUNCTION duties_apart()",
    ),
    "role_ability": (
        _function("duties_built", _LENT),
        "CREATE TRIGGER duties_built BEFORE INSERT OR UPDATE ON role_ability"
        " FOR EACH ROW EXECUTE FUNCTION duties_built()",
    ),
}


def _on_create(statement: str, dialect: str) -> DDL:
    return DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)


# The triggers read all these tables, so they are made when the last one is there.
RoleAbility.__table__.add_is_dependent_on(assoc_user_role)
for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _table in _statements:
        for _statement in _statements[_table]:
            event.listen(RoleAbility.__table__, "after_create", _on_create(_statement, _dialect))
