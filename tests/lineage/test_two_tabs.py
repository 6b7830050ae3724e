"""No interleaving of two tabs loses a label: the real scripts, with simulated storage, worker and time, under Node."""

import subprocess
from pathlib import Path

import pytest

SIMULATION = Path(__file__).with_name("two_tabs.mjs")
READINGS, PART = 2000, 500


@pytest.mark.parametrize("first", range(0, READINGS, PART))
def test_no_label_is_lost_without_the_readers_choosing_so(first):
    run = subprocess.run(["node", SIMULATION, str(first), str(PART)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
