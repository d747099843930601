"""Every model, imported once, so that mappers and metadata are whole."""

from __future__ import annotations

from flask_appbuilder import Model

from models.accounts import account, apart, charter, delegation, registration, sign_in, three_admins  # noqa: F401
from models.awards import appeal, certificate, certificate_change, delivery, filing, publicity, truth  # noqa: F401
from models.batches import batch  # noqa: F401
from models.committees import catalogue, committee, expert  # noqa: F401
from models.conditions import condition, judgement  # noqa: F401
from models.declarations import (  # noqa: F401
    comparison,
    correction_item,
    declaration,
    endorsement,
    filed_names,
    form_edition,
    liability,
    material,
    opinion,
    paper_pile,
    paper_stub,
    phrase,
    printing,
    profile,
    quota,
    reading,
    signing,
)
from models.imports import import_batch  # noqa: F401
from models.jobs import job, slot  # noqa: F401
from models.materials import library, page_read, proof, read_answer, upload  # noqa: F401
from models.messages import choice, letter, wording  # noqa: F401
from models.office import (  # noqa: F401
    append_only,
    approved_map,
    calendar_notice,
    frozen_figures,
    journal,
    list_choice,
    notice,
    reference,
    reminder,
    seal,
    setting,
    trail,
    write_queue,
)
from models.paths import path, path_draft, path_version  # noqa: F401
from models.register import blacklist, organisation, person  # noqa: F401
from models.review import ballot, draw, plan, session, waiver  # noqa: F401


def by_table() -> dict[str, type]:
    """Table name to class, for the journal's check of protected rows."""
    return {
        mapper.class_.__tablename__: mapper.class_
        for mapper in Model.registry.mappers
        if hasattr(mapper.class_, "__tablename__")
    }
