from pathlib import Path

import pytest

from tests.kit.counter import Counter, Doubler
from widgets.kit.registry import Registry
from widgets.site.stage import Stage


@pytest.fixture
def counting_stage():
    """A stage on which only the kit's test widgets play."""
    present = Stage(Path.cwd(), source="03-chapter.md")
    present.content = None
    present.registry = Registry([Counter, Doubler])
    return present
