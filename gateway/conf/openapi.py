"""The OpenAPI document's frame."""

from typing import Any


def spectacular() -> dict[str, Any]:
    return {
        "TITLE": "OCPP gateway",
        "DESCRIPTION": "Stations, sessions, cards and remote control of an OCPP 1.6J central system.",
        "VERSION": "0.1.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_PERMISSIONS": ["gateway.api.permissions.ApiAccess"],
        "SCHEMA_PATH_PREFIX": "/api",
        "COMPONENT_SPLIT_REQUEST": True,
        "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "gateway.api.schema.finish"],
        "ENUM_NAME_OVERRIDES": {
            "BulkItemState": "stations.models.BulkItem.State",
            "BulkState": "stations.models.BulkCommand.State",
            "CommandState": "stations.models.Command.State",
            "CertificateState": "stations.models.Certificate.State",
            "CertificateType": "stations.models.Certificate.Type",
            "CardStatus": "rfid.models.RfidCard.Status",
            "Registration": "stations.models.ChargingStation.Registration",
            "ReservationStatus": "stations.models.Reservation.Status",
            "SigningRequestState": "stations.models.SigningRequest.State",
            "SessionStatus": "sessions_app.models.ChargingSession.Status",
        },
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # else it asks validator.swagger.io
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
    }
