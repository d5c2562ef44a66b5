"""Commands that are about a session."""

from sessions_app.models import ChargingSession
from stations import commands
from stations.models import Command


def remote_stop(session: ChargingSession, *, actor: str, wait: float | None = None) -> Command:
    """Ask the session's station to stop it; raises as stations.commands."""
    return commands.remote_stop_transaction(
        session.station, actor=actor, transaction_id=session.transaction_id, wait=wait
    )
