"""Every lifecycle of the office, with all its verbs registered: the tables that tests walk and pictures show."""

from __future__ import annotations

from workflow.accounts import accounts, role
from workflow.awards import (  # noqa: F401  (importing registers the verbs)
    certificate,
    certificate_number,
    correction,
    filing,
    issuer,
    publicity,
    reporting,
)
from workflow.base.abilities import know
from workflow.base.flow import Flow
from workflow.batches import batch
from workflow.committees import (  # noqa: F401  (importing registers the verbs)
    catalogue,
    committee,
    committee_details,
    expert,
)
from workflow.declarations import (  # noqa: F401  (importing registers the verbs)
    audit,
    endorsement,
    paper_desk,
    path_migrate,
    quota,
    submission,
)
from workflow.declarations.declaration import DECLARATION
from workflow.imports import import_batch
from workflow.imports.kinds import KINDS
from workflow.jobs import job
from workflow.office import reference, work_calendar  # noqa: F401  (importing registers the verbs)
from workflow.paths import acceptance, path, path_draft
from workflow.register import blacklist, organisation, succession  # noqa: F401  (importing registers the verbs)
from workflow.review import (  # noqa: F401  (importing registers the verbs)
    ballot,
    ballot_keys,
    ballot_void,
    count,
    draw,
    interview,
    plan,
    plan_change,
    recusal,
    result,
    scoring,
    session,
)

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
    "endorsement": endorsement.ENDORSEMENT,
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
    "role_charter": role.ROLE,
}
for _flow in (*LIFECYCLES.values(), accounts.ACCOUNT):
    _flow.enter()
for _kind in KINDS.values():
    know(_kind.ability)
