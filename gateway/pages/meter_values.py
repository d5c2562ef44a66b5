"""The list of meter values, with its export."""

from gateway.pages.export import Exported
from sessions_app.admin import MeterValueAdmin
from sessions_app.exports import METER_VALUES


class MeterValuePage(Exported, MeterValueAdmin):
    export = METER_VALUES
