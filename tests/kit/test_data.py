"""Dataclasses as plain JSON data, and back."""

import json
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.kit.data import build, plain


@dataclass(frozen=True)
class Leaf:
    name: str
    kind: Literal["a", "b"] = "a"
    weight: float | None = None


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    pair: tuple[int, str]
    named: dict[str, Leaf]
    best: Leaf | None = None


leaves = st.builds(Leaf, st.text(max_size=4), st.sampled_from("ab"), st.none() | st.floats(allow_nan=False))
trees = st.builds(
    Tree,
    st.lists(leaves, max_size=3).map(tuple),
    st.tuples(st.integers(), st.text(max_size=3)),
    st.dictionaries(st.text(max_size=3), leaves, max_size=3),
    st.none() | leaves,
)


@given(trees)
def test_what_is_plain_is_json_and_builds_the_same_again(tree):
    assert build(Tree, json.loads(json.dumps(plain(tree)))) == tree


def test_what_is_none_is_left_out():
    tree = Tree((Leaf("x"), Leaf("y", "b", 0.5)), (1, "z"), {})
    assert plain(tree) == {
        "leaves": [{"name": "x", "kind": "a"}, {"name": "y", "kind": "b", "weight": 0.5}],
        "pair": [1, "z"],
        "named": {},
    }


def test_a_type_without_a_plain_form_is_told():
    with pytest.raises(AssertionError, match="has no plain form"):
        build(set[int], [1])
