"""What a screen file imports: declare a `Screen`, a `FlowScreen` or a `TreeScreen`; the rest is theirs.

class IssuerScreen(FlowScreen):
    model, flow = Issuer, ISSUER
    title, guide = "发证单位编码配置", "附件3 1.9"
    lead = "证书编号第 7–14 位；每个发证单位一个编码。"
    columns = "code organisation state"
    conditions = "code organisation state"
    fields = "organisation code"
    can_add = True
"""

from __future__ import annotations

from views.screens.columns import badge
from views.screens.flow_screen import Action, FlowScreen
from views.screens.journalled import Journalled
from views.screens.screen import Link, Panel, Screen
from views.screens.tree_screen import Node, TreeScreen

__all__ = ["Action", "FlowScreen", "Journalled", "Link", "Node", "Panel", "Screen", "TreeScreen", "badge"]
