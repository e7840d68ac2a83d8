"""The speaker encoder's weights, and how they were made."""
