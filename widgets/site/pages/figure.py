"""What is around every widget's view: its title, its tools, its messages, and the code that computes it."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from dataclasses import asdict

import htpy as h
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from widgets.kit.widget import Widget, parse_options

from ..stage import Stage
from .embed import Embed


def figure(widget: Widget, stage: Stage) -> tuple[str, str]:
    """The figure's HTML up to its caption, and from its caption on. A figure, but no aside, has its own page, too."""
    if widget.aside:
        return f'<div class="aside">{_section(widget, stage)}', "</div>"
    embed = stage.embedding(widget.name, _changed_options(widget))
    return (
        f'<figure class="figure" id="figure-{widget.name}">{_section(widget, stage, embed)}<figcaption>',
        "</figcaption></figure>",
    )


def embedded(embed: Embed, stage: Stage) -> tuple[str, str]:
    """The title of the figure on a page of its own, and its HTML."""
    kind = stage.registry[embed.name]
    widget = kind(stage.content, parse_options(kind.Options, dict(embed.options)))
    return widget.title, f'<div class="figure">{_section(widget, stage)}</div>'


def _section(widget: Widget, stage: Stage, embed: Embed | None = None) -> h.Element:
    name, title, options = widget.name, f"{widget.name}-title", _changed_options(widget)
    computed = stage.views(name, options)
    views = json.dumps(computed["stored"], ensure_ascii=False, separators=(",", ":"))
    return h.section(
        "#" + name,
        class_=["widget", widget.aside and "widget-aside"],
        data_widget=name,
        data_status="static",
        data_options=json.dumps(options),
        data_needs=" ".join(stage.registry.needs(name)) or None,
        data_views=stage.keep(f"views/{name}", views),
        aria_labelledby=title,
        data_search_exclude=True,
    )[
        h.header(class_="widget-head")[
            h.p(class_="widget-title", id=title)[widget.title],
            h.div(class_="widget-tools", role="group", aria_label="This figure’s state")[
                _tool("stop", "Stop", hidden=True),
                _tool("undo", "Undo", disabled=True),
                _tool("reset", "Start over", disabled=True),
                _tool("link", "Copy link", disabled=True),
                embed and _tool("embed", "Embed", value=embed.address),
            ],
        ],
        h.progress(class_="widget-progress", max="1", value="0", hidden=True, aria_label="Loading"),
        h.p(class_="message widget-waiting"),  # see theme/partials/waiting.html
        h.div(class_="widget-messages", role="status", data_messages=True),
        # A form of its own: radio buttons of two figures may have one
        # name, and a reload does not leave controls as they were.
        h.form(class_="widget-view", autocomplete="off", data_view=True)[Markup(computed["first"])],
        h.p(class_="visually-hidden", role="status", data_announce=True),
        _code(widget.code),
    ]


def _changed_options(widget: Widget) -> dict[str, str]:
    """The options that the author set, as text: what the worker parses again."""
    defaults = asdict(widget.Options())
    return {name: str(value) for name, value in asdict(widget.options).items() if value != defaults[name]}


def _tool(tool: str, label: str, disabled: bool = False, hidden: bool = False, value: str | None = None) -> h.Element:
    return h.button(
        class_=f"tool tool-{tool}", type="button", data_tool=tool, data_of=value, disabled=disabled, hidden=hidden
    )[label]


def _code(functions: tuple[Callable, ...]) -> h.Node:
    """The very functions that computed what is shown, from their source, so that this can't drift."""
    if not functions:
        return None
    return h.details(class_="widget-code")[
        h.summary["Show the code"],
        [_listing(function) for function in functions],
    ]


def _listing(function: Callable) -> h.Node:
    source = textwrap.dedent(inspect.getsource(function))
    name = f"{function.__module__}.{function.__qualname__}"
    listing = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return h.div(class_="listing highlight")[
        h.p(class_="listing-name")[h.code[name]],
        h.pre(tabindex="0", aria_label=f"Source of {name}")[h.code[Markup(listing)]],
    ]
