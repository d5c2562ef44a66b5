"""What a link is given time for, and what becomes of it when that is over."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.server.link import Link

logger = logging.getLogger(__name__)
ABNORMAL, POLICY_VIOLATION = 1006, 1008
# for the application alone: no close frame can carry them, so no peer can pretend; the first: no ping was answered
NEVER_PONGED, SILENT = 5001, 5002


def check_timeouts(link: "Link", now: float) -> None:
    """`now` is monotonic."""
    if link.state == link.STATE_CONNECTING:
        if now - link.opened > link.server.limits.connect_timeout:
            link.refuse(503)
    elif link.state != link.STATE_OPEN or link.draining:
        return
    elif link.inbox_full:
        check_queue(link, now)  # what we do not read cannot show that it lives
    elif link.silence:
        if now - link.heard > link.silence:
            link.cut(SILENT, f"silent for {link.silence:g} s")
    else:
        check_pulse(link, now)


def check_queue(link: "Link", now: float) -> None:
    """J 4.1.1: a station should wait for the answer; one that never does is put out."""
    queue, patience = link.application_queue, link.server.limits.queue_patience
    if queue.over_since and now - queue.over_since > patience:
        logger.warning("%s: %d messages waited for %g s: closed", link.path, len(queue.messages), patience)
        link.close_with(POLICY_VIOLATION, "too many messages at once")


def check_pulse(link: "Link", now: float) -> None:
    limits = link.server.limits
    if not link.pinged:
        if now - link.heard > limits.ping_interval:
            link.sendPing()
            link.pinged = now
    elif now - link.pinged > limits.ping_timeout:
        link.cut(ABNORMAL if link.ponged else NEVER_PONGED, "no answer to a ping")
