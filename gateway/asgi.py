"""Two doors of one process: charge points over WebSocket, everything else over HTTP."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
http = get_asgi_application()  # loads the apps: consumers may be imported from here on

from ocpp_ws.routing import websocket  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": websocket})
