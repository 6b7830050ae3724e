from pathlib import Path

import pytest
from hypothesis import settings

from widgets.site.stage import Stage

ROOT = Path(__file__).parents[2]

# How long an example takes says more about the machine's other work than about the example.
settings.register_profile("core", deadline=None)
settings.load_profile("core")


@pytest.fixture(scope="session")
def content():
    """The shipped content with its trained models."""
    return Stage(ROOT).content
