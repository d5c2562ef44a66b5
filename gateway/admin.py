"""The admin site as operators see it: each floor registers its tables, this one adds what looks across floors."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from gateway.models import Alert, Delivery, Subscription
from gateway.pages.alerts import AlertPage, DeliveryPage, SubscriptionPage
from gateway.pages.bulk import BulkPage
from gateway.pages.cards import CardPage
from gateway.pages.certificates import CertificatePage
from gateway.pages.charging_profiles import ChargingProfilePage, InstalledProfilePage
from gateway.pages.commands import CommandPage
from gateway.pages.files import FilePage
from gateway.pages.groups import GroupPage
from gateway.pages.messages import MessagePage
from gateway.pages.meter_values import MeterValuePage
from gateway.pages.reconciliation import ReconciliationPage
from gateway.pages.sessions import SessionPage
from gateway.pages.signing import SigningRequestPage
from gateway.pages.stations import StationPage
from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
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
    Alert: AlertPage,
    Subscription: SubscriptionPage,
    Delivery: DeliveryPage,
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
    OcppMessage: MessagePage,
    MeterValue: MeterValuePage,
    ReconciliationItem: ReconciliationPage,
    SigningRequest: SigningRequestPage,
}
for model, page in PAGES.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, page)
