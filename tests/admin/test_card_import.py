"""Cards from a file: looked at, confirmed, written; and back into a file."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from rfid.models import RfidCard
from stations.admin.show import listing
from stations.models import ChargingStation, UnknownTag
from tests.admin.hostile import HOSTILE

IMPORT, EXPORT = "/admin/rfid/rfidcard/import/", "/admin/rfid/rfidcard/export/"
FILE = "tagId;holder;status\nKNOWN;Jörg;Blocked\nNEW;Ann;\nBAD;;what\n".encode("latin-1")


@pytest.fixture
def known(db: None) -> RfidCard:
    return RfidCard.objects.create(tag_id="Known", holder="Ann")


def upload(client: Client, content: bytes) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("cards.csv", content)})


def hidden(response: Any) -> dict[str, str]:
    """What the preview's form posts."""
    return dict(re.findall(r'<input type="hidden" name="(sheet|seen)" value="([^"]*)"', response.content.decode()))


def test_a_file_is_looked_at_and_written_when_that_is_confirmed(operator: Client, known: RfidCard) -> None:
    preview = upload(operator, FILE)
    html = preview.content.decode()
    assert "Import 2 rows" in html
    assert "holder: Ann → Jörg, status: Active → Blocked" in html
    assert "Write Active, Blocked or Inactive." in html
    assert RfidCard.objects.count() == 1
    assert RfidCard.objects.get().holder == "Ann"

    done = operator.post(IMPORT, hidden(preview))
    html = done.content.decode()
    assert "1 card is new, 1 is changed." in html
    assert "Write Active, Blocked or Inactive." in html, "the bad row stays listed"
    assert "Import 2 rows" not in html
    assert sorted(RfidCard.objects.values_list("tag_id", "holder", "status")) == [
        ("Known", "Jörg", "Blocked"), ("NEW", "Ann", "Active"),
    ]  # fmt: skip
    assert sorted(LogEntry.objects.values_list("object_repr", "action_flag")) == [("Known", 2), ("NEW", 1)]


def test_a_file_without_errors_leads_to_the_list(operator: Client) -> None:
    response = operator.post(IMPORT, hidden(upload(operator, b"tag\nA\n")))
    assert (response.status_code, response["Location"]) == (302, listing(RfidCard))


def test_what_was_not_seen_is_not_written(operator: Client, known: RfidCard) -> None:
    preview = upload(operator, FILE)
    RfidCard.objects.update(holder="Meanwhile")
    again = operator.post(IMPORT, hidden(preview))
    assert "nothing was written" in again.content.decode()
    assert "holder: Meanwhile → Jörg" in again.content.decode()
    assert RfidCard.objects.get().holder == "Meanwhile"
    operator.post(IMPORT, hidden(again))
    assert RfidCard.objects.count() == 2


def test_what_was_not_uploaded_is_not_written(operator: Client) -> None:
    form = hidden(upload(operator, b"tag\nA\n"))
    response = operator.post(IMPORT, form | {"sheet": form["sheet"][:-2]})
    assert response["Location"] == IMPORT
    assert not RfidCard.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04", "workbook"), (b"tag,what\nA,\n", "“what” is not known"), (b"x" * 2_000_000, "larger than 1 MB")],
)
def test_a_file_that_cannot_be_taken_says_so_at_its_field(operator: Client, content: bytes, sentence: str) -> None:
    response = upload(operator, content)
    assert sentence in response.content.decode()
    assert 'name="file"' in response.content.decode()


def test_hostile_cells_are_shown_as_text(operator: Client) -> None:
    html = upload(operator, f"tag,holder,status\nA,{HOSTILE[1:]},\n{HOSTILE[1:]},,x\n".encode()).content.decode()
    assert "&lt;script&gt;x()" in html
    assert "<script>x()" not in html


def test_a_long_file_shows_its_errors_first_and_no_more_than_fit(operator: Client) -> None:
    rows = "".join(f"T{n},\n" for n in range(600))
    html = upload(operator, f"tag,status\n{rows}LAST,bad\n".encode()).content.decode()
    assert html.index(">LAST<") < html.index(">T0<")
    assert "101 more rows are not shown." in html
    assert "Import 600 rows" in html


@pytest.mark.parametrize("missing", ["add_rfidcard", "change_rfidcard"])
def test_import_needs_both_permissions(db: None, missing: str) -> None:
    user = User.objects.create_user("ute", is_staff=True)
    names = {"view_rfidcard", "add_rfidcard", "change_rfidcard"}
    user.user_permissions.set(Permission.objects.filter(codename__in=names - {missing}))
    client = Client()
    client.force_login(user)
    assert upload(client, b"tag\nA\n").status_code == 403
    assert "Import CSV" not in client.get(listing(RfidCard)).content.decode()
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert upload(client, b"tag\nA\n").status_code == 200
    assert "Import CSV" in client.get(listing(RfidCard)).content.decode()


def test_a_tag_that_was_unknown_is_none_any_more(operator: Client, station: ChargingStation) -> None:
    now = timezone.now()
    UnknownTag.objects.create(tag="Seen", station=station, count=1, first_seen_at=now, last_seen_at=now)
    operator.post(IMPORT, hidden(upload(operator, b"tag\nSEEN\n")))
    assert not UnknownTag.objects.waiting().exists()
    assert "Seen" not in operator.get(listing(UnknownTag)).content.decode()


def test_exported_cards_are_imported_without_a_change(operator: Client) -> None:
    RfidCard.objects.create(tag_id="=1+1", holder=HOSTILE, note="Jörg;\nx", parent_id_tag="-x", max_sessions=None)
    RfidCard.objects.create(tag_id="B", status="Blocked")
    content = b"".join(operator.get(EXPORT).streaming_content)  # type: ignore[attr-defined]
    html = upload(operator, content).content.decode()
    assert "unchanged: 2" in html
    assert "Import 2 rows" not in html
    assert not re.search("new: |changed: [1-9]|error: ", html.replace("unchanged: ", ""))


def test_export_has_the_cards_that_the_list_shows(operator: Client) -> None:
    RfidCard.objects.create(tag_id="A")
    RfidCard.objects.create(tag_id="B", status="Blocked")
    html = operator.get(listing(RfidCard, status__exact="Blocked")).content.decode()
    (address,) = re.findall(r'href="(/admin/rfid/rfidcard/export/[^"]*)"', html)
    lines = b"".join(operator.get(address).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines == ["tagId,status,validUntil,holder,parentIdTag,maxSessions,note", "B,Blocked,,,,1,"]
