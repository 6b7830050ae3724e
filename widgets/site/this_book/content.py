"""Reads ``content/``, checks all of it, and hands it on: to the build as dataclasses, to the browser as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import TypeAdapter, ValidationError

from widgets.chapters.content import OWN_KINDS, Content, Kind, Language, Phrase, Principle, Question, QuizQuestion
from widgets.kit.events import one_of

from ..errors import SiteError

MIN_QUESTIONS = 12
MIN_RESPONSES = 5
MAX_PHRASES = 8
_ID = re.compile(r"[a-z][a-z0-9-]*\Z")
_CURES = {
    "missing": "add it",
    "unexpected_keyword_argument": "remove it, or correct its name",
    "extra_forbidden": "remove it, or correct its name",
    "string_type": "put it in quotes",
}


class ContentError(SiteError):
    """Everything that is wrong with the content, a line each: file:line, field, what is there, the cure."""


@dataclass(frozen=True)
class Document:
    """A YAML file, and the line on which each of its values stands."""

    path: Path
    data: Any
    lines: dict[tuple, int]

    def where(self, field: tuple) -> str:
        """``file:line: field`` for the deepest part of the field that is in the file."""
        known = field
        while known not in self.lines:
            known = known[:-1]
        name = "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in field).lstrip(".")
        return f"{self.path}:{self.lines[known]}: {name or 'the file'}"


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[\w-]{1,40}", name) else f"{name!r:.40}"


def load(folder: Path) -> Content:
    """The checked content of a folder; raises ContentError listing all that is wrong."""
    problems: list[str] = []
    language = _language(folder / "language.yaml", problems)
    documents = [document for path in _files(folder, problems) if (document := _read(path, problems))]
    questions = [(document, _validated(document, Question, problems)) for document in documents]
    known = [(document, question) for document, question in questions if question]
    problems += [problem for document, question in known for problem in _question_problems(document, question)]
    problems += _set_problems(folder, known, complete=len(known) == len(documents))
    principles = _listed(folder / "principles.yaml", Principle, problems)
    quiz = _listed(folder / "quiz.yaml", QuizQuestion, problems)
    predictions = _listed(folder / "predictions.yaml", QuizQuestion, problems)
    if problems:
        raise ContentError("The content has mistakes:\n" + "\n".join(problems))
    return Content(tuple(question for _, question in known), language, principles, quiz, predictions)


def _files(folder: Path, problems: list[str]) -> list[Path]:
    files = sorted((folder / "questions").glob("*.yaml"))
    if not files:
        problems.append(f"{folder / 'questions'}: no questions; put one YAML file a question there")
    return files


def _read(path: Path, problems: list[str]) -> Document | None:
    """A YAML file's data with line numbers; only the kinds of data that JSON has."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(
            f"{path}:{mark.line + 1}: not YAML: {error.problem}; often a colon that needs quotes around the text"
        )
    except yaml.YAMLError as error:
        problems.append(f"{path}: not YAML: {error}")
    else:
        return Document(path, data, dict(_lines(node)))
    return None


def _lines(node: Any, field: tuple = ()) -> Iterator[tuple[tuple, int]]:
    yield field, node.start_mark.line + 1 if node else 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*field, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*field, index))


def _validated(document: Document, kind: type, problems: list[str]) -> Any:
    try:
        return TypeAdapter(kind).validate_python(document.data)
    except ValidationError as error:
        problems += [_problem(document, detail) for detail in error.errors()]
    return None


def _problem(document: Document, detail: Any) -> str:
    message = detail["msg"][0].lower() + detail["msg"][1:]
    found = "" if detail["type"] in ("missing", "extra_forbidden") else f", found {detail['input']!r:.60}"
    cure = _CURES.get(detail["type"])
    return f"{document.where(tuple(detail['loc']))}: {message}{found}" + (f"; {cure}" if cure else "")


def _question_problems(document: Document, question: Question) -> Iterator[str]:
    if question.id != document.path.stem:
        yield f"{document.where(('id',))}: {question.id!r} is not the file's name; write {document.path.stem!r}"
    if len(question.responses) < MIN_RESPONSES:
        yield (
            f"{document.where(('responses',))}: {len(question.responses)} responses; "
            f"at least {MIN_RESPONSES} are needed"
        )
    yield from _phrase_problems(document, question.phrases, set(OWN_KINDS))
    yield from _text_problems(document, ("prompt",), question.prompt)
    counts = Counter(response.id for response in question.responses)
    for index, response in enumerate(question.responses):
        field = ("responses", index)
        if not _ID.match(response.id):
            yield (
                f"{document.where((*field, 'id'))}: {response.id!r} is not an id; use lower-case letters, "
                "digits and dashes"
            )
        if counts[response.id] > 1:
            yield (
                f"{document.where((*field, 'id'))}: {response.id!r} is there {counts[response.id]} times; "
                "give each its own id"
            )
        yield from _text_problems(document, (*field, "text"), response.text)


def _phrase_problems(document: Document, phrases: tuple[Phrase, ...], kinds: set[str]) -> Iterator[str]:
    counts, texts = Counter(phrase.id for phrase in phrases), Counter(phrase.text for phrase in phrases)
    for index, phrase in enumerate(phrases):
        field = ("phrases", index)
        if counts[phrase.id] > 1:
            yield (
                f"{document.where((*field, 'id'))}: {phrase.id!r} is there {counts[phrase.id]} times; "
                "give each its own id"
            )
        if texts[phrase.text] > 1:
            yield f"{document.where((*field, 'text'))}: this text is there {texts[phrase.text]} times; write another"
        if phrase.kind not in kinds:
            yield (
                f"{document.where((*field, 'kind'))}: {phrase.kind!r} does not belong here; "
                f"use one of {', '.join(sorted(kinds))}"
            )
        if not re.search(r"[.!?]\Z", phrase.text):
            yield (
                f"{document.where((*field, 'text'))}: {phrase.text!r:.60} does not end; "
                "close it with a full stop, ! or ?"
            )
    for kind in sorted(kinds - {phrase.kind for phrase in phrases}):
        yield f"{document.where(('phrases',))}: no phrase of the kind {kind!r}; add one"


def _language(path: Path, problems: list[str]) -> Language | None:
    document = _read(path, problems) if path.exists() else None
    if document is None:
        if not path.exists():
            problems.append(f"{path}: not there; it holds the shared phrases, the grammar and the patterns of texts")
        return None
    language = _validated(document, Language, problems)
    if language:
        problems += _phrase_problems(document, language.phrases, set(get_args(Kind)) - set(OWN_KINDS))
        problems += _grammar_problems(document, language)
    return language


def listed_in(path: Path, kind: type, problems: list[str]) -> tuple[Document | None, tuple]:
    """A file that is a list of things with ids, and those things; what is wrong with it joins the problems."""
    if not path.exists():
        problems.append(f"{path}: not there; it is a list of entries, each with an id")
        return None, ()
    document = _read(path, problems)
    entries = _validated(document, tuple[kind, ...], problems) if document else None
    counts = Counter(entry.id for entry in entries or ())
    for index, entry in enumerate(entries or ()):
        if counts[entry.id] > 1:
            problems.append(
                f"{document.where((index, 'id'))}: {entry.id!r} is there {counts[entry.id]} times; give each its own id"
            )
    return document, entries or ()


def _listed(path: Path, kind: type, problems: list[str]) -> tuple:
    """A list of what the browser is told, too."""
    document, entries = listed_in(path, kind, problems)
    for index, entry in enumerate(entries):
        if isinstance(entry, QuizQuestion) and not 0 <= entry.right < len(entry.options):
            problems.append(
                f"{document.where((index, 'right'))}: {entry.right} is none of the {len(entry.options)} options, "
                "counted from 0"
            )
    return entries


def _grammar_problems(document: Document, language: Language) -> Iterator[str]:
    kinds = set(get_args(Kind))
    for name in sorted((kinds | {"start"}) - set(language.grammar)):
        yield f"{document.where(('grammar',))}: nothing says what follows {name!r}; add a line"
    for before, after in language.grammar.items():
        if before not in kinds | {"start"}:
            yield f"{document.where(('grammar', before))}: {before!r} is not a kind; {one_of(sorted(kinds), before)}"
        for name, weight in after.items():
            where = document.where(("grammar", before, name))
            if name not in kinds | {"end"}:
                yield f"{where}: {name!r} is not a kind; {one_of(sorted(kinds), name)}"
            if not weight > 0:
                yield f"{where}: a weight is positive, found {weight:g}; leave out what should be rare"
    for field in ("web", "demonstrations"):
        for index, pattern in enumerate(getattr(language, field)):
            if not 1 <= len(pattern.pattern) <= MAX_PHRASES:
                yield f"{document.where((field, index))}: {len(pattern.pattern)} kinds; a text has 1 to {MAX_PHRASES}"
            if not pattern.weight > 0:
                yield f"{document.where((field, index, 'weight'))}: a weight is positive, found {pattern.weight:g}"


def _text_problems(document: Document, field: tuple, text: str) -> Iterator[str]:
    if not text.strip():
        yield f"{document.where(field)}: the text is empty; write one"
    elif len(text) > 600:
        yield f"{document.where(field)}: {len(text)} characters; a reader compares two of them, keep to 600"


def _set_problems(folder: Path, known: list, complete: bool) -> Iterator[str]:
    if complete and 0 < len(known) < MIN_QUESTIONS:
        yield f"{folder / 'questions'}: {len(known)} questions; at least {MIN_QUESTIONS} are needed"
    prompts = Counter(question.prompt for _, question in known)
    for document, question in known:
        if prompts[question.prompt] > 1:
            yield f"{document.where(('prompt',))}: another question has the same prompt; change one"
