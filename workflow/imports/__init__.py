"""The imports of the product (批量导入), each a declaration beside the verbs it calls; one engine does them all."""

from __future__ import annotations

from workflow.imports import acceptance, committee, expert, organisation, path, quota  # noqa: F401  (importing registers)
from workflow.imports.kind import KINDS, Field, ImportKind, Later, Outcome, Tell, kind_of
from workflow.imports.words import Words

__all__ = ["KINDS", "Field", "ImportKind", "Later", "Outcome", "Tell", "Words", "kind_of"]
