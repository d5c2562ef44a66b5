"""The admin site as operators see it: each floor registers its tables, this one adds what looks across floors."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

import ocpp_ws.admin  # noqa: F401 - registers the message log
from gateway.pages.bulk import BulkPage
from gateway.pages.cards import CardPage
from gateway.pages.certificates import CertificatePage
from gateway.pages.charging_profiles import ChargingProfilePage, InstalledProfilePage
from gateway.pages.commands import CommandPage
from gateway.pages.files import FilePage
from gateway.pages.groups import GroupPage
from gateway.pages.reconciliation import ReconciliationPage
from gateway.pages.sessions import SessionPage
from gateway.pages.signing import SigningRequestPage
from gateway.pages.stations import StationPage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.models import (
    BulkCommand,
    Certificate,
    ChargingProfile,
    ChargingStation,
    Command,
    InstalledProfile,
    SigningRequest,
    StationFile,
    StationGroup,
)


class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


admin.site.index_title = "Overview"
PAGES = {
    User: UserAdmin,
    Group: GroupAdmin,
    RfidCard: CardPage,
    Certificate: CertificatePage,
    ChargingStation: StationPage,
    BulkCommand: BulkPage,
    Command: CommandPage,
    ChargingProfile: ChargingProfilePage,
    InstalledProfile: InstalledProfilePage,
    StationFile: FilePage,
    StationGroup: GroupPage,
    ChargingSession: SessionPage,
    ReconciliationItem: ReconciliationPage,
    SigningRequest: SigningRequestPage,
}
for model, page in PAGES.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, page)
