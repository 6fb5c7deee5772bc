"""Ends, moves on or removes what nobody finished; safe at any time."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from imports.sweeping import sweep


class Command(BaseCommand):
    """Sweep once. Page views do the same now and then, so no clock process is needed."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For scripts."""
        parser.add_argument("--json", action="store_true", help="print one JSON line")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sweep, and say what was done."""
        swept = sweep()
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(swept)))
            return
        self.stdout.write(
            f"{swept.expired} expired, {swept.nudged} moved on, {swept.mails} mails asked for, "
            f"staging of {swept.tables} dropped, parts of {swept.uploads} uploads thrown away."
        )
