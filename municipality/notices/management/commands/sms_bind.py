"""Hold the one bind to the operator's SMSC: ``manage.py sms_bind``."""

import asyncio
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from municipality.notices.smpp.link import Address
from municipality.notices.smpp.worker import SmsWorker

log = logging.getLogger("municipality.notices")


async def _work(address: Address) -> None:
    worker = SmsWorker(address)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, worker.stop)
    await worker.run()


async def _idle() -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()


class Command(BaseCommand):
    """Send and receive text messages until SIGTERM."""

    help = "Hand text messages over and take them in; without GEO_SMPP_URL it idles."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, or idle where no SMSC is configured."""
        if not settings.GEO_SMPP_URL:
            log.info("no GEO_SMPP_URL: text messages wait in the outbox")
            asyncio.run(_idle())
            return
        try:
            address = Address.of(settings.GEO_SMPP_URL)
        except ValueError as error:
            raise CommandError(str(error)) from None
        asyncio.run(_work(address))
