from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.edge.rate import Buckets, network


@given(st.integers(1, 200), st.lists(st.floats(0, 30, allow_nan=False), max_size=300))
def test_no_caller_comes_more_often_than_allowed_and_waiting_helps(per_minute, pauses):
    buckets, now, taken = Buckets(per_minute), 0.0, 0
    for pause in pauses:
        now += pause
        wait = buckets.take("a", now)
        taken += wait == 0
        assert taken <= per_minute + now * per_minute / 60 + 1e-6
        if wait:
            assert 0 < wait <= 60 / per_minute + 1e-9
            now += wait + 1e-6
            assert buckets.take("a", now) == 0
            taken += 1


def test_callers_have_a_bucket_each():
    buckets = Buckets(1)
    assert buckets.take("a", 0) == buckets.take("b", 0) == 0
    assert 59 < buckets.take("a", 0.5) < 60


def test_many_callers_take_no_more_memory():
    buckets = Buckets(1)
    for number in range(12_000):
        buckets.take(str(number), 0)
    assert len(buckets._buckets) == 10_000
    assert buckets.take("11999", 0) > 0


def test_addresses_of_one_ipv6_network_are_one_caller():
    def of(host):
        return network({"client": (host, 1) if host else None})

    assert of("2001:db8::1") == of("2001:db8::ffff:1") != of("2001:db8:1::1")
    assert of("10.0.0.1") != of("10.0.0.2")
    assert of("a.unix.socket") == "a.unix.socket" and of(None) == ""
