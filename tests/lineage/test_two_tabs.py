"""No interleaving of two tabs loses a label: the real scripts, with simulated storage, worker and time, under Node."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.fuzz.hostile import HOSTILE

SIMULATION = Path(__file__).with_name("two_tabs.mjs")
READINGS, PART = 2000, 500

pytestmark = pytest.mark.long


@pytest.mark.parametrize("first", range(0, READINGS, PART))
def test_no_label_is_lost_without_the_readers_choosing_so(first):
    run = subprocess.run(["node", SIMULATION, str(first), str(PART)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_whatever_storage_and_addresses_hold_the_page_lives_and_keeps_what_is_done_there():
    run = subprocess.run(
        ["node", SIMULATION.with_name("hostile.mjs")],
        input=json.dumps(HOSTILE),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
