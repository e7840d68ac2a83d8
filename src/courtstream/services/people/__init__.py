"""Accounts, sign-ins, reach, and the audit chain of what people did."""
