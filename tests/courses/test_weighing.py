"""From marks to a total, beside an oracle that is written from the rules in words."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import weighing
from courses.weighing import Category, Column, Scheme, Without, shares, weigh

PERCENTAGES = st.integers(0, 10_000).map(lambda number: Decimal(number).scaleb(-2))
# Few and close together as well, so that ties and halves come up.
ROUND = st.sampled_from(["0.00", "33.33", "50.00", "66.67", "66.68", "100.00"]).map(Decimal)
MARKS = st.one_of(PERCENTAGES, ROUND, st.sampled_from(Without))
WEIGHTS = st.one_of(
    st.sampled_from(["0.00", "1.00", "2.00", "0.01"]).map(Decimal),
    st.integers(0, 999_999).map(lambda number: Decimal(number).scaleb(-2)),
)


@st.composite
def classes(draw):
    categories = [
        Category(key, draw(WEIGHTS), draw(st.integers(0, 3)))
        for key in range(1, draw(st.integers(0, 3)) + 1)
    ]
    keys = [None, *(category.key for category in categories)]
    columns = draw(st.lists(st.builds(Column, WEIGHTS, st.sampled_from(keys)), max_size=8))
    marks = draw(st.lists(MARKS, min_size=len(columns), max_size=len(columns)))
    return Scheme(columns, categories, draw(st.booleans())), marks


def half_up(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 200
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def naive(scheme, marks):
    """Total, categories, dropped: as one would work it out on paper, in fractions."""

    def known(place):
        if marks[place] is Without.MISSING and scheme.missing_as_zero:
            return Fraction(0)
        return None if isinstance(marks[place], Without) else Fraction(marks[place])

    there = [
        place
        for place, column in enumerate(scheme.columns)
        if column.weight != 0 and known(place) is not None
    ]
    weight = [Fraction(column.weight) for column in scheme.columns]
    categories, dropped, parts = {}, set(), []
    for category in scheme.categories:
        mine = [place for place in there if scheme.columns[place].category == category.key]
        for _ in range(category.drop_lowest):
            if len(mine) > 1:
                lowest = min(mine, key=lambda place: (known(place), place))
                mine.remove(lowest)
                dropped.add(lowest)
        if mine:
            mean = sum(known(place) * weight[place] for place in mine) / sum(
                weight[place] for place in mine
            )
            categories[category.key] = half_up(mean)
            parts.append((Fraction(category.weight), mean))
    parts += [
        (weight[place], known(place)) for place in there if scheme.columns[place].category is None
    ]
    whole = sum(part for part, _mean in parts)
    total = half_up(sum(part * mean for part, mean in parts) / whole) if whole else None
    return total, categories, dropped


@given(classes())
def test_totals_are_what_one_works_out_on_paper(found):
    scheme, marks = found
    outcome = weigh(scheme, marks)
    assert (outcome.total, outcome.categories, outcome.dropped) == naive(scheme, marks)


@given(classes(), st.randoms())
def test_the_order_of_the_categories_changes_nothing(found, rng):
    scheme, marks = found
    shuffled = list(scheme.categories)
    rng.shuffle(shuffled)
    turned = Scheme(scheme.columns, shuffled, scheme.missing_as_zero)
    assert weigh(turned, marks) == weigh(scheme, marks)


@given(classes())
def test_a_total_lies_between_the_lowest_and_the_highest_mark(found):
    scheme, marks = found
    total = weigh(scheme, marks).total
    there = [mark for mark in marks if isinstance(mark, Decimal)] + [Decimal(0)] * (
        scheme.missing_as_zero and Without.MISSING in marks
    )
    assert total is None or min(there) <= total <= max(there)


@given(classes())
def test_shares_come_to_a_hundred(found):
    scheme, _marks = found
    found_shares = shares(scheme)
    if None in found_shares or not found_shares:
        assert set(found_shares) <= {None}
    else:
        assert abs(sum(found_shares) - 100) <= Decimal("0.005") * len(found_shares)


def marks(*percentages):
    return [
        each if isinstance(each, Without) else Decimal(each).quantize(Decimal("0.01"))
        for each in percentages
    ]


def test_exams_weigh_sixty_and_the_best_two_of_three_homeworks_forty():
    scheme = Scheme(
        [
            Column(Decimal(1), 1),
            Column(Decimal(1), 2),
            Column(Decimal(1), 2),
            Column(Decimal(1), 2),
        ],
        [Category(1, Decimal(60)), Category(2, Decimal(40), drop_lowest=1)],
    )
    outcome = weigh(scheme, marks("70", "90", "20", "80"))
    assert outcome.total == Decimal("76.00")  # 0.6 * 70 + 0.4 * 85
    assert (outcome.dropped, outcome.categories) == ({2}, {1: Decimal(70), 2: Decimal(85)})
    assert outcome.counted == 3
    assert shares(scheme) == [
        Decimal("60.00"),
        Decimal("13.33"),
        Decimal("13.33"),
        Decimal("13.33"),
    ]


def test_what_is_missing_is_left_out_and_an_excused_mark_stays_out_when_asked_for_zeros():
    columns = [Column(Decimal(1)), Column(Decimal(1)), Column(Decimal(2))]
    mine = marks("80", Without.MISSING, Without.EXCUSED)
    assert weigh(Scheme(columns), mine).total == Decimal("80.00")
    assert weigh(Scheme(columns, missing_as_zero=True), mine).total == Decimal("40.00")


def test_one_mark_always_stays():
    scheme = Scheme([Column(Decimal(1), 1)] * 2, [Category(1, Decimal(1), drop_lowest=5)])
    assert weigh(scheme, marks("30", "60")).total == Decimal("60.00")
    assert weigh(scheme, marks("30", Without.MISSING)).total == Decimal("30.00")


def test_of_equal_marks_the_earlier_is_left_out():
    scheme = Scheme(
        [Column(Decimal(1), 1), Column(Decimal(3), 1)], [Category(1, Decimal(1), drop_lowest=1)]
    )
    assert weigh(scheme, marks("50", "50")).dropped == {0}


def test_a_half_of_the_last_digit_goes_up_and_totals_are_not_made_of_rounded_ones():
    assert weigh(Scheme([Column(Decimal(1))] * 2), marks("66.67", "66.68")).total == Decimal(
        "66.68"
    )
    scheme = Scheme([*[Column(Decimal(1), 1)] * 3, Column(Decimal(1))], [Category(1, Decimal(1))])
    # A third of 100.01 is 33.3366…, shown as 33.34; with 0.01 beside it, half of 33.3466… .
    outcome = weigh(scheme, marks("100.00", "0.01", "0.00", "0.01"))
    assert (outcome.categories[1], outcome.total) == (Decimal("33.34"), Decimal("16.67"))


@pytest.mark.parametrize("mine", [[], marks(Without.MISSING), marks(Without.EXCUSED)])
def test_without_marks_there_is_no_total(mine):
    assert weigh(Scheme([Column(Decimal(1))] * len(mine)), mine).total is None


def test_where_nothing_weighs_anything_there_is_no_total():
    scheme = Scheme([Column(Decimal(0)), Column(Decimal(1), 1)], [Category(1, Decimal(0))])
    outcome = weigh(scheme, marks("50", "60"))
    assert (outcome.total, outcome.categories) == (None, {1: Decimal("60.00")})
    assert shares(scheme) == [None, None]


def test_marks_and_columns_go_together():
    with pytest.raises(ValueError, match="1 marks for 0 columns"):
        weigh(Scheme([]), marks("50"))


def test_a_mean_is_rounded_half_up():
    assert weighing.mean(Decimal("100.01"), 2) == Decimal("50.01")
    assert weighing.mean(Decimal(0), 0) is None
