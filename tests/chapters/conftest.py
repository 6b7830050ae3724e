from pathlib import Path

import pytest

from widgets.site.stage import Stage

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def content():
    """The shipped content with its trained models, as the browser gets it."""
    return Stage(ROOT).content
