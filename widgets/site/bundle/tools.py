"""The tools from npm and PyPI that the build runs: what they print, or what they say against it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..errors import SiteError

ROOT = Path(__file__).parents[3]
PYODIDE = ROOT / "node_modules" / "pyodide"
BROWSER = ROOT / "widgets" / "browser"


class ToolError(SiteError):
    """A tool is missing or failed; the message says which and what it said."""


def script(name: str, constants: Mapping[str, object]) -> bytes:
    """A script or style sheet with all that it imports, minified, by esbuild."""
    defines = [f"--define:{key}={json.dumps(value)}" for key, value in constants.items()]
    options = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022,safari16,firefox114",
        "--log-level=error",
        "--legal-comments=none",
    ]
    options += ["--external:node:*", "--external:*.woff2", "--alias:idiomorph=idiomorph/dist/idiomorph.esm.js"]
    return run([ROOT / "node_modules" / ".bin" / "esbuild", BROWSER / name, *options, *defines])


def node(arguments: list) -> bytes:
    return run(["node", *arguments])


def run(command: list) -> bytes:
    """What a command prints; raises ToolError with what it said when it fails."""
    try:
        answer = subprocess.run([str(word) for word in command], capture_output=True, cwd=ROOT, timeout=300)
    except FileNotFoundError as error:
        raise ToolError(f"{command[0]} is not installed: run `npm ci` (or `make build`, which does).") from error
    if answer.returncode:
        # Node quotes the line that failed, which in minified scripts is the whole script.
        said = "\n".join(
            line for line in answer.stderr.decode(errors="replace").splitlines() if len(line) < 1000
        ).strip()
        raise ToolError(f"{Path(command[0]).name} {Path(command[1]).name} failed:\n{said[-2000:]}")
    return answer.stdout
