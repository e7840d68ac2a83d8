"""What must not be read: private spans in text, and the text without them."""

from courtstream.rules.masking.spotting import TextSpan, mask_text, spot

__all__ = ["TextSpan", "mask_text", "spot"]
