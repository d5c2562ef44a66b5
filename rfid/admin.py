"""Cards: the one table that operators keep by hand."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from ocpp_ws.protocol import ci_key
from rfid.models import RfidCard

TONES = {"Active": "green", "Blocked": "red", "Inactive": "grey", "Expired": "orange"}


class CardForm(forms.ModelForm):
    class Meta:
        model = RfidCard
        fields = ("tag_id", "status", "valid_until", "holder", "parent_id_tag", "max_sessions", "note")

    def clean_tag_id(self) -> str:
        """Django's own validation does not look at the unique column: no form has it."""
        tag: str = self.cleaned_data["tag_id"]
        other = RfidCard.objects.filter(tag_key=ci_key(tag)).exclude(pk=self.instance.pk).first()
        if other:
            raise forms.ValidationError(f"There is a card {other.tag_id} already; upper and lower case are the same.")
        return tag


@admin.register(RfidCard)
class CardAdmin(ModelAdmin):
    form = CardForm
    list_display = ("tag_id", "state", "holder", "parent_id_tag", "valid_until")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_per_page = 50
    search_fields: ClassVar[tuple[str, ...]] = ("tag_id", "holder", "parent_id_tag", "note")
    actions = ("block", "activate")

    @admin.display(description="status", ordering="status")
    def state(self, card: RfidCard) -> SafeString:
        expired = card.status == RfidCard.Status.ACTIVE and card.valid_until and card.valid_until <= timezone.now()
        word = "Expired" if expired else card.status
        return format_html('<span class="chip chip-{}">{}</span>', TONES[word], word)

    @admin.action(description="Block the selected cards", permissions=["change"])
    def block(self, request: HttpRequest, cards: QuerySet[RfidCard]) -> None:
        self.set_status(request, cards, RfidCard.Status.BLOCKED)

    @admin.action(description="Activate the selected cards", permissions=["change"])
    def activate(self, request: HttpRequest, cards: QuerySet[RfidCard]) -> None:
        self.set_status(request, cards, RfidCard.Status.ACTIVE)

    def set_status(self, request: HttpRequest, cards: QuerySet[RfidCard], status: Any) -> None:
        for card in cards:
            self.log_change(request, card, f"Status set to {status}.")
        changed = cards.update(status=status, updated_at=timezone.now())
        messages.success(request, f"{changed} {'card is' if changed == 1 else 'cards are'} {status} now.")
