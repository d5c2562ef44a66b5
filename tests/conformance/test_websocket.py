"""How a link comes about: subprotocol, TLS."""

import ssl

import pytest
import websockets

from tests.conformance.charge_point import charge_point
from tests.conformance.tls import Authority, terminated
from tests.processes import Gateway


async def test_tc_086_tls_server_side_certificate_valid_certificate(gateway: Gateway, authority: Authority) -> None:
    async with terminated(gateway.port, authority.server_context()) as port:
        async with charge_point(f"wss://localhost:{port}", "TC_086", ssl=authority.client_context()) as cp:
            assert (await cp.cold_boot())["interval"] == 60
            transport = cp.socket.transport.get_extra_info("ssl_object")
            assert transport.version() in ("TLSv1.2", "TLSv1.3")
        with pytest.raises(ssl.SSLCertVerificationError):
            async with charge_point(f"wss://localhost:{port}", "TC_086", ssl=ssl.create_default_context()):
                pass


async def test_tc_087_tls_client_side_certificate_valid_certificate(gateway: Gateway, authority: Authority) -> None:
    async with terminated(gateway.port, authority.server_context(asks_for_client=True)) as port:
        known = authority.client_context(certificate_for="TC_087")
        async with charge_point(f"wss://localhost:{port}", "TC_087", ssl=known) as cp:
            await cp.cold_boot()
        with pytest.raises((ssl.SSLError, ConnectionError, websockets.InvalidMessage)):
            async with charge_point(f"wss://localhost:{port}", "TC_087", ssl=authority.client_context()):
                pass


async def test_tc_088_web_socket_subprotocol_negotiation(gateway: Gateway) -> None:
    async with charge_point(gateway.ws, "TC_088", subprotocols=["ocpp1.5", "ocpp1.6"]) as cp:
        assert cp.socket.subprotocol == "ocpp1.6"
        await cp.cold_boot()
    # OCPP-J 3.2: no version in common: the handshake is completed without the header, then the link is closed
    async with websockets.connect(f"{gateway.ws}/TC_088", subprotocols=["ocpp0.1"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol is None
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
