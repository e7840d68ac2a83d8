"""The sealed original (庭审原始录音录像): encrypted, chained, never deleted.

The format is described in `docs/sealed-original.md`; both planes use it, the workers to write and
the platform to check and, with the master key and an entry in the audit chain, to open.
"""

from __future__ import annotations

from courtstream.seal.frames import Kind, Record
from courtstream.seal.keys import (
    MasterKey,
    exchange_master_key,
    hearing_key,
    load_or_create_master_key,
    seal_mark,
    seal_marks,
    sync_folder,
)
from courtstream.seal.reader import (
    Gap,
    PartReport,
    SealReader,
    SealReport,
    listed,
    sealed_folders,
    verify,
)
from courtstream.seal.writer import Recovery, SealWriter, recover

__all__ = [
    "Gap",
    "Kind",
    "MasterKey",
    "PartReport",
    "Record",
    "Recovery",
    "SealReader",
    "SealReport",
    "SealWriter",
    "exchange_master_key",
    "hearing_key",
    "listed",
    "load_or_create_master_key",
    "recover",
    "seal_mark",
    "seal_marks",
    "sealed_folders",
    "sync_folder",
    "verify",
]
