"""The three people for whom the site is made, from their first page to what they came for."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from courses import progress
from courses.models import Activity, Enrolment, Lesson, User
from quizzes.models import Attempt, CheckpointAnswer
from quizzes.sitting import attempts
from tests import factories
from tests.browser.conftest import sign_in
from tests.browser.sitting import expect_saved, give, right_answers

LESSONS = [
    "The realist picture and five assumptions",
    "Why cooperation is hard",
    "Alliances and institutions as tools",
    "Russian realists and polarity",
]
QUIZ = "Quiz: Realism"


@pytest.fixture
def course(parallax):
    """The cast lives in the real course here."""
    return parallax


@pytest.fixture
def enter(visit) -> Callable[..., Page]:
    """Come in by the first page and its form, as people do."""

    def enter(user: User, **options) -> Page:
        page = visit(**options)
        page.goto("/")
        page.get_by_role("link", name="Sign in").first.click()
        sign_in(page, user)
        return page

    return enter


def read_on(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("button", name="I have read this").click()


def test_ben_reads_realism_takes_its_quiz_and_learns_why(enter, ben):
    page = enter(ben)
    here = Enrolment.objects.get(user=ben)
    for step in Activity.objects.filter(module__key="orientation"):
        progress.complete_lesson(here, step, now=timezone.now())

    page.goto("/")
    expect(page.get_by_text("5 of 49 steps done")).to_be_visible()
    expect(page.get_by_text("Next: ")).to_have_text(f"Next: {LESSONS[0]}")
    page.get_by_role("link", name=LESSONS[0]).click()
    for title in LESSONS:
        read_on(page, title)
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Practice: {title}")
        page.locator(".along [rel=next]").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(QUIZ)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("group")).to_have_count(12)
    for position, answer in right_answers(Attempt.objects.get()).items():
        give(page.locator(f"#q{position}"), answer)
        expect_saved(page, position)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("100 %")
    ask_for_the_answers(page)
    reviewed = page.get_by_role("article")
    expect(reviewed).to_have_count(12)
    addresses = set()
    for question in reviewed.all():
        proofs = question.locator(".rests-on a[href^='/courses/']")
        assert proofs.count() >= 1
        addresses |= {link.get_attribute("href") for link in proofs.all()}
    follow_one(page)
    expect_paragraphs(page, addresses)

    page.goto("/")
    expect(page.get_by_text("10 of 49 steps done")).to_be_visible()
    expect(page.get_by_text("Next: ")).to_have_text("Next: What institutions are")


def ask_for_the_answers(page: Page) -> None:
    """Two attempts are left: whoever wants to see the answers now gives them up."""
    expect(page.locator(".rests-on")).to_have_count(0)
    page.get_by_label("I know that I cannot try this quiz again afterwards.").check()
    page.get_by_role("button", name="Show me the answers").click()
    expect(page.locator(".rests-on").first).to_be_visible()


def follow_one(page: Page) -> None:
    """The last answer's link leads to its very paragraph, and that is what one sees."""
    page.locator(".rests-on a[href^='/courses/']").last.click()
    expect(page.locator(".prose :target")).to_be_in_viewport()


def expect_paragraphs(page: Page, addresses: set[str]) -> None:
    """Every address names a paragraph that stands in its lesson."""
    anchors: dict[str, set[str]] = {}
    for address in addresses:
        anchors.setdefault(urlsplit(address).path, set()).add(urlsplit(address).fragment)
    for path, wanted in anchors.items():
        page.goto(path)
        ids = page.locator(".prose [id]").evaluate_all("all => all.map((one) => one.id)")
        assert wanted - set(ids) == set()


def test_ben_answers_a_checkpoint_in_the_text(enter, ben):
    page = enter(ben)
    lesson = Lesson.objects.get(activity__title=LESSONS[0])
    page.goto(lesson.activity.get_absolute_url())
    checkpoint = page.locator(".checkpoint").first
    checkpoint.scroll_into_view_if_needed()
    expect(checkpoint.get_by_role("button", name="Check")).to_be_visible()

    checkpoint.get_by_role("button", name="Check").click()
    expect(checkpoint.get_by_role("alert")).to_have_text("Choose an answer first.")

    checkpoint.get_by_role("radio").first.check()
    checkpoint.get_by_role("button", name="Check").click()
    expect(checkpoint.locator(".verdict")).to_be_focused()
    expect(checkpoint.get_by_text("your answer, ").first).to_be_visible()
    assert CheckpointAnswer.objects.count() == 1

    checkpoint.get_by_role("link", name="Try again").click()
    expect(checkpoint.get_by_role("button", name="Check")).to_be_visible()


def test_ben_takes_the_quiz_without_scripts(enter, ben):
    page = enter(ben, java_script_enabled=False)
    page.goto("/quizzes/realism-quiz/")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("group")).to_have_count(12)
    answers = right_answers(Attempt.objects.get())
    give(page.locator("#q1"), answers[1])
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_text("All answers on the page are saved.")).to_be_visible()
    for position, answer in answers.items():
        give(page.locator(f"#q{position}"), answer)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("100 %")
    ask_for_the_answers(page)
    expect(page.get_by_role("article")).to_have_count(12)
    follow_one(page)


def test_ada_sees_who_has_read_what_and_who_scored_what(enter, ada, ben, cohort):
    now = timezone.now()
    here = Enrolment.objects.get(user=ben)
    zoe = factories.enrol(factories.make_user("zoe", "Zoe Adeyemi"), cohort)
    steps = list(Activity.objects.filter(module__key="realism").exclude(key__endswith="-practice"))
    for lesson in steps[:4]:
        progress.complete_lesson(here, lesson, now=now)
    progress.complete_lesson(zoe, steps[0], now=now)
    attempt = attempts.start(here, steps[4].quiz, now=now)
    attempts.submit(ben, attempt.pk, now=now)

    page = enter(ada)
    page.get_by_role("link", name=cohort.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(cohort.title)
    modules = page.get_by_role("region", name="Module by module")
    modules.get_by_role("link", name=steps[0].module.title, exact=True).click()
    roster = page.get_by_role("region", name="Student by student")
    cells = {
        row.get_by_role("rowheader").inner_text(): "".join(
            f"{text} " for text in row.get_by_role("cell").all_inner_texts() if text
        )
        for row in roster.locator("tbody").get_by_role("row").all()
    }
    assert cells == {"Ben Okafor": "Under way ✓ ✓ ✓ ✓ 0 4 ", "Zoe Adeyemi": "Under way ✓ 1 "}


def test_adam_mends_a_paragraph_beside_its_preview_and_the_lesson_changes(enter, adam, ben):
    lesson = Lesson.objects.get(activity__title=LESSONS[0])
    page = enter(adam)
    page.get_by_role("link", name="Admin").click()
    page.get_by_role("link", name="Lessons", exact=True).first.click()
    page.get_by_role("link", name=LESSONS[0]).click()
    body = page.get_by_role("textbox", name="Body")
    preview = page.frame_locator("iframe[title='Preview of body']")
    text = body.input_value()
    mended = "No ruler mends this sentence.\n{: #mended }\n\n" + text

    body.fill(mended)
    expect(preview.get_by_text("No ruler mends this sentence.")).to_be_visible()

    body.fill("Nobody wrote this [@nobody1900].\n\n" + text)
    expect(page.locator("[data-kind=body] [data-checks]")).to_contain_text("nobody1900")

    body.fill(mended)
    expect(page.locator("[data-kind=body] [data-checks]")).to_be_empty()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    bens = enter(ben)
    bens.goto(lesson.activity.get_absolute_url())
    expect(bens.get_by_text("No ruler mends this sentence.")).to_be_visible()
