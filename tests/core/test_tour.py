"""``python -m widgets.core`` tells the whole story in a screenful."""

import re
import subprocess
import sys


def test_the_tour_fits_a_screen_and_its_numbers_hold():
    told = subprocess.run(
        [sys.executable, "-m", "widgets.core"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert 20 < len(told.splitlines()) <= 45
    assert max(map(len, told.splitlines())) <= 100
    climbed = [float(share) for share in re.findall(r"([\d.]+) % of the way", told)]
    assert len(climbed) == 3 and climbed[0] == 100 and min(climbed) > 95
    stages = dict(re.findall(r"^   (SFT model|optimum|PPO|DPO) .*gold +(-?[\d.]+)", told, re.MULTILINE))
    assert (
        len(stages) == 4
        and min(float(stages[name]) for name in ("PPO", "DPO", "optimum")) > float(stages["SFT model"]) + 0.3
    )
    gold = [float(value) for value in re.search(r"gold ((?:\s+-?[\d.]+)+)\n   at the end", told)[1].split()]
    assert max(gold) > gold[0] > gold[-1]
    free = dict(re.findall(r"^   (PPO, beta 0|best there) +reward +([\d.]+)", told, re.MULTILINE))
    assert float(stages["PPO"]) > float(stages["SFT model"]) and 2 < float(free["PPO, beta 0"]) <= float(
        free["best there"]
    )
    assert "DPO, votes" in told
