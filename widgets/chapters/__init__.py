"""The book's widgets and content, and what its build has computed for it."""

from __future__ import annotations

from widgets.kit.registry import Registry

from .constitution import Constitution
from .content import Content, trained
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

__all__ = ["JOBS", "WIDGETS", "Content"]

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
# By the names under which the build asks for them.
JOBS = {"train": trained}
