"""The numbers behind docs/reliability.md: each run prints what it measured (`pytest -rP` or `-s` shows it)."""


def measured(row: str, text: str) -> None:
    print(f"\nMEASURED {row}: {text}")
