"""Which verbs a part has, by its name without the number."""

from __future__ import annotations

from tests.journeys.bench import Expert
from tests.journeys.office import Window
from tests.journeys.people import Applicant, Auditor, Public, Unit
from tests.journeys.review import CertificateDesk, CommitteeOffice, Province, Supervisor

PARTS = {
    "person": Applicant,
    "unit": Unit,
    "district": Auditor,
    "city": Auditor,
    "committee": CommitteeOffice,
    "expert": Expert,
    "hrss_audit": Province,
    "supervisor": Supervisor,
    "hrss_cert": CertificateDesk,
    "public": Public,
}


def role_of(part):
    """The class of windows for that part."""
    return PARTS.get(part.rstrip("0123456789"), Window)
