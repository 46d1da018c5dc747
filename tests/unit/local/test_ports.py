"""The port table: everybody gets a port of their own, the usual one if it can be had."""

from local.ports import PREFERRED, Listener, choose_ports


def test_choose_ports_takes_the_preferred_ones_when_they_are_free() -> None:
    assert choose_ports(PREFERRED, take=lambda _port: True) == PREFERRED


def test_choose_ports_takes_the_next_free_one_above_a_taken_one() -> None:
    chosen = choose_ports(PREFERRED, take=lambda port: port not in {8000, 8001})
    assert chosen[Listener.API] == 8002


def test_choose_ports_never_gives_one_port_to_two_listeners() -> None:
    wanted = {Listener.API: 9001, Listener.SUPERVISOR: 9001, Listener.FLOWER: 9001}
    chosen = choose_ports(wanted, take=lambda _port: True)
    assert sorted(chosen.values()) == [9001, 9002, 9003]


def test_choose_ports_looks_elsewhere_when_a_whole_range_is_taken() -> None:
    chosen = choose_ports({Listener.API: 8000}, take=lambda port: port >= 30_000)
    assert chosen == {Listener.API: 30_000}


def test_choose_ports_stays_within_the_ports_there_are() -> None:
    chosen = choose_ports({Listener.API: 65_535}, take=lambda port: port != 65_535)
    assert chosen[Listener.API] < 65_535


def test_every_listener_has_a_preferred_port_of_its_own() -> None:
    assert set(PREFERRED) == set(Listener)
    assert len(set(PREFERRED.values())) == len(PREFERRED)
