"""What the build has computed in Pyodide, see ``compute``: every figure's first views, and the book's own jobs.

Those are the functions in ``JOBS`` of the book's module, by their names. Each is given the content and what the
job says.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from widgets.kit.book import opened

from ..pages.views import views

_open: dict[str, Any] = {}


def answer(job: str) -> str:
    """Works on a job, JSON to JSON: {"open": content, "entry": module}, {"views": figure, "options": {}}, or one of the
    book's own: {"train": question, "seed": 1}.
    """
    return json.dumps(_answer(**json.loads(job)), ensure_ascii=False)


def _answer(**job: Any) -> Any:
    match job:
        case {"open": content, "entry": entry}:
            registry, content = opened(entry, content)
            _open.update(registry=registry, content=content, jobs=getattr(import_module(entry), "JOBS", {}))
            return None
        case {"views": name, "options": options}:
            return views(_open["registry"], _open["content"], name, options)
    kind, *others = job
    if kind not in _open["jobs"]:
        raise ValueError(f"there is no job {kind!r}")
    return _open["jobs"][kind](_open["content"], job[kind], **{name: job[name] for name in others})
