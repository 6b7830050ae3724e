"""A page, as the desk knows it: stands in for the page's script, and drives the desk as the worker does."""

import itertools
import json

from widgets.kit.desk import Desk
from widgets.kit.registry import Registry

from .counter import Counter, Doubler

REGISTRY = Registry([Counter, Doubler])


class Page:
    def __init__(self, clock=lambda: 0.0, *, registry=REGISTRY, content=None):
        self.desk = Desk(registry, content, clock)
        self.ids = itertools.count(1)

    def post(self, kind, widget="counter", **more):
        message = {"type": kind, "widget": widget, "id": next(self.ids), **more}
        self.desk.post(json.dumps(message))
        return message["id"]

    def mount(self, widget="counter", log=None, needs=None, options=None):
        return self.post("mount", widget, log=log, needs=needs or {}, options=options or {})

    def event(self, name, value=None, widget="counter"):
        return self.post("event", widget, name=name, value=value)

    def replies(self):
        return [json.loads(reply) for reply in iter(self.desk.step, None) if reply]

    def count(self, widget="counter"):
        state = self.desk.session(widget).state
        return state if widget == "doubler" else state.count

    def until_calm(self):
        """Works until all that is left are figures that follow, which can wait."""
        while not self.desk.can_wait():
            assert self.desk.step() is not None
