"""Opens and closes alerts: what is wrong must last before it is told, and so must what is right again."""

from dataclasses import asdict
from datetime import datetime, timedelta

from gateway.alerts.rules import RULES, Found, Rule
from gateway.models import Alert
from ocpp_ws.reads import read
from ocpp_ws.writer import writer

EVERY_SECONDS = 10.0
CLEAR = timedelta(seconds=60)  # a station that comes and goes keeps one alert


async def watch(now: datetime, well_since: datetime) -> None:
    """One look by all rules. `well_since`: from when on this gateway itself has been well."""
    for rule in RULES:
        changes = await read(look, rule, now, well_since)
        if changes.any:
            await writer.commit(lambda _, changes=changes: changes.store(now))  # type: ignore[misc]


class Changes:
    """What is different from the open alerts of a kind."""

    def __init__(self) -> None:
        self.opened: list[Alert] = []
        self.back: list[int] = []  # wrong again before it was closed
        self.cleared: list[int] = []
        self.closed: list[int] = []
        self.told_anew: list[Alert] = []

    @property
    def any(self) -> bool:
        return bool(self.opened or self.back or self.cleared or self.closed or self.told_anew)

    def store(self, now: datetime) -> None:
        """In a transaction."""
        Alert.objects.bulk_create(self.opened, ignore_conflicts=True)
        mine = Alert.objects.filter(closed_at=None)
        mine.filter(pk__in=self.back).update(clear_since=None)
        mine.filter(pk__in=self.cleared, clear_since=None).update(clear_since=now)
        mine.filter(pk__in=self.closed).update(closed_at=now)
        Alert.objects.bulk_update(self.told_anew, ["detail"])


def look(rule: Rule, now: datetime, well_since: datetime) -> Changes:
    patience = rule.patience
    found = {one.subject: one for one in rule.find()} if patience else {}
    alerts = {alert.subject: alert for alert in Alert.objects.filter(kind=rule.kind, closed_at=None)}
    changes = Changes()

    def has_lasted(one: Found) -> bool:
        since = max(one.since, well_since) if rule.of_links else one.since
        return since <= now - patience

    changes.opened = [
        Alert(kind=rule.kind, opened_at=now, **asdict(one))
        for subject, one in found.items()
        if subject not in alerts and has_lasted(one)
    ]
    for subject, alert in alerts.items():
        one = found.get(subject)
        if one and alert.clear_since:
            changes.back.append(alert.pk)
        elif one and alert.detail != one.detail:
            alert.detail = one.detail
            changes.told_anew.append(alert)
        elif not one and alert.clear_since is None:
            changes.cleared.append(alert.pk)
        elif not one and alert.clear_since and alert.clear_since <= now - CLEAR:
            changes.closed.append(alert.pk)
    return changes
