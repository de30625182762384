"""How often anybody may send or ask: floods from one address, whose address it is."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.sonla.feedback.sending import addresses, limits, short_memory
from tests.factories import sending as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")


def test_a_flood_from_one_address_gets_429_and_when_to_come_again(
    app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_limit_send", "1/hour")

    def send(address: str, status: int) -> Any:
        return app.post(
            "/api/3/action/sonla_feedback_create",
            json={**make.TEXT, "altcha": make.solved()},
            environ_overrides={"REMOTE_ADDR": address},
            status=status,
        )

    send("198.51.100.7", 200)
    answer = send("198.51.100.7", 429)
    assert 3500 < int(answer.headers["Retry-After"]) <= 3602
    send("198.51.100.8", 200)
    page = app.get("/feedback/new").body
    typed = {**make.TEXT, "form_token": make.token_in(page), "altcha": make.solved()}
    answer = app.post(
        "/feedback/new",
        data={**typed, "seen": "yes"},
        environ_overrides={"REMOTE_ADDR": "198.51.100.7"},
        status=429,
    )
    assert "Retry-After" in answer.headers
    assert make.TEXT["subject"] in answer.body, "what was typed stays"


def test_an_address_is_kept_as_a_hash_of_the_day(app: Any):
    first = addresses.hashed("198.51.100.7")
    assert first == addresses.hashed("198.51.100.7")
    redis = short_memory._redis()
    assert 0 < redis.ttl(f"{short_memory.PREFIX}salt") <= short_memory.DAY
    redis.delete(f"{short_memory.PREFIX}salt")
    assert addresses.hashed("198.51.100.7") != first, "tomorrow nobody knows whose"
    assert addresses._network("2001:db8::1") == addresses._network("2001:db8::2")
    assert not [key for key in redis.keys("*") if b"198.51" in key]


@pytest.mark.parametrize(
    ("peer", "said", "seen"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.5", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_a_named_proxy_says_whose_address_it_is(  # noqa: PLR0917 - fixtures
    app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch, peer, said, seen
):
    from ckanext.sonla.shared.proxies import TrustedProxies

    monkeypatch.setitem(ckan_config, "sonla.proxies.trusted", ["10.0.0.0/24"])
    found = []

    def inner(environ: dict[str, Any], _start: Any) -> list[bytes]:
        found.append(environ["REMOTE_ADDR"])
        return []

    TrustedProxies(inner)({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said}, None)
    assert found == [seen]


def test_a_mailbox_gets_a_few_mails_a_day_whoever_names_it():
    for _ in range(7):
        make.send_by_mail()
    assert len(make.links()) == 5


def test_limits_are_read_from_the_policy():
    assert [str(rate) for rate in limits._parsed("20/hour; 60/day")] == [
        "20 per 1 hour",
        "60 per 1 day",
    ]


def test_what_one_limit_refuses_counts_for_no_other(app: Any):
    narrow, wide = (limits._parsed(text)[0] for text in ("2/hour", "60/day"))
    both = [(wide, ("test", "any")), (narrow, ("test", "kind"))]
    for _ in range(2):
        limits._hit(both)
    for _ in range(3):
        with pytest.raises(limits.TooMany):
            limits._hit(both)
    left = limits._limiter(short_memory.redis_url()).get_window_stats(wide, *both[0][1])
    assert left.remaining == 58, "a refused one uses up nothing"
