"""A column that Django has no field for."""

from typing import Any

from django.db import models

from ocpp_ws.protocol import ci_key


class CiKeyField(models.CharField):
    """The key by which another column is found without case: filled at every save, never set by hand.

    No generated column: SQLite's LOWER knows ASCII only, and Ä1 and ä1 would be two cards there. `QuerySet.update` of
    the other column does not fill it.
    """

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(**options | {"editable": False})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = ci_key(getattr(model_instance, self.of))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of}
