"""A build says on a terminal what it does and how far it is, elsewhere nothing; a failure names its log."""

import contextlib
import io
import os
import pty
import subprocess
from pathlib import Path

from widgets.site.progress import Progress

STEP = Path(__file__).parents[2] / "widgets" / "site" / "step.sh"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_shows_how_far_a_step_is():
    terminal = Terminal()
    progress = Progress(terminal)
    progress.show("Training the models", 7, 14)
    assert terminal.getvalue() == "\rTraining the models [############............] 7 / 14"
    progress.show("Training the models", 14, 14)
    assert terminal.getvalue().endswith("\rTraining the models [########################] 14 / 14\n")


def test_what_is_shorter_covers_what_stood_there():
    terminal = Terminal()
    with Progress(terminal).step("A step with a long name"):
        pass
    before, after = terminal.getvalue().split("\r")[1:]
    assert len(after.rstrip("\n")) >= len(before)


def test_nothing_is_said_where_there_is_no_terminal():
    stream = io.StringIO()
    progress = Progress(stream)
    progress.show("Fetching", 1, 2)
    with progress.step("Making"):
        pass
    assert stream.getvalue() == ""


def run(log, *command, **options):
    return subprocess.run(["sh", STEP, "Installing", log, *command], text=True, check=False, **options)


def test_a_steps_noise_is_kept_from_sight(tmp_path):
    told = run(tmp_path / "logs" / "pip.log", "sh", "-c", "echo noise; echo more >&2", capture_output=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert (tmp_path / "logs" / "pip.log").read_text() == "noise\nmore\n"


def test_a_failure_shows_the_end_of_its_log_and_names_it(tmp_path):
    told = run(tmp_path / "pip.log", "sh", "-c", "echo no such package; exit 3", capture_output=True)
    assert told.returncode == 3
    assert told.stderr == f"no such package\nInstalling failed; all that was said is in {tmp_path / 'pip.log'}.\n"


def all_of(terminal):
    """What was written to a terminal whose writers have gone; one reading may bring only a part of it."""
    said = b""
    with contextlib.suppress(OSError):  # Linux says the end as an error, other systems as an empty reading
        while part := os.read(terminal, 1000):
            said += part
    return said.decode()


def test_on_a_terminal_a_step_says_what_it_does(tmp_path):
    ours, theirs = pty.openpty()
    assert run(tmp_path / "pip.log", "true", stderr=theirs).returncode == 0
    os.close(theirs)
    assert "Installing: done in " in all_of(ours)
