"""The editing site on small screens."""

from django.urls import reverse


def test_the_slots_of_a_quiz_fit_and_each_field_stands_below_its_name(visit, adam, quiz):
    page = visit(adam, viewport={"width": 768, "height": 900})
    page.goto(reverse("admin:quizzes_quiz_change", args=[quiz.pk]))
    frame = page.locator("#slots-group .tabular.rows-open")
    assert frame.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    cell = frame.locator("tr.form-row .field-points").first
    assert cell.evaluate("(one) => getComputedStyle(one, '::before').content") == '"Points" / ""'
    page.set_viewport_size({"width": 2400, "height": 900})
    page.locator("#slots-group .tabular:not(.rows-open)").wait_for()
