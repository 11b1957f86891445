"""Settings of the process under test: the test settings with the templates of the tests."""

from geo_portal.settings.test import *  # noqa: F403

NOTICE_TEMPLATES = ["municipality.notices.inbound.TEMPLATES", "tests.notices.builders.TEMPLATES"]
SMS_COMMANDS = {"fake": "tests.notices.commands.fake"}
