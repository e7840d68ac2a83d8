"""`python -m courtstream.cli.child serve|node`: the children of `up`.

The same as the commands of those names without loading all the other commands: a child that
was killed is back the sooner.
"""

from __future__ import annotations

import sys
from typing import Literal

from courtstream.cli import running
from courtstream.settings import Settings
from courtstream.telemetry.logs import set_up_logs

Verb = Literal["serve", "node"]


def run(verb: Verb) -> None:
    """Run one part of the platform until a signal."""
    settings = Settings()
    set_up_logs(as_json=settings.log_json)
    running.run_or_explain((running.serve if verb == "serve" else running.node)(settings))


if __name__ == "__main__":
    run("serve" if sys.argv[1:] == ["serve"] else "node")
