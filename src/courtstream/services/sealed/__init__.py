"""The sealed original: its checks, its views, its end."""
