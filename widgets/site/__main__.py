"""``python -m widgets.site``: the build's steps by themselves, and what authors begin with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import SiteError
from .new_widget import new_widget
from .schemas import write_schemas
from .serve import serve
from .stage import Stage


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m widgets.site", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bundling = commands.add_parser("bundle", help="make the browser's bundle without MkDocs")
    bundling.add_argument("output", type=Path, help="the folder to write to")
    bundling.add_argument("--no-snapshot", action="store_true", help="let Python start the stock way")
    serving = commands.add_parser("serve", help="serve the built site under a sub-path")
    serving.add_argument("--folder", type=Path, default=Path("site"))
    serving.add_argument("--port", type=int, default=8000)
    naming = commands.add_parser("new-widget", help="write a widget that works, and its test")
    naming.add_argument("name", help="what chapters embed, like my-figure")
    commands.add_parser("schemas", help="write the JSON Schemas of the content, for editors")
    arguments = parser.parse_args()
    try:
        _run(arguments)
    except SiteError as error:
        sys.exit(str(error))


def _run(arguments: argparse.Namespace) -> None:
    match arguments.command:
        case "serve":
            serve(arguments.folder, arguments.port)
        case "new-widget":
            print(*new_widget(Path.cwd(), arguments.name), sep="\n")
        case "schemas":
            print(*write_schemas(Path("content")), sep="\n")
        case _:
            _bundle(arguments.output, snapshot=not arguments.no_snapshot)


def _bundle(output: Path, *, snapshot: bool) -> None:
    from .publish import prepare

    publication = prepare(Stage(Path.cwd()), snapshot=snapshot)
    publication.bundle.copy_to(output)
    for name, path in publication.bundle.files.items():
        print(f"{path.stat().st_size:>12,} {name}")


if __name__ == "__main__":
    main()
