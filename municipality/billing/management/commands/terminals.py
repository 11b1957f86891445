"""``manage.py terminals``: the process that card terminals ask what is owed."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from municipality.billing.terminals.server import TerminalServer


class Command(BaseCommand):
    """Serve terminals until told to stop."""

    help = "Answers card terminals on GEO_TERMINAL_PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen; SIGTERM and SIGINT end it, terminals come back to the next one."""
        address = settings.GEO_TERMINAL_HOST, settings.GEO_TERMINAL_PORT
        with TerminalServer(address, clock=timezone.now) as server:

            def stop(signum: int, frame: object) -> None:
                threading.Thread(target=server.shutdown).start()

            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
            self.stdout.write(f"terminals: {address[0]}:{server.server_address[1]}")
            self.stdout.flush()
            server.serve_forever()
