"""Every lifecycle of the office, with all its verbs registered: the tables that tests walk and pictures show."""

from __future__ import annotations

from workflow import (  # noqa: F401  (importing registers the verbs)
    acceptance,
    audit,
    ballot,
    batch,
    blacklist,
    certificate,
    certificate_number,
    committee,
    committee_details,
    draw,
    expert,
    filing,
    import_batch,
    issuer,
    job,
    organisation,
    paper_desk,
    path,
    path_draft,
    plan,
    publicity,
    quota,
    reporting,
    result,
    session,
    submission,
    succession,
)
from workflow.declaration import DECLARATION
from workflow.flow import Flow

#: Table name of the subject to its lifecycle.
LIFECYCLES: dict[str, Flow] = {
    "declaration": DECLARATION,
    "publicity": publicity.PUBLICITY,
    "objection": publicity.OBJECTION,
    "organisation": organisation.ORGANISATION,
    "path_node": path.PATH_NODE,
    "path_draft": path_draft.PATH_DRAFT,
    "acceptance_office": acceptance.ACCEPTANCE,
    "committee": committee.COMMITTEE,
    "batch": batch.BATCH,
    "quota": quota.QUOTA,
    "plan": plan.PLAN,
    "expert": expert.EXPERT_POOL,
    "draw": draw.DRAW,
    "review_session": session.SESSION,
    "poll": ballot.POLL,
    "filing": filing.FILING,
    "issuer": issuer.ISSUER,
    "certificate": certificate.CERTIFICATE,
    "certificate_number": certificate_number.NUMBER,
    "blacklist_entry": blacklist.BLACKLIST,
    "import_batch": import_batch.IMPORT,
    "job": job.JOB,
}
