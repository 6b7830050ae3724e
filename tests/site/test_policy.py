"""Every page's policy: nothing unsafe in it, the same on all pages, and all that stands in them covered."""

import base64
import hashlib
import re

import pytest

from tests.site.pages import SITE
from widgets.site import policy

PAGES = sorted(SITE.rglob("*.html"))
META = re.compile(r'<meta http-equiv="content-security-policy" content="([^"]*)">')
INLINE = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)
FIRST = '<meta charset="utf-8">'


def name(path):
    return path.relative_to(SITE).as_posix()


def is_framed(path) -> bool:
    return name(path).startswith("embed/")


def directives(html: str) -> dict[str, list[str]]:
    """The page's policy: values by directive."""
    (content,) = META.findall(html)
    return {words[0]: words[1:] for words in (part.split() for part in content.split(";"))}


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_covers_its_scripts_and_style_sheets_by_their_hashes(path):
    html = path.read_text()
    allowed, seen = directives(html), {"script": 0, "style": 0}
    for tag, attributes, text in INLINE.findall(html):
        if "src=" in attributes or "json" in attributes:
            continue
        seen[tag] += 1
        assert hashed(text) in allowed[f"{tag}-src"], f"<{tag}{attributes}>{text[:60]}"
    assert seen["script"] >= 3 and seen["style"] >= 2


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_has_no_style_attribute_no_handler_and_no_script_for_an_address(path):
    html = INLINE.sub("", path.read_text())
    tags = re.findall(r"<[a-zA-Z][^>]*>", html)
    assert not [tag for tag in tags if re.search(r'\s(?:style|on\w+)="|="\s*javascript:', tag)]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_the_policy_stands_before_what_it_rules(path):
    html = path.read_text()
    assert META.search(html).start() < min(html.index(f"<{tag}") for tag in ("script", "link", "style"))


def test_all_pages_that_may_be_swapped_in_have_one_policy_so_that_none_is_added():
    swapped = {META.search(path.read_text())[0] for path in PAGES if not is_framed(path)}
    framed = {META.search(path.read_text())[0] for path in PAGES if is_framed(path)}
    assert len(swapped) == len(framed) == 1


@pytest.mark.parametrize("framed", [False, True])
def test_the_policy_allows_the_book_alone_and_nothing_unsafe(framed):
    allowed = directives(next(path for path in PAGES if is_framed(path) == framed).read_text())
    if framed:
        # Where a frame has no origin, WebKit takes 'self' for nothing.
        (home,) = re.findall(r'<link rel="canonical" href="([^"]+)">', (SITE / "index.html").read_text())
        named = {directive for directive, values in allowed.items() if home in values}
        assert named == {"script-src", "img-src", "font-src", "connect-src", "worker-src", "base-uri"}
        allowed = {directive: [value for value in values if value != home] for directive, values in allowed.items()}
    assert allowed["default-src"] == ["'none'"] and allowed["base-uri"] == ["'self'"]
    assert allowed["require-trusted-types-for"] == ["'script'"]
    values = {value for values in allowed.values() for value in values if not value.startswith("'sha256-")}
    assert values == {"'none'", "'self'", "'wasm-unsafe-eval'", "'script'", "data:", "blob:", "default"}
    assert "data:" not in allowed["script-src"] + allowed["worker-src"] and allowed["worker-src"] == ["'self'", "blob:"]
    assert "'self'" not in allowed["style-src"], "every sheet is in its page"


SHEET = "p{}"
PAGE = f"<html><head>{FIRST}<style>{SHEET}</style></head><body>%s</body></html>"


def test_what_is_inline_is_named_by_its_hash_and_data_are_not():
    code = 'go("<b>")'
    made = policy.policy({"index.html": PAGE % f'<script>{code}</script><script type="application/json">1</script>'})
    assert f"script-src 'self' 'wasm-unsafe-eval' {hashed(code)};" in made
    assert f"style-src {hashed(SHEET)};" in made


@pytest.mark.parametrize(
    "unsafe", ['<p style="color:red">', '<p onclick="go()">', '<a href=" javascript:go()">x</a>', "<svg onload=go()>"]
)
def test_what_no_policy_could_allow_stops_the_build(unsafe):
    with pytest.raises(policy.PolicyError, match=r"about/index.html: .* would not work .*: write a class"):
        policy.policy({"about/index.html": PAGE % unsafe})


def test_a_page_without_a_place_for_its_policy_stops_the_build(tmp_path):
    (tmp_path / "index.html").write_text("<html></html>")
    with pytest.raises(policy.PolicyError, match="index.html: there is no <meta charset"):
        policy.put_into_pages(tmp_path, "https://book.invalid/")
