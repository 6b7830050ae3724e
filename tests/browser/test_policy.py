"""What the pages' policy is for: markup that is smuggled in runs nothing, and a page of another release is opened."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.reader import KEPT, Figure
from tests.browser.waiting import until
from widgets.site.policy import source

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
SMUGGLED = {
    "a frame": '<iframe srcdoc="<script>top.smuggled = true</script>"></iframe>',
    "a script": "<script>smuggled = true</script>",
    "a handler": '<img src="data:," alt="" onerror="smuggled = true">',
    "another base": '<base href="https://elsewhere.invalid/">',
}
LOOSE = "h1 { letter-spacing: 3px !important }"


def smuggle(page, markup: str) -> None:
    """Puts markup into the view that is kept for the next visit, as any page of this origin could."""
    key = f"{KEPT}{NAME}:view"
    until(page, "key => localStorage.getItem(key)", key)
    view = json.loads(page.evaluate("key => localStorage.getItem(key)", key))
    view["html"] = markup + view["html"]
    page.evaluate("([key, view]) => localStorage.setItem(key, view)", [key, json.dumps(view)])


@pytest.mark.parametrize("markup", SMUGGLED.values(), ids=SMUGGLED)
def test_what_is_smuggled_into_storage_does_nothing(rough_page, context, markup):
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME).ready()
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    smuggle(rough_page, markup)
    context.route("**/worker-*.js", lambda route: None)  # what is shown comes from storage, then, or from the build
    rough_page.reload()
    expect(figure.section).to_have_attribute("data-status", "loading")
    expect(figure.view.locator("iframe, script, base")).to_have_count(0)
    assert rough_page.evaluate("typeof smuggled") == "undefined"
    context.unroute_all()
    rough_page.reload()
    figure.ready()
    expect(figure.view).to_contain_text("Comparison 2")


def test_a_page_of_another_release_is_opened_and_not_swapped_in(page, context):
    """Its inline scripts and style sheets are others, which the policy of the page that is there does not know."""
    page.goto(CHAPTER)
    until(page, "() => window.component$")
    page.evaluate("window.here = true")

    def renew(route):
        answer = route.fetch()
        sheet = f"</style><style>{LOOSE}</style>"
        route.fulfill(
            response=answer,
            body=answer.text().replace("</style>", sheet, 1).replace("style-src", f"style-src {source(LOOSE)}", 1),
        )

    context.route("**/04-dpo/", renew)
    page.get_by_role("link", name="Chapter 4").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From RLHF to DPO")
    until(page, "() => window.here === undefined && document.readyState === 'complete'")
    expect(page.get_by_role("heading", level=1)).to_have_css("letter-spacing", "3px")
