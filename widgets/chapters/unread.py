"""Records of a file that could not be used, by reason."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from widgets.audit import telling
from widgets.audit.problems import Problem
from widgets.kit import parts


def problems_of(problems: Sequence[Problem]) -> h.Node:
    """One message however many records there are: each reason with its cure and its examples, one tap away."""
    if not problems:
        return None
    count = sum(problem.count for problem in problems)
    return parts.disclosure(
        f"{telling.number_of(count, 'record')} could not be used. Why?",
        h.ul(class_="audit-problems")[
            (
                h.li[
                    h.p[h.b[f"{problem.count:,} {problem.what}."], " ", problem.cure],
                    h.ol[
                        (
                            h.li[
                                f"Record {example.number:,}",
                                example.detail and f" ({example.detail})",
                                ": ",
                                h.code[example.text],
                            ]
                            for example in problem.examples
                        )
                    ],
                ]
                for problem in problems
            )
        ],
    )
