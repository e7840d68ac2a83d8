"""What several test folders share: rigs, faults as parameters, readers of published files."""
