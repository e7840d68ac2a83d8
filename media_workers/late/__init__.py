"""Recordings brought after the hearing: told apart, sealed, and worked through like a live one."""
