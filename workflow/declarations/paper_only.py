"""涉密材料信息严禁网上填写提交 (118号 一): each paper-only file has its named stub, all else is uploaded."""

from __future__ import annotations

from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.declarations.paper_stub import PaperStub
from workflow.base.errors import NotYou, Refused
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.corrections import unlocked
from workflow.declarations.submission import own_and_open
from workflow.forms import form

MOST_PAGES = 9999


def stubs_of(uow: UnitOfWork, declaration: Declaration) -> list[PaperStub]:
    """The stubs of a declaration, in the order of their registration."""
    mine = select(PaperStub).where(PaperStub.declaration_id == declaration.id).order_by(PaperStub.id)
    return list(once(uow.session, (stubs_of, declaration), lambda: uow.session.scalars(mine).all()))


def register(
    uow: UnitOfWork, declaration: Declaration, kind: str, *, name: str, reference: str, pages: int | None
) -> PaperStub:
    """登记纸质目录: this kind of material lies on paper only. Refused where nothing is secret, and without its name."""
    own_and_open(uow, declaration)
    declared = form.form_of(declaration).material(kind)
    unlocked.refuse_file(uow.session, declaration, kind)
    if not declaration.secret or kind == "photo":
        raise Refused(
            f"“{declared.label}”须上传；只有涉密申报的涉密材料可以只交纸质（118号 一）；"
            "请上传，或在申报信息中勾选涉密。",
            field=kind,
        )
    name, reference = name.strip(), reference.strip()
    if not name or not reference or len(name) > 120 or len(reference) > 80:
        raise Refused(
            "请填写纸质材料的名称（不超过 120 字，不含涉密内容）和编号（不超过 80 字），以便线下核对（118号 一）。",
            field=kind,
        )
    if pages is None or not 1 <= pages <= MOST_PAGES:
        raise Refused(f"页数应为 1 到 {MOST_PAGES} 的整数（118号 一）；请填写纸质材料的页数。", field=kind)
    stub = PaperStub(
        declaration_id=declaration.id,
        kind=kind,
        name=name,
        reference=reference,
        pages=pages,
        registered_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(stub)
    uow.session.flush()
    uow.record(
        "register_paper_only", declaration, label="登记纸质目录", kind=declared.label, reference=reference, quiet=True
    )
    return stub


def remove(uow: UnitOfWork, declaration: Declaration, stub: PaperStub) -> None:
    """Take a stub out of a draft."""
    own_and_open(uow, declaration)
    if stub.declaration_id != declaration.id:
        raise NotYou("该纸质目录不属于本申报。")
    unlocked.refuse_file(uow.session, declaration, stub.kind)
    uow.record(
        "remove_paper_only", declaration, label="移除纸质目录", kind=stub.kind, reference=stub.reference, quiet=True
    )
    uow.session.delete(stub)
