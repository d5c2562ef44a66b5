"""The house keeps its floors: gateway -> ocpp_ws -> sessions_app -> stations -> rfid, and the cellar below them all."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["rfid", "stations", "sessions_app", "ocpp_ws", "gateway"]  # lowest first
CELLAR = "ocpp_ws.protocol"
CELLAR_MAY_IMPORT = {"orjson", "jsonschema_rs"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def in_cellar(path: Path) -> bool:
    return path.is_relative_to(ROOT / "ocpp_ws" / "protocol")


@pytest.mark.parametrize("path", sources(*FLOORS), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_go_down(path: Path) -> None:
    mine = -1 if in_cellar(path) else FLOORS.index(path.relative_to(ROOT).parts[0])
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for name, line in imports(path)
        if (top := name.split(".")[0]) in FLOORS and not name.startswith(CELLAR) and FLOORS.index(top) > mine
    ]
    assert not upward


@pytest.mark.parametrize("path", sources("ocpp_ws/protocol"), ids=lambda path: path.name)
def test_the_protocol_core_needs_no_framework(path: Path) -> None:
    tops = {name.split(".")[0] for name, _ in imports(path)}
    assert tops <= sys.stdlib_module_names | CELLAR_MAY_IMPORT | {"ocpp_ws"}


def test_an_upward_import_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "services.py"
    module.write_text("from ocpp_ws.writer import writer\nimport gateway.urls\n")
    assert [name for name, _ in imports(module)] == ["ocpp_ws.writer.writer", "gateway.urls"]
