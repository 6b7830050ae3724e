import math

import pytest

from widgets.kit.events import Choice, Event, Events, Fields, Integer, Number, Press, Rejected, Switch, Text

DECLARED = Events((Choice("pick", ("a", "b", "tie")), Number("beta", 0.01, 10), Press("next")))


def test_a_declared_event_is_returned_in_canonical_form():
    assert DECLARED.check(Event("beta", 1)) == Event("beta", 1.0)
    assert DECLARED.check(Event("pick", "tie", steps=3)) == Event("pick", "tie", 3)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (Event("pik", "a"), "perhaps 'pick'"),
        (Event("pick", "c"), "one of a, b, tie"),
        (Event("pick", ["a"]), "one of a, b, tie"),
        (Event("beta", 11), "a number from 0.01 to 10"),
        (Event("beta", math.nan), "a number from"),
        (Event("beta", math.inf), "a number from"),
        (Event("beta", True), "a number from"),
        (Event("beta", 10**400), "a number from"),
        (Event("beta", "1"), "a number from"),
        (Event("next", 1), "no value"),
    ],
)
def test_what_does_not_fit_is_rejected_with_what_would(event, says):
    with pytest.raises(Rejected, match=says):
        DECLARED.check(event)


def test_other_types_check_their_values():
    assert Integer("seed", 0, 9).check(9.0) == 9
    assert Switch("bold").check(True) is True
    assert Text("answer", 3).check("abc") == "abc"
    assert Fields("label", (("r1", "r2"), ("a", "b"))).check(["r2", "a"]) == ("r2", "a")
    for declared, value in [
        (Integer("seed", 0, 9), 1.5),
        (Switch("bold"), 1),
        (Text("answer", 3), "abcd"),
        (Text("answer", 3), "\ud800"),
        (Fields("label", (("r1", "r2"), ("a", "b"))), ("r2",)),
        (Fields("label", (("r1", "r2"), ("a", "b"))), ("r2", "c")),
    ]:
        with pytest.raises(Rejected, match=declared.name):
            declared.check(value)


def test_setters_are_those_of_which_the_last_counts():
    assert Number("beta", 0, 1).setter and Text("answer", 3).setter
    assert not Press("next").setter and not Choice("pick", ("a",)).setter
