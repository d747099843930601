"""证书: each edition of a certificate, whether it was fetched, reported, refused, revoked."""

from __future__ import annotations

from sqlalchemy import func

from models.awards.certificate import Certificate, CertificateState
from reports.figures.dimension import Dimension, day_of, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.shared import by_name, of_declaration, with_declaration

C = Certificate
#: So much of an answer tells its kind.
HEAD = 40


def texts(session: object, found: object) -> dict[str, str]:
    """Texts speak for themselves."""
    return {}


CERTIFICATES = subject(
    Subject(
        "certificate",
        "证书",
        C,
        by_name(
            *of_declaration(),
            Dimension("state", "状态", lambda: C.state, of_enum(CertificateState)),
            Dimension("issued", "发放日期", lambda: day_of(C.issued_at), plain, "day"),
            Dimension(
                "fetched", "是否下载", lambda: C.downloaded_at.is_not(None), flags("本人已下载", "本人未下载"), "flag"
            ),
            Dimension("reported", "上报日期", lambda: day_of(C.reported_at), plain, "day"),
            Dimension("revoked", "撤销日期", lambda: C.revoked_on, plain, "day"),
            Dimension("error", "上报失败原因", lambda: func.nullif(func.substr(C.report_error, 1, HEAD), ""), texts),
        ),
        joined=lambda query: with_declaration(query, C.declaration_id),
    )
)
