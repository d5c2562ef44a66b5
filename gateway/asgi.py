"""Two doors of one process: charge points over WebSocket, everything else over HTTP."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
http = get_asgi_application()  # loads the apps: consumers may be imported from here on

from gateway.alerts.jobs import deliver_events, watch_for_alerts  # noqa: E402
from gateway.events.feed import tell_events  # noqa: E402
from gateway.events.stream import follow_events  # noqa: E402
from gateway.retention import prune_regularly  # noqa: E402
from ocpp_ws.process import process  # noqa: E402
from ocpp_ws.routing import websocket  # noqa: E402


class Gateway(ProtocolTypeRouter):
    """Daphne has no lifespan: the first event on the loop starts what runs beside the links; `serve` ends it."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        process.start(prune_regularly, tell_events, follow_events, watch_for_alerts, deliver_events)
        await super().__call__(scope, receive, send)

    async def on_shutdown(self) -> None:
        await process.stop()


application = Gateway({"http": http, "websocket": websocket})
