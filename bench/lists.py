"""`python -m bench.lists`: how long each list of the API and the admin takes at full size, over real HTTP.

Exit code 1 where a median is over the goal or an answer is not 200. Server and client share the machine.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from bench import routes
from bench.database import SUPERUSER, Size, prepared
from bench.server import Client, serving

GOAL_MS = 300
Times = dict[str, list[float]]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.lists", description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--meter-values", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="how often each address is asked for (default 5)")
    parser.add_argument("--only", choices=["api", "admin"], help="the lists of one of the two")
    parser.add_argument("--database", type=Path, help="where the database is kept (default: the system's temp folder)")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    size = Size(given.sessions, given.meter_values)
    name = f"ocpp-gateway-bench-{size.sessions}-{size.meter_values}.db"
    path: Path = (given.database or Path(tempfile.gettempdir()) / name).resolve()
    environment = set_up_django(path)
    print(f"{size.sessions:,} sessions, {size.meter_values:,} meter values, {size.stations:,} stations")
    prepared(path, size)
    with serving(environment) as port:
        asked: list[tuple[Client, str]] = []
        if given.only != "admin":
            asked += [(Client(port), address) for address in routes.api(size)]
        if given.only != "api":
            browser = Client(port, session_cookie())
            asked += [(browser, address) for address in routes.admin()]
        times, refused = measured(asked, given.rounds)
    return report(times, refused)


def set_up_django(path: Path) -> dict[str, str]:
    """This process and the server see the same settings and nothing of the developer's own."""
    environment = {
        "DATABASE_URL": f"sqlite:///{path}",
        "REDIS_URL": "",
        "GATEWAY_PROFILE": "dev",
        "DEBUG": "0",
        "SECRET_KEY": "a-key-for-the-bench-only",
        "GATEWAY_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "gateway.settings",
    }
    os.environ |= environment | {"LOG_LEVEL": "error"}
    import django

    django.setup()
    return environment


def session_cookie() -> str:
    """The superuser's, as after a login."""
    from django.contrib.auth import get_user_model
    from django.test import Client as TestClient

    browser = TestClient()
    browser.force_login(get_user_model().objects.get(username=SUPERUSER))
    return f"sessionid={browser.cookies['sessionid'].value}"


def measured(asked: list[tuple[Client, str]], rounds: int) -> tuple[Times, dict[str, str]]:
    """ms of each address, and what was not answered with 200. The first round warms up and does not count."""
    times: Times = {address: [] for _, address in asked}
    refused: dict[str, str] = {}
    for turn in range(rounds + 1):
        for client, address in random.sample(asked, len(asked)):  # interleaved: other load hits all alike
            status, body, ms = client.get(address)
            if status != 200:
                refused[address] = f"{status} {body[:200].decode(errors='replace')}"
            if turn:
                times[address].append(ms)
    return times, refused


def report(times: Times, refused: dict[str, str]) -> int:
    width = max(len(address) for address in times)
    print(f"{'route':<{width}}  median ms   max ms  goal {GOAL_MS}")
    slow = 0
    for address, taken in times.items():
        median = statistics.median(taken)
        verdict = refused.get(address) or ("ok" if median <= GOAL_MS else "TOO SLOW")
        slow += verdict != "ok"
        print(f"{address:<{width}}  {median:9.0f} {max(taken):8.0f}  {verdict}")
    print(f"{len(times) - slow} of {len(times)} within the goal")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
