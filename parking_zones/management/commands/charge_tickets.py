"""Ask the operator for the price of tickets by message: ``manage.py charge_tickets``."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from municipality.clock import database_now
from parking_zones.tickets.charging import BATCH, charge_waiting
from parking_zones.tickets.operator import operator

IDLE_S, AFTER_A_FAULT_S = 0.5, 5.0
log = logging.getLogger("parking_zones.tickets")


class Command(BaseCommand):
    """Charge what waits until SIGTERM."""

    help = "Charge tickets bought by SMS; without GEO_OPERATOR_URL it idles."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, or idle where no operator is configured."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        peer = operator()
        if peer is None:
            log.info("no GEO_OPERATOR_URL: no tickets by SMS are sold")
            stopped.wait()
            return
        while not stopped.is_set():
            try:
                turn = charge_waiting(peer=peer, at=database_now())
                pause = 0.0 if turn.asked == BATCH else IDLE_S
            except Error:  # the database went away: the rows wait for it
                log.exception("tickets could not be charged")
                close_old_connections()
                pause = AFTER_A_FAULT_S
            stopped.wait(pause)
