from django.apps import AppConfig


class OcppConfig(AppConfig):
    name = "ocpp_ws"
    verbose_name = "OCPP"
