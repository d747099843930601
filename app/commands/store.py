"""The store of files: `flask --app run store verify | sweep | copy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.base.errors import Refused
from workflow.storage import stocktaking
from workflow.storage.store import Store, shelf_of, store

store_commands = click.Group("store", help="文件存储：核对、清理、迁移。")
#: Files between two lines of progress.
STRIDE = 10_000


def size_of(number: int) -> str:
    """Bytes as people say them."""
    return f"{number / (1 << 30):.2f} GB" if number >= 1 << 30 else f"{number / (1 << 20):.1f} MB"


@contextmanager
def _refusals() -> Iterator[None]:
    """A store that does not answer ends a command with its sentence and status 2."""
    try:
        yield
    except Refused as refusal:
        click.secho(str(refusal.sentence), fg="red", err=True)
        raise SystemExit(2) from None


def _told(word: str) -> Callable[[int], None]:
    last = 0

    def told(files: int) -> None:
        nonlocal last
        if files // STRIDE > last:
            last = files // STRIDE
            click.echo(f"已{word} {files} 个文件……", err=True)

    return told


def _faults(count: stocktaking.Count) -> None:
    for what, called, digest in count.faults:
        click.secho(f"{what}  {called}  {digest}", fg="red")
    if count.faults:
        raise SystemExit(1)


@store_commands.command("verify", help="逐个读出登记的文件并核对摘要，列出缺失和损坏的文件；有问题时退出码为 1。")
@with_appcontext
def verify() -> None:
    """Every file that a row names, compared with its digest."""
    with _refusals():
        count = stocktaking.verify(db.session, store(), _told("核对"))  # type: ignore[arg-type]
    words = f"{len(count.faults)} 处登记的文件缺失或损坏：" if count.faults else "全部完好。"
    click.echo(f"{store().shelf.title}：核对 {count.files} 个文件，共 {size_of(count.size)}，{words}")
    _faults(count)


@store_commands.command("sweep", help="清理一天前的无主文件（办理中断或已撤回的上传）；--dry-run 只列出。")
@click.option("--dry-run", is_flag=True, help="只列出，不删除。")
@with_appcontext
def sweep(dry_run: bool) -> None:
    """What no row names is taken away."""
    with _refusals():
        if dry_run:
            for kept in stocktaking.unnamed(db.session, store().shelf):  # type: ignore[arg-type]
                click.echo(f"{kept.name}  {kept.size}")
            return
        files, size = stocktaking.sweep(db.session, store(), install_system_account(db.session))  # type: ignore[arg-type]
    click.echo(f"{store().shelf.title}：已清理 {files} 个无主文件，共 {size_of(size)}。")


@store_commands.command("copy", help="把文件从一处复制到另一处：disk（数据目录）或 s3://存储桶/前缀。可中断后重来。")
@click.argument("source", metavar="从")
@click.argument("target", metavar="到")
@with_appcontext
def copy(source: str, target: str) -> None:
    """Move house: copy while the product runs, stop it, copy what came since, start with the other STORE_URL."""
    if source == target:
        raise SystemExit("两处相同，不需要复制。")
    try:
        old, new = _at(source), _at(target)
    except ValueError:
        raise SystemExit("文件存储写作 disk（数据目录）或 s3://存储桶/前缀。") from None
    with _refusals():
        count, there = stocktaking.copy(old, new, _told("复制"))
    words = f"已复制 {count.files} 个文件，共 {size_of(count.size)}；目标处原有 {there} 个。"
    click.echo(words + ("以下文件没有复制：" if count.faults else ""))
    _faults(count)


def _at(place: str) -> Store:
    config = current_app.config
    shelf = shelf_of("" if place == "disk" else place, config["FILE_STORE"], config["STORE_ACCESS"])
    return Store(shelf, Path(config["DATA_DIR"]) / "previews")
