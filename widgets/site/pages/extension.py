"""A Python-Markdown extension that puts a widget into a page.

    ::: widget preference-labeling pairs=12
    The caption, in Markdown: what to see in this figure.
    :::

The block becomes a figure that holds the widget's section with its first view, rendered by the widget's own
Python, and the caption. Blocks of the book's own (``BLOCKS`` in its build's module) are a line alone, ``::: name``. An
unknown widget, a bad option or an unclosed block stops the build.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from widgets.kit.events import Rejected
from widgets.kit.widget import Widget, parse_options

from ..errors import SiteError
from ..stage import Stage
from .figure import figure
from .math import MathPattern
from .terms import TermProcessor

_OPEN = re.compile(r":::\s*(?P<kind>\w+)\s*(?P<rest>.*)$")
_CLOSE = re.compile(r":::\s*$")
_CODE = re.compile(r"\s*(`{3,}|~{3,})")


class EmbedError(SiteError):
    """A block in a chapter that can't become a widget; says where, what is wrong and what would be right."""


@dataclass(frozen=True)
class Block:
    """A widget block as written: where it starts, what it asks for, and its caption."""

    line: int
    name: str
    options: dict[str, str]
    caption: list[str]


class EmbedPreprocessor(Preprocessor):
    def __init__(self, md: Markdown, stage: Stage) -> None:
        super().__init__(md)
        self.stage = stage

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        self.figures = 0
        at, fence = 0, None
        own = self.stage.book.built("BLOCKS", {})
        while at < len(lines):
            fence = _fence_after(lines[at], fence)
            opening = None if fence else _OPEN.match(lines[at])
            if opening and opening["kind"] in own:
                out += ["", *self._shown(own[opening["kind"]](self.stage)), ""]
                at += 1
            elif opening is None:
                out.append(lines[at])
                at += 1
            else:
                block, at = _read(lines, at, opening, self.stage)
                out += self._render(block)
        return out

    def _shown(self, made: str | list[str]) -> list[str]:
        """A block of the book's own: HTML as it is, or lines of Markdown."""
        return [self.md.htmlStash.store(made)] if isinstance(made, str) else made

    def _render(self, block: Block) -> list[str]:
        widget, store = _widget(block, self.stage), self.md.htmlStash.store
        opening, closing = figure(widget, self.stage)
        caption = block.caption if widget.aside else self._numbered(block.caption)
        return ["", store(opening), "", *caption, "", store(closing), ""]

    def _numbered(self, caption: list[str]) -> list[str]:
        """The caption with the figure's number in its chapter before it; other pages' figures have none."""
        chapter = re.match(r"(\d\d)-", self.stage.source)
        self.figures += 1
        if not chapter or not any(line.strip() for line in caption):
            return caption
        first = next(place for place, line in enumerate(caption) if line.strip())
        number = f'<span class="figure-number">Figure {int(chapter[1])}.{self.figures}</span> '
        return [*caption[:first], number + caption[first].lstrip(), *caption[first + 1 :]]


def _fence_after(line: str, fence: str | None) -> str | None:
    """Which code fence, if any, is open after this line: blocks shown as code are not ours."""
    mark = _CODE.match(line)
    if not mark:
        return fence
    if fence is None:
        return mark[1]
    return None if mark[1].startswith(fence) else fence


def _read(lines: list[str], at: int, opening: re.Match, stage: Stage) -> tuple[Block, int]:
    """The block that opens at a line, and the line after its end."""
    where = stage.where(at)
    if opening["kind"] != "widget":
        raise EmbedError(f"{where}: '::: {opening['kind']}' is not a block; write '::: widget NAME'")
    for end in range(at + 1, len(lines)):
        if _CLOSE.match(lines[end]):
            name, options = _words(opening["rest"], where)
            return Block(at, name, options, lines[at + 1 : end]), end + 1
        if _OPEN.match(lines[end]):
            break
    raise EmbedError(f"{where}: this widget block has no end; close it with a line ':::'")


def _words(rest: str, where: str) -> tuple[str, dict[str, str]]:
    try:
        name, *words = shlex.split(rest) or [""]
    except ValueError as error:
        raise EmbedError(f"{where}: write '::: widget NAME option=value'; {str(error).lower()}") from None
    if not name:
        raise EmbedError(f"{where}: write '::: widget NAME option=value'; the name is missing")
    for word in words:
        if "=" not in word:
            raise EmbedError(f"{where}: options are written name=value, got {word!r}")
    return name, dict(word.split("=", 1) for word in words)


def _widget(block: Block, stage: Stage) -> Widget:
    """The widget that a block asks for; raises EmbedError saying where and what would be right."""
    where = stage.where(block.line)
    try:
        kind = stage.registry[block.name]
        return kind(stage.content, parse_options(kind.Options, block.options))
    except Rejected as rejected:
        raise EmbedError(f"{where}: {rejected}") from None


class WidgetsExtension(Extension):
    """The MkDocs plugin hands it the stage of the build. Used alone, it is of the book in the working folder."""

    def __init__(self, stage: Stage | None = None) -> None:
        super().__init__()
        self._given = stage

    @property
    def stage(self) -> Stage:
        return self._given or _alone(Path.cwd())

    def extendMarkdown(self, md: Markdown) -> None:
        # Right after white space is normalised (30), while lines still have the numbers of the file.
        md.preprocessors.register(EmbedPreprocessor(md, self.stage), "widgets", 29)
        md.inlinePatterns.register(MathPattern(md), "math", 185)
        # After inline patterns (20) have made elements of the text, before MkDocs resolves links (0).
        md.treeprocessors.register(TermProcessor(md, self.stage), "terms", 10)


# One for all pages: what it has computed for one serves the next.
_alone = cache(Stage)


def makeExtension(stage: Stage | None = None) -> WidgetsExtension:
    return WidgetsExtension(stage)
