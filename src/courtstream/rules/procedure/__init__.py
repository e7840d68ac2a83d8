"""Which steps of a hearing happened, and which rules were broken: packs as data, a pure engine."""

from courtstream.rules.procedure.engine import assess
from courtstream.rules.procedure.pack import Pack, PackInvalid, Step, load_pack

__all__ = ["Pack", "PackInvalid", "Step", "assess", "load_pack"]
