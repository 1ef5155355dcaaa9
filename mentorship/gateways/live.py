"""Live pages: topics published after a commit reach every process's listeners."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import redis

log = logging.getLogger(__name__)
CHANNEL = "mentorship:invalidate"
RECONNECT_SECONDS = 2


class InProcessLive:
    """For one process: topics go straight to its listeners."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    def publish(self, topics: Sequence[str]) -> None:
        """Tell every listener. A listener that fails does not undo what was committed."""
        for topic in topics:
            for listener in self._listeners:
                try:
                    listener(topic)
                except Exception:
                    log.exception("a listener failed on %s", topic)

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with each topic, from the thread that published it."""
        self._listeners.append(listener)


class RedisLive(InProcessLive):
    """For several processes: topics travel through Redis pub/sub, each process tells its own listeners."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = redis.Redis.from_url(url)
        self._listening = False

    def publish(self, topics: Sequence[str]) -> None:
        """Send the topics to every process; without Redis this process's pages still learn of them."""
        try:
            for topic in topics:
                self._redis.publish(CHANNEL, topic)
        except redis.RedisError:
            log.warning("Redis is not available; only this process's pages are told")
            super().publish(topics)

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with each topic published in any process."""
        super().subscribe(listener)
        if not self._listening:
            self._listening = True
            threading.Thread(target=self._listen, name="live", daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    for message in channel.listen():
                        super().publish([message["data"].decode()])
            except redis.RedisError:
                log.warning("lost Redis; trying again in %s s", RECONNECT_SECONDS)
                time.sleep(RECONNECT_SECONDS)
