"""What Prometheus may know: requests and their times, events in and out, what waits. No ids and no names of people."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from waypost.runtime.collect import Receipt

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "waypost_http_requests",
            "Requests answered, by route and status.",
            ("route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "waypost_http_seconds",
            "Seconds to an answer, by route.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.events = Counter(
            "waypost_events", "Messages received, by what became of them.", ("outcome",), registry=self.registry
        )
        self._accepted = self.events.labels("accepted")
        self.refused = Counter(
            "waypost_refused", "Messages put into quarantine, by reason.", ("reason",), registry=self.registry
        )
        self.violations = Counter(
            "waypost_violations",
            "Promises of the tracking plan that were broken by events taken all the same.",
            registry=self.registry,
        )
        self.waiting = Gauge(
            "waypost_messages_waiting", "Messages received and not yet on disk.", registry=self.registry
        )

        self.unwritten = Gauge(
            "waypost_profiles_unwritten", "Profiles that are newer in memory than in the store.", registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        self._answered: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """One request more."""
        pair = self._answered.get((route, status))
        if pair is None:
            pair = self.requests.labels(route, str(status)), self.seconds.labels(route)
            self._answered[route, status] = pair
        pair[0].inc()
        pair[1].observe(seconds)

    def collected(self, receipt: Receipt) -> None:
        """What became of the messages of one request."""
        if receipt.accepted:
            self._accepted.inc(receipt.accepted)
        if receipt.duplicates:
            self.events.labels("duplicate").inc(receipt.duplicates)
        if receipt.violations:
            self.violations.inc(receipt.violations)
        for refused in receipt.refused:
            self.events.labels("quarantined" if refused.kept else "rejected").inc()
            self.refused.labels(refused.code).inc()

    def page(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)
