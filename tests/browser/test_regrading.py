"""A wrong key, from the student who doubts it to the marks of everybody concerned."""

from django.utils import timezone
from playwright.sync_api import expect

from tests.regrading import correct, sit


def test_ada_regrades_a_wrong_key_and_ben_sees_why(visit, ada, ben, ben_here, quiz, questions):
    """ben was right all along: he says so, ada looks who would move, commits, and tells him."""
    now = timezone.now()
    quiz.attempts_allowed = 1
    quiz.save()
    sit(ben_here, quiz, "b", "a", now=now)
    bens = visit(ben)
    bens.goto("/quizzes/realism-quiz/")
    bens.get_by_role("link", name="Attempt 1").click()
    expect(bens.get_by_role("heading", level=1)).to_have_text("33.33 %")
    bens.get_by_role("link", name="Contest question 1").click()
    bens.get_by_label("What it is about").select_option("War everywhere")
    bens.get_by_label("What is wrong, and why").fill("Chapter 6 says the second.")
    bens.get_by_role("button", name="Contest").click()
    expect(bens.get_by_text("You contested this; the answer is on its way")).to_be_visible()

    correct(questions[0])
    adas = visit(ada)
    adas.goto("/")
    adas.get_by_role("link", name="Autumn 2026").click()
    adas.get_by_role("link", name="Regrading", exact=True).click()
    expect(adas.get_by_text("1 question is contested and waits for your answer.")).to_be_visible()
    adas.get_by_role("region", name="Contested by students").get_by_role("link").click()
    expect(adas.get_by_text("Chapter 6 says the second.")).to_be_visible()
    adas.get_by_label("Answer Ben Okafor").check()
    adas.get_by_label("Answer", exact=True).fill("The key was wrong.")
    adas.get_by_role("button", name="Accept").click()

    expect(adas.get_by_role("heading", level=1)).to_have_text("Who would move")
    row = adas.get_by_role("region", name="Attempt by attempt").get_by_role("row").last
    expect(row).to_contain_text("Ben Okafor")
    expect(row).to_contain_text("33.33 → 66.67")
    expect(row).to_contain_text("no → yes")
    adas.get_by_role("button", name="Commit").click()
    expect(adas.get_by_role("heading", level=1)).to_have_text("Marked again")

    bens.reload()
    expect(bens.get_by_role("heading", level=1)).to_have_text("66.67 %")
    first = bens.get_by_role("article").first
    expect(first.get_by_text("Your points: 0 before, 1 now.")).to_be_visible()
    expect(first.get_by_text("The key was wrong.").first).to_be_visible()
    expect(first.get_by_text("You contested this, and it was accepted")).to_be_visible()
    bens.goto("/courses/lenses/")
    expect(bens.get_by_text("counts 66.67 %")).to_be_visible()
