"""The page that explains the API keeps to the site's policy, though a library draws it."""

from playwright.sync_api import expect


def test_the_documentation_opens_and_tries_a_call_as_the_person_signed_in(visit, ben, quiz):
    page = visit(ben)
    page.goto("/api/v1/docs/")
    expect(page.get_by_role("heading", name="Parallax API")).to_be_visible()
    courses = page.locator("#operations-courses-courses_list")
    courses.get_by_role("button").first.click()
    courses.get_by_role("button", name="Try it out").click()
    courses.get_by_role("button", name="Execute").click()
    answer = courses.locator(".live-responses-table")
    expect(answer.get_by_text("200", exact=True)).to_be_visible()
    expect(answer).to_contain_text("One case, several lenses")
