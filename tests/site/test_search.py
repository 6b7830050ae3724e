"""What readers type finds what they look for, in whatever spelling."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.site.pages import SITE

# A question, and where the reader must be led: the first result, or one of the first three.
FIRST = {
    "labeling": "04-dpo/#rlaif-labels-from-an-ai",
    "labelling": "04-dpo/#rlaif-labels-from-an-ai",
    "overoptimization": "03-reward-model/#when-the-score-becomes-the-goal",
    "over-optimisation": "03-reward-model/#when-the-score-becomes-the-goal",
    "finetuning": "glossary/#sft",
    "fine-tuning": "glossary/#sft",
    "fine tuning": "glossary/#sft",
    "pretrained": "01-pre-trained/",
    "pre-trained": "01-pre-trained/",
    "pretraining": "glossary/#pre-training",
    "reward hacking": "glossary/#reward-hacking",
    "reward-hacking": "glossary/#reward-hacking",
    "rewardhacking": "glossary/#reward-hacking",
    "reward model": "03-reward-model/",
    "reward models": "03-reward-model/",
    "best of n": "glossary/#best-of-n",
    "best-of-N": "glossary/#best-of-n",
    "bestofn": "glossary/#best-of-n",
    "policies": "glossary/#policy",
    "policy": "glossary/#policy",
    "Policy.": "glossary/#policy",
    "KL divergence": "glossary/#kl",
    "kl divergences": "glossary/#kl",
    "direct preference optimization": "glossary/#dpo",
    "direct preference optimisation": "glossary/#dpo",
    "dpo": "04-dpo/",
    "PPO": "glossary/#ppo",
    "constitutional ai": "04-dpo/#constitutional-ai-let-the-model-correct-itself",
    "Goodhart's law": "glossary/#goodhart",
    "goodharts law": "glossary/#goodhart",
    "Bradley Terry": "glossary/#bradley-terry",
    "bradley-terry": "glossary/#bradley-terry",
    "sycophancy": "glossary/#sycophancy",
    "temperature": "glossary/#temperature",
    "labeler": "glossary/#labeller",
    "Galle": "bibliography/#ahmadian2024",
    "Gallé": "bibliography/#ahmadian2024",
    "Schulman": "bibliography/#schulman2017",
    "rafailov": "bibliography/#rafailov2023",
    "glossary": "glossary/",
}
AMONG_THREE = {
    "over optimization": "03-reward-model/#when-the-score-becomes-the-goal",
    "over optimisation": "03-reward-model/#when-the-score-becomes-the-goal",
    "annotators": "03-reward-model/#a-number-for-better",
    "annotator": "glossary/#labeller",
    "Ouyang": "02-three-steps/#step-1-show-it-how",
    "language model": "glossary/#llm",
    "goodhart": "glossary/#goodhart",
}
# Two spellings that must find the very same.
ALIKE = [
    ("labeling", "labelling"),
    ("optimization", "optimisation"),
    ("overoptimization", "over-optimisation"),
    ("finetuned", "fine-tuned"),
    ("pretraining", "pre-training"),
    ("criticizes", "criticises"),
    ("model", "models"),
    ("losses", "loss"),
    ("probability", "probabilities"),
    ("“policy”", "policy"),
    ("(Ouyang", "ouyang"),
    ("judgment", "judgement"),
    ("preference", "preferences"),
]


def ask(*questions):
    command = ["node", Path(__file__).parent / "search.mjs", SITE, *questions]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert not answer.returncode, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def found():
    questions = [*FIRST, *AMONG_THREE, *(question for pair in ALIKE for question in pair)]
    return dict(zip(questions, ask(*questions), strict=True))


def addresses(answer):
    return [group[0]["location"] for group in answer["items"]]


@pytest.mark.parametrize("question", FIRST)
def test_comes_first(found, question):
    assert addresses(found[question])[0] == FIRST[question]


@pytest.mark.parametrize("question", AMONG_THREE)
def test_is_among_the_first_three(found, question):
    assert AMONG_THREE[question] in addresses(found[question])[:3]


@pytest.mark.parametrize("pair", ALIKE, ids=" ".join)
def test_spellings_find_the_same(found, pair):
    one, other = (addresses(found[question]) for question in pair)
    assert one and one == other


@pytest.mark.parametrize(
    "word", ["over-optimization", "labelling", "policies", "Goodhart’s", "probabilities", "pre-trained", "preferences"]
)
def test_while_a_word_is_typed_nothing_that_it_finds_goes_missing(word):
    answers = ask(*(word[:length] for length in range(1, len(word) + 1)))
    *earlier, whole = ({item["location"] for group in answer["items"] for item in group} for answer in answers)
    assert whole and all(whole <= found for found in earlier)


def test_results_are_in_the_books_words(found):
    (first, *_), *_ = found["finetuning"]["items"]
    assert first["title"] == "supervised <mark>fine-tuning</mark>, SFT"
    assert found["pretrained"]["suggest"] == ["pre-trained"]
    (first, *_), *_ = ask("Goodhart recognizes")[0]["items"]
    assert first["terms"] == {"Goodhart": True, "recognizes": False}


@pytest.mark.parametrize(
    "question",
    ["", "*", "+", "-", '"', "~", "a:b", "reward^2", "+reward -model", '"reward model"', "∏", "é" * 50, "-" * 50],
)
def test_no_question_is_too_odd(question):
    (answer,) = ask(question)
    assert isinstance(answer["items"], list)


def test_no_excerpt_is_long():
    """A list's entries are found one by one."""
    index = json.loads((SITE / "search" / "search_index.json").read_text())
    lists = [
        doc for doc in index["docs"] if doc["location"].partition("#")[0] in ("glossary/", "bibliography/", "how-sure/")
    ]
    assert len(lists) > 100 and all(len(doc["text"]) < 1200 for doc in lists)
