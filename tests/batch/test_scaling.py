"""The simulation obeys what must hold for every batch."""

from dataclasses import replace

import pytest

from tests.batch.scaling import Rates, simulate

EVEN = Rates(10.0, 20.0, 0.0, 0.0, 0.0, worker_spread=0.0, slow_share=0.0, death_share=0.0)


def test_without_chance_it_is_arithmetic() -> None:
    assert simulate(1, 10, EVEN).total_s == pytest.approx(10 + 10 * 20)
    assert simulate(4, 10, EVEN).total_s == pytest.approx(10 + 3 * 20)
    assert simulate(4, 10, EVEN).busy_share == pytest.approx(200 / (4 * 70))


def test_a_checkpoint_is_read_at_what_the_storage_gives_to_all() -> None:
    rates = replace(EVEN, checkpoint_bytes=2e9, storage_bytes_per_s=1e9, node_bytes_per_s=0.5e9)
    assert simulate(1, 1, rates).first_s == pytest.approx(4 + 10 + 20)
    assert simulate(10, 1, rates).first_s == pytest.approx(20 + 10 + 20)


def test_the_driver_is_one() -> None:
    assert simulate(100, 1000, replace(EVEN, driver_s=1.0)).total_s > 1000


def test_slow_workers_and_deaths_cost_something_and_lose_nothing() -> None:
    rates = replace(EVEN, slow_share=0.1, death_share=0.05, worker_spread=0.1, group_spread=0.1)
    even, uneven = simulate(64, 2000, EVEN), simulate(64, 2000, rates)
    assert even.total_s < uneven.total_s < 2 * even.total_s
    assert uneven.busy_share < even.busy_share
