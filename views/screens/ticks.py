"""A field of which several may be chosen: what is offered depends on who asks, so it is asked each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from views.screens.boxes import Box
from views.screens.forms import Typed

Options = Callable[[], Sequence[tuple[str, str]]]


class TickListField(Typed):
    """Boxes to tick; the answer is the list of values, each of which was offered."""

    kind = "choices"

    def __init__(
        self,
        label: str,
        validators: Any = (),
        *,
        options: Options,
        needed: bool = True,
        hint: Callable[[], str] | str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.options, self.needed, self.told = options, needed, hint

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nothing ticked is an answer, too."""
        self.data = [value[:200] for value in valuelist]

    def pre_validate(self, form: Any) -> None:
        """Only what is offered counts."""
        offered = {value for value, _label in self.options()}
        self.data = [value for value in self.data or [] if value in offered]

    def box(self) -> Box:
        """The field as the templates draw it."""
        hint = self.told() if callable(self.told) else self.told
        return Box(
            self.name,
            str(self.label.text),
            "choices",
            list(self.data or []),
            self.options(),
            self.needed,
            str(hint),
            " ".join(map(str, self.errors)),
        )
