import gc

from django.apps import AppConfig

from gateway.checks import register_all


class GatewayConfig(AppConfig):
    name = "gateway"
    verbose_name = "Gateway"

    def ready(self) -> None:
        register_all()
        gc.enable()  # see manage.py
