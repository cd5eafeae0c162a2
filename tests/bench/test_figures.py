"""The bench's own sums: a wrong one would make any speed look right."""

import pytest

from bench.figures import percentile, ratios, spread


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.0, 1)]
)
def test_a_percentile_is_a_value_that_was_measured(share, value):
    assert percentile(range(100, 0, -1), share) == value


def test_the_slowest_of_a_few_is_their_99th_percentile():
    assert percentile([3.0, 1.0, 9.0], 0.99) == 9.0


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_spread_names_the_middle_and_the_ends():
    assert spread([5.0, 1.0, 3.0]) == (3.0, 1.0, 5.0)
    assert str(spread([5.0, 1234.5, 3.0])) == "5 [3, 1,234]"


def test_ratios_are_taken_round_by_round():
    # The second round ran on a machine half as fast: that must not show.
    assert ratios([50.0, 25.0, 60.0], [100.0, 50.0, 100.0]) == (0.5, 0.5, 0.6)
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])
