"""Commands that are about a session."""

from typing import Unpack

from sessions_app.models import ChargingSession
from stations import commands
from stations.giving import How
from stations.models import Command


def remote_stop(session: ChargingSession, *, actor: str, **how: Unpack[How]) -> Command:
    """Ask the session's station to stop it; raises as stations.commands."""
    return commands.remote_stop_transaction(session.station, actor=actor, transaction_id=session.transaction_id, **how)
