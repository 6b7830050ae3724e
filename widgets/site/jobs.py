"""What the build has computed in Pyodide, see ``compute``: the trained models, and every figure's first views."""

from __future__ import annotations

import json
from typing import Any

from widgets.chapters import WIDGETS
from widgets.chapters.content import Content
from widgets.chapters.models import pack
from widgets.core.pipeline import align
from widgets.kit.data import build

from .views import views

_opened: list[Content] = []


def answer(job: str) -> str:
    """Works on a job, JSON to JSON: {"open": content}, {"train":
    question, "seed": 1} or {"views": figure, "options": {}}.
    """
    return json.dumps(_answer(**json.loads(job)), ensure_ascii=False)


def _answer(**job: Any) -> Any:
    match job:
        case {"open": content}:
            _opened[:] = [build(Content, content)]
            return None
        case {"train": id, "seed": seed}:
            return pack(align(_opened[0].tasks[id], seed))
        case {"views": name, "options": options}:
            return views(WIDGETS, _opened[0], name, options)
    raise ValueError(f"there is no job {sorted(job)}")
