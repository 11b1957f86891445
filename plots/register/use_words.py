"""Land uses in both languages: Arabic as the register writes them."""

from municipality.words import Text
from plots.register.models import UseClass

USES = {use: Text(str(use.label), use.value.replace("_", " ").capitalize()) for use in UseClass}
