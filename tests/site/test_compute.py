"""What the build computes has the same bits on every machine, and is what ordinary Python computes, up to its last
digits.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from widgets.chapters import WIDGETS
from widgets.chapters.models import unpack
from widgets.core.pipeline import align
from widgets.kit.data import plain
from widgets.site.book import read
from widgets.site.bundle.wheels import source_files
from widgets.site.computing.compute import ComputeError, Computer
from widgets.site.computing.reach import reached
from widgets.site.pages.views import first_state
from widgets.site.this_book.content import load
from widgets.site.this_book.models import CODE

ROOT = Path(__file__).parents[2]
BOOK = read(ROOT)
# What an OpenBLAS built for several processors goes by, and numpy's own dispatch.
MACHINES = (
    {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": ""},
    {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX2 FMA3"},
)
FIGURES = ("raw-vs-aligned", "report-card")


@pytest.fixture(scope="module")
def content():
    return load(ROOT / "content")


@pytest.fixture
def computer(tmp_path):
    """One with an empty cache, but for what was downloaded."""
    (tmp_path / "downloads").symlink_to(ROOT / ".cache" / "downloads")
    made = Computer(tmp_path, BOOK)
    yield made
    made.close()


def test_models_depend_on_what_training_them_imports_and_on_nothing_else():
    """On the modules that Python itself has loaded when it can train, and on how models are packed."""
    told = "import sys, widgets.core.pipeline; print(*(name for name in sys.modules if name.startswith('widgets.')))"
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {f"{name.replace('.', '/')}.py" for name in ran.stdout.split()} - {"widgets/core.py"}
    assert "widgets/core/ppo.py" in loaded and "widgets/core/dpo.py" not in loaded
    assert reached(source_files(BOOK.packages), CODE) == loaded | {"widgets/chapters/models.py"}


def test_two_kinds_of_processor_build_the_same_models_and_views(tmp_path, content, monkeypatch):
    built = []
    for place, machine in enumerate(MACHINES):
        for name, value in machine.items():
            monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
        cache = tmp_path / str(place)
        cache.mkdir()
        (cache / "downloads").symlink_to(ROOT / ".cache" / "downloads")
        computer = Computer(cache, BOOK)
        computer.open(plain(content))
        models = {id: computer.answer(b"", train=id, seed=1) for id in ("moon",)}
        shipped = plain(
            replace(content, models={**models, **{id: models["moon"] for id in content.tasks if id not in models}})
        )
        computer.open(shipped)
        built.append((models, {name: computer.answer(b"", views=name, options={}) for name in FIGURES}))
        computer.close()
    assert built[0] == built[1]


def test_the_shipped_models_are_those_that_ordinary_python_trains(computer, content):
    """The same luck and nearly the same arithmetic: the same models, up to a rare draw that a last digit decides."""
    task = content.tasks["dog"]
    computer.open(plain(content))
    shipped, own = unpack(task, computer.answer(b"", train="dog", seed=1)), align(task, 1)
    for name in ("raw", "tuned"):
        one, other = getattr(shipped, name).table, getattr(own, name).table
        assert np.abs(one - other).max() < 0.02, name  # packing rounds to a 64th of a nat
    assert shipped.aligned.kl(shipped.tuned) == pytest.approx(own.aligned.kl(own.tuned), rel=0.1)


def test_a_first_view_is_what_the_widget_shows(request, content):
    from widgets.site.stage import Stage

    stage = Stage(ROOT)
    for name in ("quiz", "constitution"):
        widget = WIDGETS[name](stage.content)
        assert stage.views(name, {})["first"] == widget.html(first_state(widget, WIDGETS, stage.content))
    stage.close()


def test_an_answer_is_kept_until_what_it_depends_on_changes(computer, content, monkeypatch):
    computer.open(plain(content))
    asked = []
    monkeypatch.setattr(computer, "_ask", lambda job: asked.append(json.loads(job)) or json.dumps(len(asked)))
    assert [computer.answer(b"a", train="dog", seed=1), computer.answer(b"a", train="dog", seed=1)] == [1, 1]
    assert computer.known(b"a", train="dog", seed=1) and not computer.known(b"b", train="dog", seed=1)
    assert computer.answer(b"b", train="dog", seed=1) == 2 and computer.answer(b"a", train="dog", seed=2) == 3
    assert asked == [{"train": "dog", "seed": 1}, {"train": "dog", "seed": 1}, {"train": "dog", "seed": 2}]


def test_what_python_says_against_a_job_is_told(computer, content):
    computer.open(plain(content))
    with pytest.raises(ComputeError, match="there is no widget 'mixing-dsk'; perhaps 'mixing-desk'"):
        computer.answer(b"", views="mixing-dsk", options={})


def test_node_that_is_missing_is_told_with_the_cure(computer, content, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    computer.open(plain(content))
    with pytest.raises(ComputeError, match="Node 20 or newer is needed"):
        computer.answer(b"", train="dog", seed=1)
