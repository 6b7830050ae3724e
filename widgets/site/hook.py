"""MkDocs calls these while it builds the site. Each only calls what also runs without MkDocs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

WORDS_PER_MINUTE = 238  # silent reading of English (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)
BIBLIOGRAPHY = "bibliography.md"
_serving = False


def on_startup(*, command: str, **_: Any) -> None:
    global _serving
    _serving = command == "serve"


def on_config(config: Any) -> Any:
    """Sets the stage for a build, and has the browser's bundle made or found in the cache."""
    _forget_widgets()
    from widgets.site import cards, publish, stage

    set_ = stage.Stage(Path(config.config_file_path).parent)
    stage.set_stage(set_)
    publication = publish.prepare(set_, snapshot=not _serving)
    config.extra_css[:] = [*publication.styles, *config.extra_css]
    config.extra["publication"] = publication
    config.extra["drawings"] = cards.DRAWINGS
    return config


def on_files(files: Any, *, config: Any) -> Any:
    """What the site is made of, and under which licences, lies in it as files that pages can link to."""
    from mkdocs.structure.files import File

    from widgets.site import bill, stage

    texts = {bill.BILL: bill.bill(), bill.LICENCES: bill.licences(stage.present().root / ".cache")}
    for name, text in texts.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    from widgets.site import stage

    present = stage.present()
    source = page.file.content_string
    present.source = page.file.src_uri
    present.first_line = source.count("\n", 0, max(source.find(markdown.lstrip("\n")[:200]), 0)) + 1
    return markdown


def on_page_content(html: str, *, page: Any, config: Any, **_: Any) -> str:
    """Widgets can be linked to: MkDocs looks for anchors in
    Markdown only, so it is told of these. Citations lead both ways.
    """
    from widgets.site import stage, states

    anchors = set(re.findall(r'<section id="([^"]+)"[^>]* data-widget=', html))
    page.present_anchor_ids = (page.present_anchor_ids or set()) | anchors
    html = states.resolve(html, stage.present())
    citations = stage.present().citations
    if page.file.src_uri != BIBLIOGRAPHY:
        html = citations.collect(
            html, page.url, f"chapter {page.meta['chapter']}" if "chapter" in page.meta else page.title
        )
    if address := config.extra.get("next_article"):
        html = html.replace("<strong>Code Agents</strong>", f'<a href="{address}"><strong>Code Agents</strong></a>')
    page.meta["words"] = words(html)
    page.meta["minutes"] = max(1, round(page.meta["words"] / WORDS_PER_MINUTE))
    return html


def on_env(env: Any, *, config: Any, files: Any) -> None:
    """What needs every page: the numbers of the citations, and the whole book's reading time for its first page."""
    from widgets.site import embeds, stage

    config.extra |= {"pages": len(files.documentation_pages()), "written": 0}
    citations = stage.present().citations
    config.extra["embeds"] = dict(embeds.pages(stage.present(), env, config, files))
    for file in files.documentation_pages():
        page = file.page
        page.content = (
            citations.led_back(page.content) if file.src_uri == BIBLIOGRAPHY else citations.numbered(page.content)
        )
    # Of the rounded ones, which stand beside it: they shall add up.
    config.extra["minutes"] = sum(
        file.page.meta["minutes"] for file in files.documentation_pages() if "chapter" in file.page.meta
    )


def _card(page: Any, config: Any) -> None:
    """Draws the page's picture for link previews, and tells the template where it is."""
    from widgets.site import cards, stage

    above = f"RLHF · Chapter {page.meta['chapter']} of 5" if "chapter" in page.meta else "RLHF · An interactive book"
    told = page.meta.get("question") or page.meta.get("description", "")
    image = cards.card(
        page.meta.get("title", page.title),
        told,
        above,
        stage.present().root / ".cache" / "cards",
        page.meta.get("chapter"),
    )
    name = f"assets/cards/{Path(page.file.src_uri).stem}.png"
    page.meta["card"] = name
    path = Path(config.site_dir) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image)


def words(html: str) -> int:
    """How many words of running text a page has; widgets, equations
    and code are looked at, a fold is closed until asked for.
    """
    text = re.sub(r"<(figure|section|math|pre|table|details)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return len(re.findall(r"\w[\w’'-]*", re.sub(r"<[^>]+>", " ", text)))


def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    from widgets.site.progress import PROGRESS

    config.extra["written"] += 1
    PROGRESS.show("Writing the pages", config.extra["written"], config.extra["pages"])
    if not _serving:
        _card(page, config)
    return context


def on_post_build(config: Any) -> None:
    from widgets.site import cards, embeds, policy, publish, search, stage, styles

    stage.present().close()
    publication, site = config.extra["publication"], Path(config.site_dir)
    (site / "images" / "apple-touch-icon.png").write_bytes(cards.icon())
    (site / "favicon.ico").write_bytes(cards.favicon())
    publication.write(site, stage.present())
    embeds.write(site, config.extra["embeds"])
    if not _serving:
        styles.put_into_pages(site)
        search.split_entries(site)
        publish.put_off_search(site)
        publish.leave_out_other_languages(site)
        policy.put_into_pages(site, config.site_url)
        publish.write_service_worker(site)


def _forget_widgets() -> None:
    """`mkdocs serve` stays one process: what was edited must be imported anew."""
    for name in [name for name in sys.modules if name == "widgets" or name.startswith("widgets.")]:
        del sys.modules[name]
