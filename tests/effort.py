"""What work costs, on a machine that does other things beside it."""

import os


def processor_s() -> float:
    """Processor seconds of this process and of the children it has waited for.

    A clock on the wall measures what else the machine does; a guard that bounds work is asked
    what the work cost.
    """
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
