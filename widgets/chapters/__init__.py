"""The book's widgets, and the desk that serves them in the browser."""

from __future__ import annotations

import json

from widgets.kit.data import build
from widgets.kit.desk import Desk
from widgets.kit.registry import Registry

from .constitution import Constitution
from .content import Content
from .data_audit import DataAudit
from .method_cards import MethodCards
from .mixing_desk import MixingDesk
from .pipeline_stepper import PipelineStepper
from .prediction import Prediction
from .preference_labeling import PreferenceLabeling
from .pull import Pull
from .quiz import Quiz
from .raw_vs_aligned import RawVsAligned
from .report_card import ReportCard
from .reward_hacking import RewardHacking
from .same_optimum import SameOptimum

# What is built upon comes before what builds on it.
WIDGETS = Registry(
    [
        Pull,
        Prediction,
        RawVsAligned,
        PipelineStepper,
        PreferenceLabeling,
        RewardHacking,
        MixingDesk,
        MethodCards,
        SameOptimum,
        Constitution,
        ReportCard,
        Quiz,
        DataAudit,
    ]
)


def open_desk(content: str) -> Desk:
    """The desk of a browser session, from the content as JSON."""
    return Desk(WIDGETS, build(Content, json.loads(content)))
