"""Topics through a real Redis: every process's listeners hear them, and losing Redis loses no commit."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
import redis

from mentorship.gateways.limiter import RateLimiter
from mentorship.gateways.live import InProcessLive, RedisLive

REDIS = shutil.which("redis-server")


@pytest.fixture
def redis_url(tmp_path) -> Iterator[str]:
    if REDIS is None:
        assert not os.environ.get("CI"), "the machine that checks changes has a redis-server"
        pytest.skip("no redis-server on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    client = redis.Redis.from_url(url)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield url
    server.terminate()
    server.wait()


def test_a_listener_that_fails_does_not_silence_the_others() -> None:
    live, heard = InProcessLive(), []

    def broken(_: str) -> None:
        raise ValueError

    live.subscribe(broken)
    live.subscribe(heard.append)
    live.publish(["mentor:1", "storefront"])
    assert heard == ["mentor:1", "storefront"]


def test_topics_reach_the_listeners_of_every_process(redis_url: str) -> None:
    heard: dict[str, list[str]] = {"here": [], "there": []}
    done = threading.Event()
    here, there = RedisLive(redis_url), RedisLive(redis_url)
    here.subscribe(heard["here"].append)
    there.subscribe(lambda topic: (heard["there"].append(topic), done.set()))
    for _ in range(50):
        here.publish(["mentor:1"])
        if done.wait(0.1):
            break
    assert "mentor:1" in heard["there"]
    time.sleep(0.2)
    assert "mentor:1" in heard["here"]


def test_without_redis_this_processes_pages_still_learn() -> None:
    live, heard = RedisLive("redis://127.0.0.1:9/0"), []
    InProcessLive.subscribe(live, heard.append)
    live.publish(["mentor:1"])
    assert heard == ["mentor:1"]


def test_limits_are_shared_through_redis(redis_url: str) -> None:
    one, two = RateLimiter(redis_url), RateLimiter(redis_url)
    allowed = [limiter.allow("sign_in", "ada@example.com") for limiter in (one, two) * 6]
    assert allowed == [True] * 10 + [False] * 2
    assert one.allow("sign_in", "grace@example.com"), "somebody else is not limited"
