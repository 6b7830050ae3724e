"""``python -m widgets.site bundle OUTPUT`` and ``python -m widgets.site serve``: the build's steps by themselves."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import SiteError
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
    arguments = parser.parse_args()
    if arguments.command == "serve":
        serve(arguments.folder, arguments.port)
    else:
        _bundle(arguments.output, snapshot=not arguments.no_snapshot)


def _bundle(output: Path, *, snapshot: bool) -> None:
    from .publish import prepare

    try:
        publication = prepare(Stage(Path.cwd()), snapshot=snapshot)
    except SiteError as error:
        sys.exit(str(error))
    publication.bundle.copy_to(output)
    for name, path in publication.bundle.files.items():
        print(f"{path.stat().st_size:>12,} {name}")


if __name__ == "__main__":
    main()
