"""The shipped content is sound, and every mistake in content is told with its place and its cure."""

import json
import shutil
from pathlib import Path

import pytest

from tests.fuzz.hostile import FORMS, HOSTILE
from widgets.chapters.content import STYLES, Content
from widgets.kit.data import build
from widgets.site.stage import shipped
from widgets.site.this_book.content import ContentError, load

SHIPPED = Path(__file__).parents[2] / "content"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "content")
    return tmp_path / "content"


def mistakes(folder):
    with pytest.raises(ContentError) as caught:
        load(folder)
    return str(caught.value)


def edit(folder, name, old, new):
    path = folder / "questions" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_content_covers_every_style_for_every_question():
    content = load(SHIPPED)
    assert len(content.questions) >= 12
    for question in content.questions:
        assert {response.style for response in question.responses} == set(STYLES)


def test_content_survives_the_way_to_the_browser():
    content = load(SHIPPED)
    assert build(Content, json.loads(shipped(content))) == content


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("topic: Writing", "topc: Writing", ":2: topic: field required; add it"),
        ("topic: Writing", "topc: Writing", ":4: topc: unexpected keyword"),
        ("prompt: How", "prompt: 3 # How", ":3: prompt: input should be a valid string, found 3; put it in quotes"),
        ("style: curt", "style: short", ":12: responses[1].style: input should be 'helpful', 'curt'"),
        ("id: writing", "id: writting", ":2: id: 'writting' is not the file's name; write 'writing'"),
        ("id: curt", "id: helpful", ":11: responses[1].id: 'helpful' is there 2 times"),
        ("id: curt", "id: Curt!", ":11: responses[1].id: 'Curt!' is not an id"),
        ("text: Write more. Cut more.", 'text: " "', ":13: responses[1].text: the text is empty"),
        ("text: Write more. Cut more.", "text: " + "x" * 601, ":13: responses[1].text: 601 characters"),
        ("text: Write more. Cut more.", "text: a: b", ":13: not YAML"),
        ("responses:", "responses: none\nanswers:", "responses: input should be"),
    ],
)
def test_a_mistake_is_told_with_file_line_field_and_cure(folder, old, new, says):
    edit(folder, "writing.yaml", old, new)
    told = mistakes(folder)
    assert "writing.yaml" + says in told or says in told


def test_all_mistakes_are_told_at_once(folder):
    edit(folder, "writing.yaml", "topic: Writing", "topc: Writing")
    edit(folder, "plant.yaml", "id: plant", "id: plants")
    told = mistakes(folder)
    assert "writing.yaml:2" in told and "plant.yaml:2" in told


def test_a_file_that_is_not_text_is_told(folder):
    (folder / "questions" / "plant.yaml").write_bytes(b"\xff\xfe\x00")
    assert "plant.yaml: not UTF-8" in mistakes(folder)


def test_too_few_questions_or_responses_are_told(folder):
    text = (folder / "questions" / "dog.yaml").read_text()
    responses, phrases = text.split("  - id: padded")[0], text[text.index("\nphrases:") :]
    (folder / "questions" / "dog.yaml").write_text(responses.rstrip() + phrases)
    assert "dog.yaml:6: responses: 3 responses; at least 5 are needed" in mistakes(folder)
    for path in sorted((folder / "questions").glob("*.yaml"))[:5]:
        path.unlink()
    assert "9 questions; at least 12 are needed" in mistakes(folder)
    shutil.rmtree(folder / "questions")
    assert "no questions; put one YAML file a question there" in mistakes(folder)


def test_the_same_prompt_twice_is_told(folder):
    shutil.copy(folder / "questions" / "dog.yaml", folder / "questions" / "puppy.yaml")
    edit(folder, "puppy.yaml", "id: dog", "id: puppy")
    assert "puppy.yaml:3: prompt: another question has the same prompt" in mistakes(folder)


HOW_WRITTEN = {
    "the whole file": lambda text, sound: text,
    "quoted": lambda text, sound: sound.replace("prompt: How", f"prompt: {json.dumps(text)} # How"),
    "bare": lambda text, sound: sound.replace("prompt: How", f"prompt: {text} # How"),
    "an answer": lambda text, sound: sound.replace("text: Write more. Cut more.", f"text: {json.dumps(text)}"),
    "a field": lambda text, sound: f"{sound}\n{json.dumps(text)}: 1\n",
}


@pytest.mark.parametrize("how", HOW_WRITTEN)
def test_texts_that_break_programs_are_taken_as_they_are_or_told_with_their_place(folder, how):
    for other in sorted((folder / "questions").glob("*.yaml")):
        if other.name != "writing.yaml":
            other.unlink()  # fewer questions are another mistake, and a quick one
    path = folder / "questions" / "writing.yaml"
    sound = path.read_text()
    for text in HOSTILE[::FORMS]:
        path.write_text(HOW_WRITTEN[how](text, sound), encoding="utf-8")
        told = [line for line in mistakes(folder).splitlines() if "writing.yaml" in line]
        assert all(line.count("writing.yaml") == 1 and len(line) < 400 for line in told), told
        assert told or how != "the whole file", text
