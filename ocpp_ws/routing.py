"""Every WebSocket path is a charge point: its identity is the last segment."""

from ocpp_ws.consumers import ChargePointConsumer

websocket = ChargePointConsumer.as_asgi()
