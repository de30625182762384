"""Ports are remembered while they are free, and given up when they are not."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.local import ports


def _listening() -> socket.socket:
    taken = socket.socket()
    taken.bind((ports.HOST, 0))
    taken.listen()
    return taken


def test_a_free_port_is_kept():
    with _listening() as taken:
        number = taken.getsockname()[1]
    assert ports.find(number, Path("/a"), set()) == number


def test_a_port_that_another_program_took_is_given_up():
    with _listening() as taken:
        number = taken.getsockname()[1]
        assert not ports.is_free(number)
        found = ports.find(number, Path("/a"), set())
    assert found != number
    assert ports.FIRST <= found < ports.LAST


def test_two_servers_of_one_portal_get_two_ports():
    first = ports.find(None, Path("/a"), set())
    assert ports.find(None, Path("/a"), {first}) != first


def test_two_clones_begin_their_search_at_different_places():
    assert ports.find(None, Path("/a"), set()) != ports.find(None, Path("/b"), set())
