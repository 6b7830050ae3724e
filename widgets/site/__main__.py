"""``python -m widgets.site``: the build's steps by themselves, and what authors begin with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .book import published_path, read
from .errors import SiteError
from .serve import serve
from .stage import Stage


def main() -> None:
    try:
        arguments = _parser().parse_args()
        arguments.run(arguments)
    except SiteError as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m widgets.site", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bundling = commands.add_parser("bundle", help="make the browser's bundle without MkDocs")
    bundling.add_argument("output", type=Path, help="the folder to write to")
    bundling.add_argument("--no-snapshot", action="store_true", help="let Python start the stock way")
    bundling.set_defaults(run=_bundle)
    serving = commands.add_parser("serve", help="serve the built site under the path of its published address")
    serving.add_argument("--folder", type=Path, default=Path("site"))
    serving.add_argument("--port", type=int, default=8000)
    serving.set_defaults(run=_serve)
    read(Path.cwd()).built("add_commands", lambda _: None)(commands)
    return parser


def _serve(arguments: argparse.Namespace) -> None:
    serve(arguments.folder, arguments.port, published_path(Path.cwd()))


def _bundle(arguments: argparse.Namespace) -> None:
    from .publish import prepare

    publication = prepare(Stage(Path.cwd()), snapshot=not arguments.no_snapshot)
    publication.bundle.copy_to(arguments.output)
    for name, path in publication.bundle.files.items():
        print(f"{path.stat().st_size:>12,} {name}")


if __name__ == "__main__":
    main()
