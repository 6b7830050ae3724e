"""`make` finds a Python that is new enough and runs, on machines where names promise what does not run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "widgets" / "site" / "find-python.sh"
TOOLS = ("ls", "sort")  # all that the script runs beside Pythons
NEW, OLD = "exit 0", "exit 1"
SHIM = 'echo "pyenv: $0: command not found" >&2; exit 127'


class Machine:
    """A folder of commands, a home, and what the script answers there."""

    def __init__(self, folder):
        self.commands, self.home = folder / "bin", folder / "home"
        self.commands.mkdir()
        for tool in TOOLS:
            (self.commands / tool).symlink_to(shutil.which(tool))

    def has(self, name, does):
        """A command by its name, or in the home by its path from there."""
        path = self.home / name if "/" in name else self.commands / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)
        return str(path)

    def answer(self, **environment):
        """What the script prints, and what it says on the side."""
        told = subprocess.run(
            ["/bin/sh", SCRIPT],
            env={"PATH": str(self.commands), "HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
        )
        assert (told.returncode == 0) == bool(told.stdout), "a path, or a failure"
        return told.stdout.strip(), told.stderr.strip()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_the_newest_of_those_that_run(machine):
    machine.has("python3", OLD)
    machine.has("python3.12", NEW)
    wanted = machine.has("python3.13", NEW)
    assert machine.answer() == (wanted, "")


def test_pythons_own_name_will_do_where_it_is_new_enough(machine):
    wanted = machine.has("python3", NEW)
    assert machine.answer() == (wanted, "")


def test_a_shim_that_fails_is_passed_over(machine):
    machine.has("python3.14", SHIM)
    wanted = machine.has("python3.12", NEW)
    assert machine.answer() == (wanted, "")


def test_pyenvs_own_are_looked_at_newest_first(machine):
    machine.has("python3.13", SHIM)
    machine.has("python3", OLD)
    machine.has(".pyenv/versions/3.14.1/bin/python3", OLD)  # half installed
    machine.has(".pyenv/versions/3.12.9/bin/python3", NEW)
    machine.has(".pyenv/versions/3.9.18/bin/python3", NEW)
    wanted = machine.has(".pyenv/versions/3.12.11/bin/python3", NEW)
    assert machine.answer() == (wanted, "")


def test_what_uv_knows_of_comes_last(machine):
    machine.has("python3", OLD)
    wanted = machine.has("elsewhere/python", NEW)
    machine.has("uv", f'[ "$1 $2" = "python find" ] && echo {wanted}')
    assert machine.answer() == (wanted, "")


def test_the_readers_choice_comes_first(machine):
    machine.has("python3.14", NEW)
    wanted = machine.has("mine/python", NEW)
    assert machine.answer(PYTHON=wanted) == (wanted, "")


def test_a_choice_that_will_not_do_is_told_and_passed_over(machine):
    wanted = machine.has("python3.13", NEW)
    found, told = machine.answer(PYTHON="python3.9")
    assert found == wanted
    assert told == "PYTHON=python3.9 is no Python 3.12 or newer that runs; looking for another."


def test_where_there_is_none_one_sentence_says_what_to_do(machine):
    machine.has("python3", OLD)
    found, told = machine.answer()
    assert (found, told.count("\n")) == ("", 0)
    assert told.startswith("Python 3.12 or newer is needed: ")


def test_a_new_python_is_one_that_can_make_an_environment(machine):
    """The question that the script asks, put to a Python that
    lacks ensurepip, as Debian's does without python3-venv.
    """
    machine.has("python3", 'case "$2" in *ensurepip*3,\\ 12*) exit 1;; esac')
    assert machine.answer()[0] == ""


def test_the_workflows_run_on_pyodides_own_minor_version():
    from widgets.site.bundle.pyodide import SITE_PACKAGES

    minor = SITE_PACKAGES.split("/")[2].removeprefix("python")
    workflows = list((SCRIPT.parents[2] / ".github" / "workflows").glob("*.yml"))
    assert workflows and all(f'python-version: "{minor}"' in path.read_text() for path in workflows)
    assert os.access(SCRIPT, os.X_OK)
