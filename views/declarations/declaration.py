"""Looking for declarations: 申报人员信息查询 (附件2 1.1.4) and 职称申报审核流程查询 (附件3 1.24). Nothing is done
here."""

from __future__ import annotations

from models.declarations.declaration import Declaration
from views.declarations.counted_condition import counted_condition
from views.declarations.declaration_desk import DeclarationDesk
from views.screens.base import Link


class EveryDeclaration(DeclarationDesk):
    """A list of all that the account may see; the figures of the dashboard lead here."""

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.append(counted_condition())


class DeclarationSearchScreen(EveryDeclaration):
    """申报人员信息查询."""

    title = "申报人员信息查询"
    guide = "附件2 1.1.4"
    lead = "本单位和经本机构审核的全部申报。"
    columns = "number year applicant_name unit.name title.name level specialty.name state present submitted_at"
    conditions = "applicant_name number year series title level state unit region_code way mode submitted_at"


class TrailScreen(EveryDeclaration):
    """职称申报审核流程查询."""

    title = "职称申报审核流程查询"
    guide = "附件3 1.24"
    lead = "每一项申报经过了谁、何时、用了几个工作日、结果和意见。"
    columns = "number applicant_name unit.name title.name level state present submitted_at"
    conditions = "applicant_name number unit committee year series level state region_code way submitted_at"

    def operations(self, record: Declaration) -> list[Link]:
        """过程跟踪 is the page itself."""
        return [Link("过程跟踪", self.address("show", pk=record.id))]
