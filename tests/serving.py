"""The site, served under the path of its published address."""

from functools import partial

from widgets.site import serve
from widgets.site.serve import Handler

__all__ = ["PREFIX", "Handler", "serving"]

PREFIX = "/rlhf/"
serving = partial(serve.serving, prefix=PREFIX)
