"""Where a declaration is counted follows the way it goes: no office of a region on it, then it is the province's own

Revision ID: 5b8e1f60d2a7
Revises: c3e58a90f417
"""

from __future__ import annotations

from alembic import op

from migrations import set_aside

revision = "5b8e1f60d2a7"
down_revision = "c3e58a90f417"
branch_labels = None
depends_on = None

#: Handed in, on a route without an office of a county or city, to a committee of the whole province or to an office.
_OF_THE_PROVINCE = """
    region_code <> '430000'
    AND EXISTS (SELECT 1 FROM route_step s WHERE s.declaration_id = declaration.id)
    AND NOT EXISTS (
        SELECT 1 FROM route_step s JOIN organisation o ON o.id = s.organisation_id
        WHERE s.declaration_id = declaration.id AND o.kind IN ('district', 'direct_county', 'city'))
    AND NOT EXISTS (
        SELECT 1 FROM committee c WHERE c.id = declaration.committee_id AND c.region_code <> '430000')
"""


def upgrade() -> None:
    op.execute(f"UPDATE declaration SET region_code = '430000' WHERE {_OF_THE_PROVINCE}")  # noqa: S608
    op.execute(
        "UPDATE reading SET region_code = '430000' WHERE region_code <> '430000' AND declaration_id IN"
        " (SELECT id FROM declaration WHERE region_code = '430000')"
    )


def downgrade() -> None:
    set_aside.keep(op.get_bind(), "declaration", "region_code")
    back = "(SELECT o.region_code FROM organisation o WHERE o.id = declaration.unit_id)"
    op.execute(f"UPDATE declaration SET region_code = {back} WHERE {back} IS NOT NULL")  # noqa: S608
    op.execute(
        "UPDATE reading SET region_code = (SELECT d.region_code FROM declaration d WHERE d.id = reading.declaration_id)"
    )
