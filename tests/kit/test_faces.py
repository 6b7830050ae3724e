import itertools
import re

import pytest

from widgets.kit.parts import MOODS, Face, beside, face, note
from widgets.kit.parts.faces import _EYES, _GLASSES, _HEADS, _TOPS

EVERY = [
    Face(head, top, eyes, glasses, collar, "human")
    for head, top, eyes, glasses, collar in itertools.product(_HEADS, _TOPS, _EYES, ("none", *_GLASSES), (False, True))
]


def test_beside_a_name_a_face_is_decoration_and_alone_it_says_whose_it_is():
    who = Face("round", "wig", tone="human")
    assert 'aria-hidden="true"' in str(face(who)) and "role=" not in str(face(who))
    alone = str(face(who, "frowning", "The careful judge, frowning"))
    assert 'role="img" aria-label="The careful judge, frowning"' in alone and "aria-hidden" not in alone


@pytest.mark.parametrize("who", [Face("round", "tuft"), Face("box", "bent", "blank"), Face("dome", eyes="visor")])
def test_every_mood_looks_different(who):
    assert len({str(face(who, mood)) for mood in MOODS}) == len(MOODS)


def test_every_two_faces_differ_and_none_has_a_style():
    drawn = [str(face(who)) for who in EVERY]
    assert len(set(drawn)) == len(EVERY)
    assert not any("style" in svg for svg in drawn) and max(map(len, drawn)) < 1200


def test_moods_of_one_shape_flow_into_one_another():
    """The mouth's path has the same commands, so that it can be drawn in between."""
    mouths = {mood: re.findall(r' d="([^"]*)"', str(face(Face("round"), mood)))[-1] for mood in MOODS}
    shapes = {mood: re.sub(r"[\d. -]", "", mouth) for mood, mouth in mouths.items()}
    assert shapes["calm"] == shapes["pleased"] == shapes["doubtful"] == shapes["frowning"]


def test_what_somebody_says_stands_beside_their_face():
    assert re.match(
        r'<div class="beside"><svg class="face.*</svg><div class="beside-body"><p class="note">',
        str(beside(face(Face("box")), note("x"))),
    )
