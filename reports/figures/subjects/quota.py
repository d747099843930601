"""职数: what institutions asked for, were granted, have recommended and used, by kind."""

from __future__ import annotations

from sqlalchemy import func

from models.committees.catalogue import Specialty, TitleLevel
from models.declarations.quota import Quota, QuotaKind, QuotaState
from models.register.organisation import Organisation
from reports.figures.dimension import Dimension, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import named, regions
from reports.figures.subjects.shared import by_name

Q = Quota

QUOTAS = subject(
    Subject(
        "quota",
        "评审职数",
        Q,
        by_name(
            Dimension("year", "年度", lambda: Q.year, plain, "number"),
            Dimension("region", "市州", lambda: func.substr(Organisation.region_code, 1, 4), regions),
            Dimension("level", "级别", lambda: Q.level, of_enum(TitleLevel)),
            Dimension("unit", "申报单位", lambda: Q.unit_id, named(Organisation), "key"),
            Dimension("specialty", "申报专业", lambda: Q.specialty_id, named(Specialty), "key"),
            Dimension("kind", "职数类型", lambda: Q.kind, of_enum(QuotaKind)),
            Dimension(
                "special", "特殊情况", lambda: Q.kind != QuotaKind.VACANCY, flags("特殊情况", "空缺岗位"), "flag"
            ),
            Dimension("state", "状态", lambda: Q.state, of_enum(QuotaState)),
            Dimension("requested", "申报职数", lambda: Q.requested, plain, "number"),
            Dimension("approved", "核准职数", lambda: Q.approved, plain, "number"),
            Dimension("limit", "可推荐人数", lambda: Q.reserve_limit, plain, "number"),
            Dimension("reserved", "已推荐人数", lambda: Q.reserved, plain, "number"),
            Dimension("used", "已核销人数", lambda: Q.used, plain, "number"),
            Dimension("left", "余额", lambda: Q.approved - Q.used, plain, "number"),
        ),
        joined=lambda query: query.join(Organisation, Organisation.id == Q.unit_id),
        always=lambda: Q.state != QuotaState.DRAFT,
    )
)
