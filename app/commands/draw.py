"""Compute and verify a draw from its folder (ZC-DRAW/1 §2.2 “Files of a draw”); no database needed.

`flask --app run draw verify DIR` and `python -m app.commands.draw verify DIR` say the same.
"""

import os
from collections.abc import Iterator
from itertools import count, zip_longest
from pathlib import Path
from typing import NamedTuple, NoReturn

import click

from workflow.review.zc_draw import (
    Decline,
    DrawRefused,
    Entropy,
    Manifest,
    Result,
    commitment,
    digest,
    parse_declines,
    pool_hash,
    replay,
    run,
    seed,
    tickets,
)

draw_commands = click.Group("draw", help="抽取评委：推演与核对（ZC-DRAW/1）。")
_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))

# The first word of a line in result.txt, and what the line is called before people.
_PARTS = {
    "pool": "名单散列",
    "seed": "种子",
    "ticket": "抽签号与名次",
    "log": "抽取记录",
    "member": "成员名单",
}
_WALKED = ("log", "member")


class Draw(NamedTuple):
    """What lies in the folder of a draw, except its result."""

    manifest: Manifest
    entropy: Entropy
    declines: tuple[Decline, ...]


class Finding(NamedTuple):
    """One line of the auditor's answer: what was compared, and what is wrong, if anything."""

    what: str
    wrong: str | None

    def __str__(self) -> str:
        return f"不一致  {self.what}：{self.wrong}" if self.wrong else f"一致    {self.what}"


@draw_commands.command("compute", help="按文件夹中的名单和报数推演，写出 result.txt。")
@_folder
def compute(folder: Path) -> None:
    """Write result.txt; when the draw is refused leave none and exit with status 1."""
    target = folder / "result.txt"
    try:
        draw = _load(folder)
        written = run(*draw).to_bytes()
    except DrawRefused as refused:
        _set_aside(target)
        _stop(str(refused))
    if target.exists() and target.read_bytes() != written:
        _set_aside(target)
    _write(target, written)
    click.echo(f"已写出 {target}，文件散列 {digest(draw.manifest.alg, written)}")


@draw_commands.command("verify", help="重新推演，逐项说明 result.txt 与推演是否一致。")
@_folder
def verify(folder: Path) -> None:
    """Say line by line what agrees and what does not; exit with status 1 if anything differs."""
    wrong = 0
    for finding in _findings(folder):
        click.echo(str(finding))
        wrong += finding.wrong is not None
    if wrong:
        _stop(f"共有 {wrong} 项不一致，此结果不能采信；请封存文件夹并报告监督人员。")
    click.echo("全部一致。")


def _findings(folder: Path) -> Iterator[Finding]:
    """Compare everything that can be compared; stop where the files cannot be read."""
    try:
        draw = _load(folder)
        written = _read(folder / "result.txt")
    except DrawRefused as refused:
        yield Finding("文件与规范格式", f"{refused}其余各项无法核对。")
        return
    yield Finding("文件与规范格式", None)
    expected, refusal = _replayed(draw)
    yield Finding("承诺", _commitment_wrong(draw))
    for kind, what in _PARTS.items():
        unknown = refusal if kind in _WALKED else None
        yield Finding(what, unknown or _difference(expected, written, kind))
    yield Finding("逐字节比对", None if expected == written else "result.txt 与推演所得不是同样的字节")


def _replayed(draw: Draw) -> tuple[bytes, str | None]:
    """Give result.txt as it ought to be, and the refusal if the walk cannot be finished."""
    spoken = seed(draw.manifest, draw.entropy)
    try:
        return replay(draw.manifest, spoken, draw.declines).to_bytes(), None
    except DrawRefused as refused:
        order = tickets(draw.manifest, spoken)
        return Result(pool_hash(draw.manifest), spoken, order, (), ()).to_bytes(), str(refused)


def _commitment_wrong(draw: Draw) -> str | None:
    right = commitment(draw.manifest, draw.entropy.r0)
    return None if draw.entropy.commit == right else f"写的是 {draw.entropy.commit}，应为 {right}"


def _difference(expected: bytes, written: bytes, kind: str) -> str | None:
    """Name the first line of this kind that is not as it ought to be, or nothing."""
    pairs = zip_longest(_lines(written, kind), _lines(expected, kind), fillvalue="（无）")
    for number, (found, right) in enumerate(pairs, start=1):
        if found != right:
            return f"第 {number} 行写的是 {found}，应为 {right}"
    return None


def _lines(data: bytes, kind: str) -> list[str]:
    text = data.decode("utf-8", errors="backslashreplace")
    fields = [line.split("\t") for line in text.split("\n")]
    return [" ".join(rest) for first, *rest in fields if first == kind]


def _load(folder: Path) -> Draw:
    """Take the files of a draw from its folder; refuse what is missing or not canonical."""
    declines = folder / "declines.txt"
    return Draw(
        Manifest.parse(_read(folder / "manifest.txt")),
        Entropy.parse(_read(folder / "entropy.txt")),
        parse_declines(_read(declines) if declines.exists() else b""),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise DrawRefused(f"读不到 {path}；请确认文件夹中有此文件后再试。") from None


def _write(path: Path, data: bytes) -> None:
    """Write all of the file or nothing of it."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(data)
    os.replace(draft, path)


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    raise SystemExit(1)


def _set_aside(path: Path) -> None:
    """Rename a result that these files do not give: it is no longer the result, but is evidence."""
    if path.exists():
        names = (path.with_name(f"{path.name}.old-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        path.rename(aside)
        click.echo(f"原有的 {path.name} 与推演不符，已改名为 {aside.name} 留存。", err=True)


if __name__ == "__main__":
    draw_commands()
