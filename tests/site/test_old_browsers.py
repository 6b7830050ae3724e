"""The scripts ask for nothing that the oldest browsers which
the book promises to work in, Safari 16 and Firefox 114, lack.

The bundler rewrites syntax for them (widgets/site/bundle/tools.py); what a browser has, it can't rewrite.
"""

import re

import pytest

from widgets.site.bundle.tools import BROWSER, ROOT

# By name: what came later than 2023's first half in Safari, in Firefox or in both.
TOO_NEW = re.compile(
    r"""\b(?:
        Response\.json | URL\.(?:canParse|parse) | Promise\.(?:withResolvers|try) | (?:Object|Map)\.groupBy
        | Array\.fromAsync | AbortSignal\.(?:any|timeout) | Iterator\.\w+ | structuredClone\(.*transfer
        | CloseWatcher | NavigationPreloadManager | CompressionStream\("deflate-raw" | scheduler\.\w+
    )\b
    | \.(?:toSorted|toSpliced|toReversed|isWellFormed|toWellFormed|checkVisibility|showPopover|togglePopover
        | startViewTransition|getOrInsert|getOrInsertComputed|isSubsetOf|isSupersetOf|symmetricDifference
        | setHTMLUnsafe|toBase64|fromBase64)\(
    | \(\?<[=!] | /[dgimsuy]*v[dgimsuy]*\.(?:test|exec)\(
    """,
    re.VERBOSE,
)
SHIPPED = [
    *BROWSER.glob("*.js"),
    ROOT / "node_modules/idiomorph/dist/idiomorph.esm.js",
    ROOT / "node_modules/pyodide/pyodide.mjs",
]
CODE_ONLY = re.compile(r"^\s*//.*$|/\*.*?\*/| // .*$", re.MULTILINE | re.DOTALL)


def too_new(script):
    return {found[0] for found in TOO_NEW.finditer(CODE_ONLY.sub("", script))}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_scripts_ask_for_nothing_that_is_too_new(path):
    assert too_new(path.read_text()) == set()


def test_the_rule_sees_what_it_is_for():
    assert too_new("cache.put(LISTING, Response.json(FILES))") == {"Response.json"}
    assert too_new("all.toSorted(); /(?<=a)b/.test(c); // Response.json") == {".toSorted(", "(?<="}
    assert too_new("await response.json(); kept.with; [...all].sort()") == set()
