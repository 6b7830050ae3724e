"""A figure with a page of its own, for course pages that frame it."""

from __future__ import annotations

from dataclasses import dataclass

FOLDER = "embed"


@dataclass(frozen=True)
class Embed:
    """A figure with its options, as text, and the Markdown file in which it stands first."""

    name: str
    options: tuple[tuple[str, str], ...]
    source: str

    @property
    def slug(self) -> str:
        """Its name, then what its author set: mixing-desk-backwards, counter-step-5."""
        return "-".join([self.name, *(key if value == "True" else f"{key}-{value}" for key, value in self.options)])

    @property
    def address(self) -> str:
        return f"{FOLDER}/{self.slug}/"
