"""The HTML of every page, and of what its figures turn into, is valid by html-validate."""

import json
import re
import subprocess

import pytest

from tests.site.pages import ROOT, SITE, pages, views

# The HTML standard, nothing of taste; every rule of it is on.
SETTINGS = {"root": True, "extends": ["html-validate:standard"]}
# What others' templates do, by rule and element.
EXCUSED = {
    # Material's toggles of its drawer and search: keeps Firefox from restoring them open.
    ("valid-autocomplete", "#__drawer"),
    ("valid-autocomplete", "#__search"),
}
EACH = 3  # stored views of each widget; they come from one function

# Markdown that was not understood: a link, a strong word, attributes, a formula, a line break, a heading, a widget.
LEFT_OVER = re.compile(r"\]\(|\*\*|\{ *[.#:][\w-]|\$\$|\\(?=\s)|(?<!\S)##+ |(?<!\S):::")


def problems(folder, files: list) -> list[str]:
    """What is wrong, a line each."""
    settings, reports = folder / "settings.json", folder / "reports.json"
    settings.write_text(json.dumps(SETTINGS))
    command = [ROOT / "node_modules/.bin/html-validate", "--config", settings, "--formatter", f"json={reports}", *files]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert reports.exists(), answer.stderr
    return [
        f"{report['filePath']}:{message['line']}: {message['ruleId']}: {message['message']} ({message.get('selector')})"
        for report in json.loads(reports.read_text())
        for message in report["messages"]
        if (message["ruleId"], message.get("selector")) not in EXCUSED
    ]


def test_every_page_is_valid(tmp_path):
    found = problems(tmp_path, sorted(SITE.rglob("*.html")))
    assert not found, "\n".join(found)


def test_what_figures_turn_into_is_valid(tmp_path):
    files = []
    for name, stored in views().items():
        for number, html in enumerate(sorted(set(stored.values()), key=len)[-EACH:]):
            path = tmp_path / f"{name}-{number}.html"
            path.write_text(
                f'<!doctype html>\n<html lang="en"><head><title>{name}</title></head><body>\n{html}\n</body></html>\n'
            )
            files.append(path)
    found = problems(tmp_path, files) if files else []
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", pages())
def test_no_markup_is_left_in_the_text(address):
    text = pages()[address].text
    assert not [text[max(found.start() - 30, 0) : found.end() + 30] for found in LEFT_OVER.finditer(text)]
