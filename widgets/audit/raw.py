"""A record as it stands in a file."""

from __future__ import annotations

from typing import NamedTuple

# Characters of a record.
LONGEST = 2_000_000


class Raw(NamedTuple):
    """A record's text, and how its table names the columns;
    ``fault`` is a reason why it can't be read, None where it may.
    """

    text: str
    fault: str | None = None
    columns: tuple[str, ...] = ()
    separator: str = ","
