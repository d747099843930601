"""python -m tools.rare_sheet: write app/static/rare.css anew (a test compares)."""

from __future__ import annotations

from pathlib import Path

from reports import rare

SHEET = Path(__file__).parent.parent / "app" / "static" / "rare.css"

if __name__ == "__main__":
    SHEET.write_text(rare.sheet())
