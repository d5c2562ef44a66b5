"""Plain HTTP through the same port."""

import httpx
import pytest

from tests.server.conftest import AppServer


async def test_an_answer_that_breaks_off_is_cut_not_left_open(server: AppServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(f"{server.http}/half")


async def test_bad_escapes_in_a_path_reach_the_application(server: AppServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        seen = (await http.get(f"{server.http}/a%zz")).json()
    assert (seen["path"], seen["raw_path"]) == ("/a%zz", "/a%zz")
