"""Every command as a form: what an operator fills in, what has to be confirmed, what is called."""

from gateway.pages.forms import (
    anything,
    core,
    files,
    local_list,
    many,
    reservation,
    security,
    smart_charging,
    templates,
)
from gateway.pages.forms.base import CommandForm

GROUPS: dict[str, dict[str, type[CommandForm]]] = {
    "": core.EVERYDAY | smart_charging.EVERYDAY,  # always in sight
    "Station": core.SELDOM | templates.FORMS | core.EXTENDED,
    "Firmware and logs": files.FILES,
    "Reservations": reservation.RESERVATION,
    "Local list": local_list.FORMS,
    "Certificates": security.CERTIFICATES,
    "Smart charging": smart_charging.SELDOM,
    "Expert": anything.FORMS,
}
FORMS = {name: form for group in GROUPS.values() for name, form in group.items()}
FOR_MANY = FORMS | many.FORMS
NAMES = {form.action: name for name, form in FORMS.items() if form.action}

__all__ = ["FORMS", "FOR_MANY", "GROUPS", "NAMES", "CommandForm"]
