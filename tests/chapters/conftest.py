from dataclasses import replace
from pathlib import Path

import pytest

from widgets.site.content import load
from widgets.site.models import trained

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def content():
    """The shipped content with its trained models, as the browser gets it."""
    shipped = load(ROOT / "content")
    return replace(shipped, models=trained(shipped, ROOT / ".cache" / "models"))
