"""What each kind of work needs on its way: a site plan, audits, papers; kinds of one machine."""

from dataclasses import dataclass

from plots.building_permits.models import PermitApplication, Work

ARCHITECTURE, STRUCTURE = "architecture", "structure"  # the stages of audit, as states are named
ARCHITECTURAL_DRAWING, STRUCTURAL_DRAWING = "architectural_drawing", "structural_drawing"
AUDITED = {  # which papers are approved at which stage, version by version
    ARCHITECTURE: (ARCHITECTURAL_DRAWING,),
    STRUCTURE: (STRUCTURAL_DRAWING, "structural_calculation"),
}
DRAWINGS = (ARCHITECTURAL_DRAWING, STRUCTURAL_DRAWING)  # these are stamped


@dataclass(frozen=True, slots=True)
class Needs:
    """What a kind of work must bring and pass: ``audits`` in their order.

    ``has_site`` says whether a site plan is drawn and checked, ``changes`` whether it is about a
    permit that was issued before.
    """

    audits: tuple[str, ...]
    papers: tuple[str, ...]
    has_site: bool = False
    changes: bool = False


BOTH = (ARCHITECTURE, STRUCTURE)
OF_GROUND = ("title_deed", "krooki")  # muscat.md 1.4: the papers of a building permit
NEEDS = {
    Work.NEW: Needs(BOTH, (*OF_GROUND, *DRAWINGS), has_site=True),
    Work.ADDITION: Needs(BOTH, (*OF_GROUND, *DRAWINGS, "stability"), has_site=True, changes=True),
    Work.MODIFICATION: Needs(BOTH, (*OF_GROUND, *DRAWINGS), has_site=True, changes=True),
    Work.DEMOLITION: Needs((STRUCTURE,), (*OF_GROUND, "method")),
    Work.EXCAVATION: Needs((STRUCTURE,), (*OF_GROUND, "method")),
    Work.RENEWAL: Needs((), (), changes=True),
    Work.OWNER_CHANGE: Needs((), ("title_deed",), changes=True),
    Work.CONSULTANT_CHANGE: Needs((), ("cancellation",), changes=True),
}


def needs_of(application: PermitApplication) -> Needs:
    """Return what the kind of work of an application needs."""
    return NEEDS[Work(application.work)]
