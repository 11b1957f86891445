"""Add someone who can sign in, or change their roles: the first administrator of an empty city."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from municipality.actor import SYSTEM
from municipality.history.actions import record
from municipality.people.models import User
from municipality.people.roles import CODES


class Command(BaseCommand):
    """``add_person NAME --role admin [--role planner]``: asks for the password."""

    help = "Add a person with roles, or change the roles and password of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        parser.add_argument("name", help="the name to sign in with")
        parser.add_argument("--role", action="append", required=True, choices=CODES, dest="roles")
        parser.add_argument(
            "--password-from", metavar="VARIABLE", help="an environment variable, for scripts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the person; an administrator may also open /admin/."""
        password = self._password(options["password_from"])
        user, made = User.objects.get_or_create(username=options["name"])
        try:
            validate_password(password, user)
        except ValidationError as error:
            if made:
                user.delete()
            raise CommandError(" ".join(error.messages)) from None
        user.roles = sorted(set(options["roles"]))
        user.is_staff = user.is_superuser = "admin" in user.roles
        user.set_password(password)
        user.save()
        act, facts = "person.added" if made else "person.roles_changed", {"roles": user.roles}
        record(stream=f"person/{user.pk}", act=act, by=SYSTEM, at=timezone.now(), facts=facts)
        self.stdout.write(
            f"{'Added' if made else 'Changed'} {user.username}: {', '.join(user.roles)}"
        )

    def _password(self, variable: str | None) -> str:
        if variable:
            if variable not in os.environ:
                raise CommandError(f"the environment has no {variable}")
            return os.environ[variable]
        if not sys.stdin.isatty():
            raise CommandError("no terminal to ask on; use --password-from VARIABLE")
        first = getpass.getpass("Password: ")
        if first != getpass.getpass("Again: "):
            raise CommandError("the two passwords differ")
        return first
