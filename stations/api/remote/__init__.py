"""/api/admin/{cpId}/...: remote control, a module per profile."""

from stations.api.remote.anything import AnyCallRoute
from stations.api.remote.core import CoreRoutes
from stations.api.remote.files import FileRoutes
from stations.api.remote.local_list import LocalListRoutes
from stations.api.remote.reservation import ReservationRoutes
from stations.api.remote.security import SecurityRoutes
from stations.api.remote.smart_charging import SmartChargingRoutes
from stations.api.remote.templates import TemplateRoute


class RemoteControlViewSet(
    CoreRoutes,
    FileRoutes,
    LocalListRoutes,
    ReservationRoutes,
    SmartChargingRoutes,
    TemplateRoute,
    SecurityRoutes,
    AnyCallRoute,
):
    """Each route waits for the station's answer and gives it: 200 also for Rejected. 409: not connected, at once;
    502: the station answered with an error; 504: no answer in time."""
