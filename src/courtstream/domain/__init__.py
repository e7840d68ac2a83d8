"""The words of the field as types. Standard library only; imports nothing else of ours."""
