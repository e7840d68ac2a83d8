"""courtstream: the platform with which courts put trials before the public."""

__version__ = "0.1.0"
