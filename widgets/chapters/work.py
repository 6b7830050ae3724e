"""Long work and whether it goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Work:
    """Whether long work goes on. Its generator says so when it ends, also when the reader stops it: no state comes
    after that.
    """

    going: bool = True
