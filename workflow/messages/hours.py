"""When a message may go out (免打扰时段、每日汇总): pure reckoning over moments, without a database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from models.messages.choice import How

DAY = timedelta(days=1)


def quiet(moment: datetime, begins: int, ends: int) -> bool:
    """Whether nothing goes out then, from one hour to the other, over midnight or not. Equal hours: never."""
    if begins < ends:
        return begins <= moment.hour < ends
    return begins > ends and (moment.hour >= begins or moment.hour < ends)


def opened(moment: datetime, begins: int, ends: int) -> datetime:
    """The moment itself, or when the quiet hours in which it lies are over."""
    if not quiet(moment, begins, ends):
        return moment
    end = datetime.combine(moment.date(), time(ends))
    return end if end > moment else end + DAY


def digest(moment: datetime, hour: int) -> datetime:
    """The next time of the daily digest after that moment."""
    today = datetime.combine(moment.date(), time(hour))
    return today if today > moment else today + DAY


def goes_at(
    moment: datetime, how: str, *, begins: int, ends: int, hour: int, due: date | None = None
) -> tuple[datetime, bool]:
    """When a message of that moment goes out, and whether as part of a digest.

    What falls due on the day of the digest or before does not wait for it: it goes at once, so that it is there before
    the quiet hours begin. In the quiet hours nothing goes, whatever is due.
    """
    if how == How.DIGEST:
        planned = opened(digest(moment, hour), begins, ends)
        if due is None or due > planned.date():
            return planned, True
    return opened(moment, begins, ends), False
