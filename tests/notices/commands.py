"""A command as a service writes one: it takes "case N", fails on "fault", and tells secrets."""

from municipality.notices.inbound import InboundText, Reply
from tests.notices.builders import FREE, SHORT, phone_of

SECRET = "Salim owns plot 2417"
OWNER = phone_of(1)


def fake(text: InboundText) -> Reply | None:
    """Answer "case N" with the case, to its owner alone with a personal fact."""
    if text.folded == "fault":
        raise RuntimeError("no")
    if not text.folded.startswith(("case ", "معامله ")):
        return None
    number = text.text.split()[-1]
    if text.sender == OWNER:
        return Reply(FREE.code, {"text": f"{number}: {SECRET}"})
    return Reply(SHORT.code, {"number": number})
