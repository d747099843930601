"""Add a poll up again from the archive handed out at the count; no database and no passphrase needed.

`flask --app run recount FILE` and `python -m app.commands.recount FILE` say the same.
"""

from __future__ import annotations

from pathlib import Path

import click

from workflow.review.recount import Damaged, recount


@click.command("recount", help="凭选票档案离线复核计票。")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def recount_command(file: Path) -> None:
    """Write the votes of every candidate; exit with status 1 when the file is not whole."""
    try:
        votes = recount(file.read_bytes())
    except Damaged:
        click.echo("文件不是完整的选票档案，或内容被改动；请使用计票时保存的原件。", err=True)
        raise SystemExit(1) from None
    click.echo("参评人员编号\t同意\t不同意\t弃权")
    for number, each in sorted(votes.items()):
        click.echo(f"{number}\t{each['yes']}\t{each['no']}\t{each['abstain']}")


if __name__ == "__main__":
    recount_command()
