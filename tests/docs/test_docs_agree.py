"""The documentation says what the code does: settings, messages, refusals, routes, links."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from gateway.api.root import NoSuchResource
from ocpp_ws.handlers import HANDLERS
from ocpp_ws.protocol.errors import HARMLESS, RULES, SEMANTIC, STRUCTURAL
from stations.api.remote.bulk import routes
from stations.commands import OUTGOING

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
METHODS = "get", "post", "put", "patch", "delete"


def page(name: str) -> str:
    return (DOCS / name).read_text()


def section(text: str, title: str) -> str:
    """From this heading to the next one of its level."""
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> list[str]:
    """What stands in the first column of its tables, without the heads."""
    cells = re.findall(r"^\| (.+?) \|", text, re.M)
    return [cell.strip("` ") for cell in cells if not re.match(r"(action|kind|variable)$", cell)]


def env_names(path: Path) -> set[str]:
    """The variables that a module reads: `env.int("NAME", …)`, `os.environ.get("NAME")`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    readers = [call for call in calls if ast.unparse(call.func).startswith(("env.", "os.environ.get"))]
    return {ast.literal_eval(call.args[0]) for call in readers if call.args}


def settings() -> set[str]:
    """`.env` cannot name itself."""
    return (env_names(ROOT / "gateway/settings.py") | env_names(ROOT / "gateway/checks.py")) - {"GATEWAY_ENV_FILE"}


def test_operations_lists_every_setting_and_no_other() -> None:
    assert set(first_cells(section(page("operations.md"), "Settings"))) == settings()


def test_env_example_lists_every_setting_and_no_other() -> None:
    named = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    assert set(named) == settings()


def test_every_message_from_stations_is_documented() -> None:
    told = {cell.removesuffix(" (extension)") for cell in first_cells(section(page("ocpp.md"), "From the station"))}
    assert told == set(HANDLERS)


def test_every_command_is_documented() -> None:
    modules = [ast.parse(path.read_text()) for path in (ROOT / "stations/commands").glob("*.py")]
    commands = {
        (call.args[1].value, function.name)
        for module in modules
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "give"
        if isinstance(call.args[1], ast.Constant)
    }
    assert set(re.findall(r"^\| (\w+) \| `(\w+)`", section(page("ocpp.md"), "To the station"), re.M)) == commands


def at_a_glance() -> list[list[str]]:
    rows = re.findall(r"^\| (\w+ \| (?:in|out) \| .+) \|$", section(page("ocpp.md"), "Every message at a glance"), re.M)
    return [[cell.strip("` ") for cell in row.split(" | ")] for row in rows]


def test_every_message_stands_in_the_table_with_its_route() -> None:
    rows = at_a_glance()
    extensions = {"CancelReservation", "ReserveNow"}
    assert {row[0] for row in rows if row[1] == "in"} == set(HANDLERS) - extensions
    assert {row[0] for row in rows if row[1] == "out"} == set(OUTGOING)
    assert {row[2] for row in rows if row[1] == "out"} <= set(routes())


def test_the_cases_in_the_table_are_those_that_are_played() -> None:
    played = {number for path in (ROOT / "tests/conformance").glob("test_*.py") for number in cases(path.read_text())}
    told = {number for row in at_a_glance() for cell in row[5].split(", ") for number in spread(cell)}
    about_connections = {"004_1", "004_2", "085", "086", "087", "088"}
    assert told | about_connections == played


def cases(text: str) -> list[str]:
    return re.findall(r"^async def test_tc_(\d+(?:_\d)?)_", text, re.M)


def spread(cell: str) -> list[str]:
    """`043_3 to 043_5` -> three of them."""
    first, _, last = cell.partition(" to ")
    if not last:
        return [] if cell == "-" else [cell]
    stem, start = first.split("_")
    return [f"{stem}_{number}" for number in range(int(start), int(last.split("_")[1]) + 1)]


def test_every_deviation_is_documented_with_its_answers_and_in_its_order() -> None:
    table = section(page("ocpp.md"), "Deviations and what they get")
    rows = re.findall(r"^\| `(.+?)` \| .+ \| (\w+) \| (\w+) \|$", table, re.M)
    answers = {
        STRUCTURAL: lambda code: (code, "same"),
        SEMANTIC: lambda code: ("accepted", code),
        HARMLESS: lambda code: ("accepted", "accepted"),
    }
    assert rows == [(kind, *answers[rule.refused](rule.code)) for kind, rule in RULES.items()]


def test_api_md_lists_every_route_and_no_other() -> None:
    told = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/[^\s`?]+)`", page("api.md")))
    paths = SchemaGenerator().get_schema(public=True)["paths"]
    served = {(method.upper(), path) for path, item in paths.items() for method in item if method in METHODS}
    assert {(method, nameless(path)) for method, path in told} == {(method, nameless(path)) for method, path in served}


def nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path).rstrip("/")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_api_address_that_a_page_names_exists(path: Path) -> None:
    named = set(re.findall(r"(?:localhost:3000|`)(/api/[\w/{}<>.-]*)", path.read_text()))
    views = {address: resolve(re.sub(r"[{<]\w+[}>]", "1", address)).func for address in named}
    assert [address for address, view in views.items() if getattr(view, "cls", None) is NoSuchResource] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)]+)\)", path.read_text())
    assert [target for target in targets if not leads_somewhere(path, target)] == []


def leads_somewhere(path: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    found = (path.parent / file) if file else path
    return found.exists() and (not anchor or anchor in anchors(found.read_text()))


def anchors(text: str) -> set[str]:
    """A heading's anchor as code hosts make it."""
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_in_the_index() -> None:
    missing = [
        str(path.relative_to(DOCS))
        for path in DOCS.rglob("*.md")
        if f"({path.relative_to(DOCS)})" not in page("index.md")
    ]
    assert missing == ["index.md"]
