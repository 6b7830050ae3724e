"""What mail and chat programs do to a link, and that the page undoes it: the real script, under Node."""

import html
import json
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from widgets.kit.codec import decode, encode, read
from widgets.kit.events import Event

LINKS = Path(__file__).parents[2] / "widgets" / "browser" / "links.js"
LOG = [Event("label", ("writing/curt", "writing/rude", "b")), Event("beta", 0.25), Event("next")] * 7
STATE, NEED = encode(LOG), encode([Event("run")])
# As an earlier release wrote it, with both signs that programs like to drop or change.
OLD = "1.eJyLVspJTErNUdJRKi_KLMnMS9dPLi0qQbCLMlNSgdwkpVidaKWk1JJEJSsFAz0jU3S5vNSKEqVYoPIhZlQsAEkvV-I_--"
HASH = f"reward-hacking={STATE}&preference-labeling={NEED}"
BOTH = {"reward-hacking": STATE, "preference-labeling": NEED}


def each(sign, other):
    return lambda text: text.replace(sign, other)


def after(place, what):
    return lambda text: text[:place] + what + text[place:]


def end(what):
    return lambda text: text + what


# What became of HASH, by who does such things.
MANGLINGS = {
    "an ampersand as HTML": each("&", "&amp;"),
    "twice as HTML": each("&", "&amp;amp;"),
    "without its semicolon": each("&", "&amp"),
    "a decimal entity": each("&", "&#38;"),
    "a hexadecimal entity": each("&", "&#x26;"),
    "all HTML that there is": lambda text: html.escape(text).replace("=", "&#61;"),
    "an entity for the equals sign": each("=", "&equals;"),
    "an entity for the dot": each(".", "&period;"),
    "a percent sign for the ampersand": each("&", "%26"),
    "a percent sign for the equals sign": each("=", "%3D"),
    "in small letters": each("=", "%3d"),
    "a percent sign for the dot": each(".", "%2E"),
    "all percent signs": lambda text: quote(text, safe=""),
    "percent signs twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent signs three times": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "percent signs in HTML": lambda text: html.escape(quote(text, safe="&")),
    "quoted-printable": each("=", "=3D"),
    "quoted-printable, a line broken in two": after(60, "=\r\n"),
    "the same, its line's end lost": after(60, "="),
    "JSON": lambda text: text.replace("&", "\\u0026").replace("=", "\\u003d"),
    "Markdown's backslashes": lambda text: text.replace("-", "\\-").replace("&", "\\&").replace("=", "\\="),
    "a full stop": end("."),
    "a comma": end(","),
    "a bracket": end(")"),
    "a bracket and a full stop": end(")."),
    "an angle bracket": end(">"),
    "an angle bracket as HTML": end("&gt;"),
    "an angle bracket by percent": end("%3E"),
    "a closing quotation mark": end("”"),
    "a straight one": end('"'),
    "three dots": end("…"),
    "an exclamation mark": end("!"),
    "a Chinese full stop": end("。"),
    "a closing tag": end("</a>"),
    "a star": end("*"),
    "an underscore": end("_"),
    "a slash": end("/"),
    "a word": end(" please have a look"),
    "a question": end("?from=timeline"),
    "a tracker": end("?utm_source=mail&utm_medium=x"),
    "a tracker behind an ampersand": end("&fbclid=IwAR0abc-DEF_1.2"),
    "a zero-width space at the end": end("\u200b"),
    "the same, by percent": end("%E2%80%8B"),
    "zero-width spaces": "\u200b".join,
    "soft hyphens": after(40, "\u00ad"),
    "a word joiner": after(40, "\u2060"),
    "a byte-order mark": lambda text: "\ufeff" + text,
    "a space": after(50, " "),
    "a space by percent": after(50, "%20"),
    "a space by plus": after(50, "+"),
    "a no-break space": after(50, "\u00a0"),
    "a line's end": after(70, "\n"),
    "a line's end and an indent": after(70, "\r\n    "),
    "a left-to-right mark": end("\u200e"),
    "a variation selector": end("\ufe0f"),
    "full-width signs": lambda text: text.replace("=", "＝").replace("&", "＆").replace(".", "．"),
    "a hyphen that doesn't break": each("-", "\u2011"),
    "a dash for the hyphen": each("-", "\u2013"),
    "a minus for the hyphen": each("-", "\u2212"),
    "a second number sign": lambda text: "#" + text,
    "a slash before it": lambda text: "/" + text,
    "an exclamation mark before it": lambda text: "!" + text,
    "in another order": lambda text: "&".join(reversed(text.split("&"))),
    "an empty part": each("&", "&&"),
}


def node(call, arguments):
    program = f"import * as links from {json.dumps(LINKS.as_uri())};" + (
        "const plain = (found) => (found instanceof Map ? Object.fromEntries(found) : found);"
        f"const given = JSON.parse(await new Response(process.stdin).text());"
        f"console.log(JSON.stringify(given.map((each) => plain(links.{call}(each)))));"
    )
    program = program.replace(
        "await new Response(process.stdin).text()", "(await import('node:fs')).readFileSync(0, 'utf8')"
    )
    run = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def found():
    return dict(zip(MANGLINGS, node("statesIn", [mangle(HASH) for mangle in MANGLINGS.values()]), strict=True))


def test_the_table_is_long_enough():
    assert len(MANGLINGS) >= 40


@pytest.mark.parametrize("mangling", MANGLINGS)
def test_a_mangled_link_opens_as_it_was_sent(found, mangling):
    states = {name: decode(state) for name, state in found[mangling].items() if name in BOTH}
    assert states == {name: decode(state) for name, state in BOTH.items()}


@pytest.mark.parametrize("cut", [1, 2, 5, 20])
def test_a_cut_link_opens_as_far_as_it_goes(cut):
    (states,) = node("statesIn", [f"reward-hacking={STATE}"[:-cut] + "…"])
    reading = read(states["reward-hacking"])
    assert reading.cut and reading.events == tuple(LOG[: len(reading.events)])


@pytest.mark.parametrize(
    "mangle", [each("&", "&amp;"), end("."), end(")"), each("--", "—"), each("-", "\u2011"), end(" x")]
)
def test_a_mangled_link_of_an_earlier_release_has_its_letters(mangle):
    (states,) = node("statesIn", [mangle(f"reward-hacking={OLD}&preference-labeling=")])
    assert states["reward-hacking"].startswith(OLD) and states["preference-labeling"] in ("", ".", ")", "x")


BOOK = "https://book.example/rlhf/"
CHAPTER = f"{BOOK}03-reward-model/"
REPAIRS = {
    f"{CHAPTER}%23{HASH}": f"{CHAPTER}#{HASH}",
    f"{CHAPTER}%2523{HASH}": f"{CHAPTER}#{HASH}",
    f"{BOOK}03-reward-model%23{HASH}": f"{CHAPTER}#{HASH}",
    f"{CHAPTER}%23{quote(HASH, safe='')}": f"{CHAPTER}#{HASH}",
    f"{CHAPTER}%23{HASH}.": f"{CHAPTER}#{HASH}",
    f"{CHAPTER}?{HASH}": f"{CHAPTER}#{HASH}",
    f"{CHAPTER}%23a-number-for-better": CHAPTER,
    f"{CHAPTER}#{HASH}": None,
    f"{CHAPTER}?from=mail#{HASH}": None,
    f"{CHAPTER}?q=reward": None,
    CHAPTER: None,
}


def test_an_address_that_lost_its_number_sign_is_put_right():
    assert dict(zip(REPAIRS, node("repaired", list(REPAIRS)), strict=True)) == REPAIRS
