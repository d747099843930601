"""For records whose state is read from a column `active`: the badge in lists and heads comes from the lifecycle."""

from __future__ import annotations

from typing import Any, ClassVar

from views.columns import badge


class ActiveState:
    """Mix in before `FlowScreen` where the model has a property `state` instead of a column."""

    flow: ClassVar[Any]

    def cell_state(self, record: Any) -> Any:
        """The state of the lifecycle as a badge."""
        state = self.flow.states(record.state)
        return badge(state.label, state.tone)

    def badge_of(self, record: Any) -> Any:
        """The same in the head of the detail page."""
        return self.cell_state(record)
