"""Count a poll again from the archive handed out at the close; no database needed.

`flask --app run recount FILE` and `python -m app.commands.recount FILE` say the same.
"""

from __future__ import annotations

from pathlib import Path

import click

from workflow.review.recount import recount
from workflow.review.sealing import WrongKey


@click.command("recount", help="凭选票档案和双方口令离线复核计票。")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--office-pass", prompt="办事机构（主任委员）口令", hide_input=True)
@click.option("--supervisor-pass", prompt="纪检监察口令", hide_input=True)
def recount_command(file: Path, office_pass: str, supervisor_pass: str) -> None:
    """Write the votes of every candidate; exit with status 1 when file and passphrases do not fit."""
    try:
        votes = recount(file.read_bytes(), office_pass, supervisor_pass)
    except (WrongKey, ValueError, KeyError, IndexError):
        click.echo("口令不正确，或文件不是完整的选票档案；请由双方重新输入口令。", err=True)
        raise SystemExit(1) from None
    click.echo("参评人员编号\t同意\t不同意\t弃权")
    for number, each in sorted(votes.items()):
        click.echo(f"{number}\t{each['yes']}\t{each['no']}\t{each['abstain']}")


if __name__ == "__main__":
    recount_command()
