"""Citations are numbered in the order of the book. They lead to the bibliography, and it leads back to every place that
cites.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

_CITATION = re.compile(r'<a href="\.\./bibliography/#(?P<key>[\w-]+)">(?P<words>.*?)</a>', re.DOTALL)
# Where a citation that was collected will have its number.
_NUMBER = re.compile(r"<!--number (?P<key>[\w-]+)-->")
_LIST = re.compile(r"<dl>\s*(?P<entries><dt id=.*?)\s*</dl>", re.DOTALL)
_ENTRY = re.compile(r'<dt id="(?P<key>[\w-]+)">(?P<name>.*?)</dt>\s*<dd>(?P<words>.*?)</dd>', re.DOTALL)


@dataclass
class Citations:
    """Where each entry is cited: (page's address, anchor, how the page is called), in the order of the book."""

    places: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    pages: dict[str, list[str]] = field(default_factory=dict)  # the keys that a page cites, in its order

    def collect(self, html: str, address: str, name: str) -> str:
        """The page with an anchor at every citation, and a place for its number."""
        self.forget(address)
        self.pages[address] = []

        def anchored(match: re.Match) -> str:
            key = match["key"]
            anchor = f"cite-{key}-{1 + sum(place[0] == address for place in self.places[key])}"
            self.places[key].append((address, anchor, name))
            self.pages[address].append(key)
            return (
                f'<a class="citation" id="{anchor}" href="../bibliography/#{key}">{match["words"]}<!--number '
                f"{key}--></a>"
            )

        return _CITATION.sub(anchored, html)

    def forget(self, address: str) -> None:
        self.pages.pop(address, None)
        for key, places in self.places.items():
            self.places[key] = [place for place in places if place[0] != address]

    def numbers(self) -> dict[str, int]:
        """The number of every cited entry: the order of first use, the chapters before the pages that follow them."""
        keys = dict.fromkeys(key for address in sorted(self.pages) for key in self.pages[address])
        return {key: number for number, key in enumerate(keys, 1)}

    def numbered(self, html: str) -> str:
        """A collected page with its numbers, which are known once all pages are."""
        numbers = self.numbers()
        return _NUMBER.sub(lambda match: f'&nbsp;<span class="citation-number">[{numbers[match["key"]]}]</span>', html)

    def led_back(self, html: str) -> str:
        """The bibliography in the order of its numbers, with links back after every entry."""
        numbers = self.numbers()

        def ordered(match: re.Match) -> str:
            entries = sorted(
                _ENTRY.finditer(match["entries"]), key=lambda entry: numbers.get(entry["key"], len(numbers) + 1)
            )
            return "<dl>\n" + "\n".join(self._entry(entry, numbers.get(entry["key"])) for entry in entries) + "\n</dl>"

        return _LIST.sub(ordered, html)

    def _entry(self, entry: re.Match, number: int | None) -> str:
        if number is None:
            return entry[0]
        back = ", ".join(
            f'<a href="../{address}#{anchor}">{name}</a>' for address, anchor, name in self._named(entry["key"])
        )
        return (
            f'<dt id="{entry["key"]}"><span class="entry-number">[{number}]</span> {entry["name"]}</dt>\n'
            f'<dd>{entry["words"]} <span class="cited">Cited in {back}.</span></dd>'
        )

    def _named(self, key: str) -> list[tuple[str, str, str]]:
        """The places of an entry; the second one on a page is called so, that no two links read the same."""
        told, found = defaultdict(int), []
        for address, anchor, name in self.places[key]:
            told[address] += 1
            found.append((address, anchor, name if told[address] == 1 else f"{name} ({told[address]})"))
        return found
