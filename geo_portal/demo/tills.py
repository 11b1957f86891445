"""The demo's card terminals: T-01 and T-02 in the first two halls; T-01 is the simulator's."""

from municipality.billing.terminals.models import Terminal
from municipality.places.models import Branch


def write_terminals() -> int:
    """Write the terminals; returns how many."""
    halls = Branch.objects.order_by("pk")[:2]
    made = [Terminal(code=f"T-{n:02d}", branch=hall) for n, hall in enumerate(halls, start=1)]
    return len(Terminal.objects.bulk_create(made))
