"""`python -m gateway.first_run`: writes `.env` for a first start on a developer's machine, once. Needs no Django."""

import os
import secrets
from pathlib import Path

HEAD = "# Written at the first start. The environment wins over this file; .env.example lists what may stand here.\n"


def main() -> None:
    path = Path(os.environ.get("GATEWAY_ENV_FILE") or Path(__file__).resolve().parent.parent / ".env")
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "w") as out:
        out.write(f"{HEAD}GATEWAY_PROFILE=dev\nDEBUG=0\nSECRET_KEY={secrets.token_urlsafe(50)}\n")
    print(f"Wrote {path.name} with a random SECRET_KEY and GATEWAY_PROFILE=dev; for production see .env.example.")


if __name__ == "__main__":
    main()
