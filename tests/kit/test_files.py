"""Files that the reader gave: declared, found by what the log says of them, read in parts, saved in pieces."""

import base64
import json
from dataclasses import dataclass

import pytest

from widgets.kit import files
from widgets.kit.codec import decode, encode
from widgets.kit.desk import Desk
from widgets.kit.events import Event, Files, Numbered, Rejected
from widgets.kit.files import Given, Gone
from widgets.kit.registry import Registry
from widgets.kit.widget import Saved, Widget


@pytest.fixture(autouse=True)
def _no_files():
    files.forget()
    yield
    files.forget()


def held(name="a.txt", data=b"abcdef", mark="1a"):
    return files.hold(name, len(data), mark, lambda start, stop: data[start:stop])


def test_a_file_is_found_by_its_size_and_mark_whatever_its_name():
    given = held()
    assert files.find(Given("renamed.txt", 6, "1a")).read(2, 4) == b"cd"
    assert files.find(given._replace(mark="1b")) is None and files.find(given._replace(size=7)) is None


def test_a_file_that_cannot_be_read_any_more_says_so():
    def read(start, stop):
        raise OSError("NotReadableError")

    files.hold("a.txt", 6, "1a", read)
    with pytest.raises(Gone, match="a.txt can’t be read any more: it was changed or moved. Choose it again."):
        files.find(Given("a.txt", 6, "1a")).read(0, 1)


def test_what_was_made_of_files_is_kept_until_something_is_made_of_others():
    one, other = held(), held(mark="2b")
    files.remember([one], "figure", "made")
    assert files.recall([one], "figure") == "made" and files.recall([one], "another") is None
    files.remember([other], "figure", "made of the other")
    assert files.recall([one], "figure") is None


def test_the_log_holds_names_sizes_and_marks():
    declared = Files("files")
    value = declared.check([["a.txt", 6, "1a"]])
    assert value == (Given("a.txt", 6, "1a"),)
    (event,) = decode(encode([Event("files", value)]))
    assert declared.check(event.value) == value


@pytest.mark.parametrize(
    "value",
    [None, "text", [], [["a", 1]], [["a", -1, "1a"]], [["a", 1, "../x"]], [[3, 1, "1a"]], [["a" * 300, 1, "1a"]],
    [["a", 1, "1a"]] * 21],
)  # fmt: skip
def test_what_is_no_file_is_refused(value):
    with pytest.raises(Rejected, match="files: got"):
        Files("files").check(value)


def test_a_numbered_choice_takes_a_number_and_a_choice():
    declared = Numbered("verdict", 9, ("keep", "drop"))
    assert declared.check([3, "drop"]) == (3, "drop")
    for value in (None, [10, "keep"], [3, "sell"], ["keep", 3], [3]):
        with pytest.raises(Rejected):
            declared.check(value)


@dataclass(frozen=True)
class Text:
    text: str = ""


class Copier(Widget):
    """Reads a file whole and gives it back in two pieces."""

    name = "copier"
    title = "Copier"
    events = (Files("files"),)
    private = True

    def start(self):
        return Text()

    def update(self, state, event):
        file = files.find(event.value[0])
        return Text(file.read(0, file.size).decode() if file else "missing")

    def view(self, state):
        return state.text

    def save(self, state, what):
        if what == "broken":
            raise Gone("gone")
        for part in (0, 1):
            yield Saved("copy.txt", "text/plain", state.text.encode()[3 * part :][:3], part / 2)


def replies(desk):
    while (text := desk.step()) is not None:
        if text:
            yield json.loads(text)


@pytest.fixture
def desk():
    desk = Desk(Registry([Copier]), None)
    desk.post(json.dumps({"type": "mount", "widget": "copier", "id": 1, "log": None, "options": {}}))
    list(replies(desk))
    return desk


def test_a_file_is_handed_to_the_desk_and_read_by_the_widget(desk):
    event = {"type": "event", "widget": "copier", "name": "files", "value": [["a.txt", 6, "1a"]]}
    desk.post(json.dumps({**event, "id": 2}))
    *_, missing = replies(desk)
    assert missing["html"] == "missing"
    data = b"abcdef"
    desk.hold("a.txt", 6.0, "1a", lambda start, stop: data[start:stop])
    desk.post(json.dumps({**event, "id": 3}))
    *_, view = replies(desk)
    assert view["html"] == "abcdef" and view["length"] == 1 and view["private"]
    assert b"abcdef".decode() not in view["log"]


def test_a_saved_file_comes_in_pieces_and_one_that_says_it_is_over(desk):
    data = b"abcdef"
    desk.hold("a.txt", 6, "1a", lambda start, stop: data[start:stop])
    desk.post(
        json.dumps({"type": "event", "widget": "copier", "name": "files", "value": [["a.txt", 6, "1a"]], "id": 2})
    )
    list(replies(desk))
    desk.post(json.dumps({"type": "save", "widget": "copier", "what": "copy", "id": 3}))
    *pieces, last = replies(desk)
    assert [base64.b64decode(piece["data"]) for piece in pieces] == [b"abc", b"def"]
    assert all(piece["busy"] and piece["name"] == "copy.txt" for piece in pieces) and not last["busy"]


def test_saving_can_be_stopped(desk):
    desk.post(json.dumps({"type": "save", "widget": "copier", "what": "copy", "id": 2}))
    desk.step()
    desk.post(json.dumps({"type": "stop", "widget": "copier", "id": 3}))
    assert [reply["type"] for reply in replies(desk)] == ["view"]


def test_a_file_that_cannot_be_saved_is_told(desk):
    desk.post(json.dumps({"type": "save", "widget": "copier", "what": "broken", "id": 2}))
    (reply,) = replies(desk)
    assert reply["type"] == "error" and "gone" in reply["message"]
