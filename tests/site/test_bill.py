"""The bill of materials names all that is shipped, is valid CycloneDX, and every licence's text is there."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from widgets.site.bill import BILL, COMPONENTS, LICENCES, unnamed
from widgets.site.book import read

SITE = Path(__file__).parents[2] / "site"


def test_everything_in_the_site_is_named():
    assert unnamed(SITE, read(SITE.parent)) == []


def test_every_component_is_in_the_site():
    files = [str(path.relative_to(SITE)) for path in SITE.rglob("*") if path.is_file()]
    for component in COMPONENTS:
        assert all(
            any(fnmatch(name, pattern) for name in files) for pattern in component.files if not pattern.startswith("*")
        ), component.name


def test_the_bill_is_valid():
    text = (SITE / BILL).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert {entry["name"] for entry in json.loads(text)["components"]} == {component.name for component in COMPONENTS}


def test_what_the_themes_bundle_brings_along_is_named():
    """By the source maps that the theme ships."""
    brought = set()
    for path in (SITE / "assets" / "javascripts").rglob("*.map"):
        sources = json.loads(path.read_text())["sources"]
        brought |= {found[1] for source in sources if (found := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", source))}
    assert brought and brought <= {component.name for component in COMPONENTS}


def test_every_licence_is_there_in_full():
    text = (SITE / LICENCES).read_text()
    for component in COMPONENTS:
        assert f"{component.name} {component.version}".strip() in text
    for words in (
        "Mozilla Public License Version 2.0",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "SIL OPEN FONT LICENSE",
        "NumPy Developers",
    ):
        assert words.lower() in text.lower(), words


def test_about_links_to_both():
    about = (SITE / "about" / "index.html").read_text()
    assert f'href="../{BILL}"' in about and f'href="../{LICENCES}"' in about


def test_workflows_name_their_actions_by_commit():
    for path in Path(".github/workflows").glob("*.yml"):
        for action in re.findall(r"uses: (\S+)", path.read_text()):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), f"{path}: {action}"
