"""For records whose state is read from a column `active`: the badge in lists and heads comes from the lifecycle."""

from __future__ import annotations

from typing import Any, ClassVar

from views.screens.columns import badge


class ActiveState:
    """Mix in before `FlowScreen` where the model has a property `state` instead of a column."""

    flow: ClassVar[Any]
    model: ClassVar[Any]
    made: ClassVar[dict[str, Any]]

    def __init__(self) -> None:
        self.made = {**self.made, "state": ("active", lambda active: self._badge(self.model(active=active).state))}  # type: ignore[misc]
        super().__init__()

    def _badge(self, word: str) -> Any:
        state = self.flow.states(word)
        return badge(state.label, state.tone)

    def badge_of(self, record: Any) -> Any:
        """The state of the lifecycle in the head of the detail page."""
        return self._badge(record.state)
