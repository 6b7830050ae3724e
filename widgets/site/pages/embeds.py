"""Pages of single figures, for course pages that frame them: ``embed/NAME/``, the figure and nothing around it.

Each is seen from the page that the figure stands on (its ``<base>``): every address in it leads where it does there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..stage import Stage
from .embed import FOLDER
from .figure import embedded


def pages(stage: Stage, env: Any, config: Any, files: Any) -> Iterator[tuple[str, str]]:
    """Where in the site each figure's own page lies, and its HTML; once all of the book's pages are rendered."""
    from mkdocs.commands.build import get_context

    template, theme = env.get_template("embed.html"), env.get_template("base.html")
    for slug, embed in sorted(stage.embeds.items()):
        page = files.get_file_from_path(embed.source).page
        context = get_context([], files, config, page)
        title, figure = embedded(embed, stage)
        yield (
            f"{FOLDER}/{slug}/index.html",
            template.render(
                {**context},
                name=embed.name,
                # From a page to the one of its figure it is two folders down, and back.
                base=f"../../{page.url}",
                title=title,
                figure=Markup(figure),
                styles=Markup("".join(theme.blocks["styles"](theme.new_context({**context})))),
            ),
        )


def write(site: Path, rendered: Mapping[str, str]) -> None:
    for name, html in rendered.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
