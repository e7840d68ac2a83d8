"""What must not be read: private spans in text, and the text without them."""

from courtstream.rules.masking.names import Aliases
from courtstream.rules.masking.spans import TextSpan
from courtstream.rules.masking.spotting import mask_text, spot, spot_turns

__all__ = ["Aliases", "TextSpan", "mask_text", "spot", "spot_turns"]
