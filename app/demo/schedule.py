"""Stories told side by side: each is a generator that yields the day on which it goes on."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import date

from app.demo.stage import Stage

Story = Iterator[date]


def tell(stage: Stage, stories: Iterable[Story], until: date) -> None:
    """Run all stories in the order of their days; what would happen after `until` does not happen."""
    queue: list[tuple[date, int, Story]] = []
    for number, story in enumerate(stories):
        _push(queue, story, number)
    while queue:
        day, number, story = heapq.heappop(queue)
        if day > until:
            return
        if day > stage.now.date():
            stage.move_to(day)
        _push(queue, story, number)


def _push(queue: list[tuple[date, int, Story]], story: Story, number: int) -> None:
    day = next(story, None)
    if day is not None:
        heapq.heappush(queue, (day, number, story))
