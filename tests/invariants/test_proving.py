"""`manage.py prove`: what it refuses in words, and the table that it prints."""

import pytest
from django.core.management import CommandError, call_command

from tests.invariants.proving import Line, table


@pytest.mark.parametrize(
    ("asked", "options", "sentence"),
    [
        (["b1", "Z9"], {}, "There is no invariant Z9. Known: A1, A2, "),
        ([], {"scale": 0.0}, "The scale is a part of the stated runs: above 0, at most 1."),
        ([], {"scale": 2.0}, "The scale is a part of the stated runs: above 0, at most 1."),
    ],
)
def test_what_cannot_be_proved_is_said_before_anything_runs(asked, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("prove", *asked, **options)


def test_the_table_says_what_ran_how_often_and_what_did_not():
    ran = Line(runs=400, seconds=12.34, outcomes={"one": "passed", "two": "failed"})
    assert table([("B1", ran), ("E9", Line())]) == [
        "id    tests     runs  passed  failed  skipped  seconds",
        "B1        2      400       1       1        0     12.3",
        "E9        0        0       0       0        0      0.0  no test ran",
    ]
