"""The MkDocs plugin ``widgets``: it builds a book of Markdown and widgets. Its steps run without MkDocs, too."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config import base
from mkdocs.config import config_options as option
from mkdocs.plugins import BasePlugin, event_priority

WORDS_PER_MINUTE = 238  # silent reading of English (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)
BIBLIOGRAPHY = "bibliography.md"
THEME = Path(__file__).parent / "theme"


class Settings(base.Config):
    """See ``Book``, which is made of them."""

    name = option.Type(str)
    entry = option.Type(str)
    packages = option.ListOfItems(option.Type(str), default=[])
    build = option.Type(str, default="")
    known_as = option.Type(str, default="")
    licence = option.Type(str, default="")
    later = option.DictOfItems(option.Type(str), default={})


# Its own modules are imported where they are called for: `mkdocs serve` builds again and again in one process, and what
# was edited must be imported anew. The plugin itself stays.
class WidgetsPlugin(BasePlugin[Settings]):
    """Holds the stage of the build that goes on. Its last steps come after those of all other plugins."""

    _serving = False

    def on_startup(self, *, command: str, **_: Any) -> None:
        self._serving = command == "serve"

    def on_config(self, config: Any) -> Any:
        """Sets the stage, and has the browser's bundle made or found in the cache."""
        _forget(self.config.entry, self.config.build)
        from . import publish
        from .book import book
        from .stage import Stage

        self._stage = Stage(Path(config.config_file_path).parent)
        self._stage.book = book(self._stage.root, dict(self.config))
        self._written = 0
        self._publication = publish.prepare(self._stage, snapshot=not self._serving)
        config.mdx_configs["widgets"] = {"stage": self._stage}
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
        config.extra_css[:] = [*self._publication.styles, *config.extra_css]
        config.extra |= {"publication": self._publication, "known_as": self.config.known_as or config.site_name}
        return config

    def on_files(self, files: Any, *, config: Any) -> Any:
        """What the site is made of, and under which licences, lies in it as files that pages can link to."""
        from mkdocs.structure.files import File

        from . import bill

        book, root = self._stage.book, self._stage.root
        for name, text in {bill.BILL: bill.bill(book), bill.LICENCES: bill.licences(book, root)}.items():
            files.append(File.generated(config, name, content=text))
        return files

    def on_page_markdown(self, markdown: str, *, page: Any, **_: Any) -> str:
        source = page.file.content_string
        self._stage.source = page.file.src_uri
        self._stage.first_line = source.count("\n", 0, max(source.find(markdown.lstrip("\n")[:200]), 0)) + 1
        return markdown

    def on_page_content(self, html: str, *, page: Any, **_: Any) -> str:
        """Widgets can be linked to: MkDocs looks for anchors in
        Markdown only, so it is told of these. Citations lead both ways.
        """
        from .pages import states

        anchors = set(re.findall(r'<section id="([^"]+)"[^>]* data-widget=', html))
        page.present_anchor_ids = (page.present_anchor_ids or set()) | anchors
        html = states.resolve(html, self._stage)
        if page.file.src_uri != BIBLIOGRAPHY:
            called = f"chapter {page.meta['chapter']}" if "chapter" in page.meta else page.title
            html = self._stage.citations.collect(html, page.url, called)
        for said, address in self.config.later.items():
            if address:
                html = html.replace(f"<strong>{said}</strong>", f'<a href="{address}"><strong>{said}</strong></a>')
        page.meta["words"] = words(html)
        page.meta["minutes"] = max(1, round(page.meta["words"] / WORDS_PER_MINUTE))
        return html

    def on_env(self, env: Any, *, config: Any, files: Any) -> None:
        """What needs every page: the numbers of the citations, and the whole book's reading time for its first page."""
        from .pages import embeds

        citations, pages = self._stage.citations, [file.page for file in files.documentation_pages()]
        chapters = [page for page in pages if "chapter" in page.meta]
        config.extra |= {
            "chapters": len(chapters),
            # Of the rounded ones, which stand beside it: they shall add up.
            "minutes": sum(page.meta["minutes"] for page in chapters),
        }
        self._pages = len(pages)
        self._embeds = dict(embeds.pages(self._stage, env, config, files))
        for page in pages:
            page.content = (
                citations.led_back(page.content)
                if page.file.src_uri == BIBLIOGRAPHY
                else citations.numbered(page.content)
            )

    def on_page_context(self, context: Any, *, page: Any, config: Any, **_: Any) -> Any:
        from .progress import PROGRESS

        self._written += 1
        PROGRESS.show("Writing the pages", self._written, self._pages)
        if not self._serving:
            self._card(page, config)
        return context

    def _card(self, page: Any, config: Any) -> None:
        """Draws the page's picture for link previews, and tells the template where it is."""
        from .pictures import cards

        number = page.meta.get("chapter")
        of_book = f"Chapter {number} of {config.extra['chapters']}" if number else "An interactive book"
        image = cards.card(
            page.meta.get("title", page.title),
            page.meta.get("question") or page.meta.get("description", ""),
            f"{config.site_name} · {of_book}",
            self._stage.root / ".cache" / "cards",
            page.meta.get("miniature"),
        )
        page.meta["card"] = name = f"assets/cards/{Path(page.file.src_uri).stem}.png"
        path = Path(config.site_dir) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image)

    @event_priority(-100)
    def on_post_build(self, config: Any) -> None:
        from . import policy, publish, search
        from .bundle import styles
        from .pages import embeds
        from .pictures import cards

        self._stage.close()
        site = Path(config.site_dir)
        cards.write_icons(site, config.theme["favicon"])
        self._publication.write(site, self._stage)
        embeds.write(site, self._embeds)
        if not self._serving:
            styles.put_into_pages(site, self._stage.book)
            search.split_entries(site)
            publish.put_off_search(site)
            publish.leave_out_other_languages(site, config.theme["language"])
            policy.put_into_pages(site, config.site_url)
            publish.write_service_worker(site, self._stage.book)


def words(html: str) -> int:
    """How many words of running text a page has; widgets, equations
    and code are looked at, a fold is closed until asked for.
    """
    text = re.sub(r"<(figure|section|math|pre|table|details)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return len(re.findall(r"\w[\w’'-]*", re.sub(r"<[^>]+>", " ", text)))


def _forget(*modules: str) -> None:
    """Has the widgets, and the packages of these modules, imported anew."""
    packages = {"widgets", *(module.partition(".")[0] for module in modules if module)}
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]
