"""Who acts: the person and the role that every change of a case, a bill or a message names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting in one role; ``person_id`` is None for the platform itself.

    ``role`` is a code of ``municipality.people.roles`` or ``system``.  ``for_person_id`` names
    the one on whose behalf a delegate, an agent or a hall officer acts.
    """

    person_id: int | None
    name: str
    role: str
    for_person_id: int | None = None


SYSTEM = Actor(person_id=None, name="system", role="system")
