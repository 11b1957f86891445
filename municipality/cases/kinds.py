"""The machines of the city, by kind: written by the services, named in ``settings.CASE_KINDS``."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from municipality.cases.machine import Machine, MachineError


@cache
def machine_of(kind: str) -> Machine:
    """Return the machine of a kind; raises KeyError for a kind nobody serves."""
    found = import_string(settings.CASE_KINDS[kind])
    if not isinstance(found, Machine) or found.kind != kind:
        raise MachineError(f"{settings.CASE_KINDS[kind]} is not the machine of {kind}")
    return found


def machines() -> list[Machine]:
    """Return every machine of the city."""
    return [machine_of(kind) for kind in settings.CASE_KINDS]
