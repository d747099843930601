"""The imports of the product (批量导入), each a declaration beside the verbs it calls.

Importing this package registers them; one engine does them all.
"""

from __future__ import annotations

from workflow.imports.kind import KINDS, kind_of
from workflow.imports.kinds import (  # noqa: F401  (importing registers)
    acceptance,
    account,
    committee,
    expert,
    organisation,
    path,
    quota,
)

__all__ = ["KINDS", "kind_of"]
