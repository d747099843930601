"""What a written import template and its reader agree on; reports writes it, workflow reads it."""

from __future__ import annotations

#: The custom property of the workbook that carries the version of the dictionaries it was made from.
VERSION_PROPERTY = "字典版本"
#: The very hidden sheet with the choices of the drop-downs; its first row repeats the version.
CHOICES_SHEET = "字典"
#: The sheet that tells how to fill the template in.
GUIDE_SHEET = "填写说明"
#: The last column of a sheet that came back; it is ours and never read.
REASON = "失败原因"
#: What Excel refuses in the name of a sheet, and how long that name may be.
NOT_IN_SHEET_NAME = r"[]:*?/\'"
SHEET_NAME_LENGTH = 31


def sheet_name(title: str) -> str:
    """The name of the sheet that carries `title`."""
    return "".join(c for c in title if c not in NOT_IN_SHEET_NAME)[:SHEET_NAME_LENGTH] or "Sheet1"
