"""The guard over all these tests does hear what it is there for."""


def test_the_guard_hears_a_broken_policy_a_failing_script_and_a_call_elsewhere(visit, guard):
    page = visit()
    page.goto("/")
    assert guard.complaints == []

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"></p>')")
    with page.expect_event("pageerror"):  # else the next page may come before the timer has run
        page.evaluate("setTimeout(() => { throw new Error('a slip') })")
    page.goto("/nowhere/")
    with page.expect_event("requestfailed"):
        page.goto("data:text/html,<img src='http://127.0.0.1:9/far.png'>")
    heard = "\n".join(guard.complaints)
    assert "Content Security Policy" in heard
    assert "a slip" in heard
    assert "elsewhere: http://127.0.0.1:9/far.png" in heard
    guard.heard.clear()
