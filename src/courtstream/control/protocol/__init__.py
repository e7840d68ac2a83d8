"""Messages between the platform, the node agents and the hearing workers, by conversation.

Everything crosses NATS as the JSON of one of these models. Nothing authoritative lives in NATS:
what is wanted is in the database, what happened is in the hearing's journal.
"""

from courtstream.control.protocol.base import (
    VERSION,
    Message,
    Reply,
)
from courtstream.control.protocol.door import (
    AdmitReply,
    AdmitRequest,
    IngestEvent,
    KeysRevoked,
    PullNews,
    PullOrder,
    PullReply,
    PullRequest,
)
from courtstream.control.protocol.hearing import (
    ComingLine,
    ComingSpan,
    Command,
    JournalRow,
    RowKind,
    Verb,
    WorkerBeat,
)
from courtstream.control.protocol.node import (
    JournalPage,
    JournalRequest,
    NodeBeat,
    NodeCommand,
    NodeVerb,
)
from courtstream.control.protocol.order import (
    SHORTEST_DELAY,
    ModelSpec,
    PolicySpec,
    SourceSpec,
    SpokenParticipant,
    WorkerSpec,
    window_of,
)
from courtstream.control.protocol.rtc import (
    RtcReply,
    RtcRequest,
    RtcVerb,
)
from courtstream.control.protocol.second_pass import (
    HideOrder,
    SecondPassSpec,
    SoundOrder,
    TextOrder,
    TurnText,
)
from courtstream.control.protocol.speech import (
    SpeechAnswer,
    SpeechAsk,
)
from courtstream.control.protocol.subjects import (
    INGEST_ADMIT,
    INGEST_EVENT,
    INGEST_PULLS,
    INGEST_REVOKED,
    LEASE_BUCKET,
    LEASE_TTL_SECONDS,
    PULL_NEWS,
    SPEECH_GROUP,
    SPEECH_READ,
    node_beat,
    node_command,
    node_journal,
    node_rtc,
    worker_beat,
    worker_command,
    worker_row,
)

__all__ = [
    "INGEST_ADMIT",
    "INGEST_EVENT",
    "INGEST_PULLS",
    "INGEST_REVOKED",
    "LEASE_BUCKET",
    "LEASE_TTL_SECONDS",
    "PULL_NEWS",
    "SHORTEST_DELAY",
    "SPEECH_GROUP",
    "SPEECH_READ",
    "VERSION",
    "AdmitReply",
    "AdmitRequest",
    "ComingLine",
    "ComingSpan",
    "Command",
    "HideOrder",
    "IngestEvent",
    "JournalPage",
    "JournalRequest",
    "JournalRow",
    "KeysRevoked",
    "Message",
    "ModelSpec",
    "NodeBeat",
    "NodeCommand",
    "NodeVerb",
    "PolicySpec",
    "PullNews",
    "PullOrder",
    "PullReply",
    "PullRequest",
    "Reply",
    "RowKind",
    "RtcReply",
    "RtcRequest",
    "RtcVerb",
    "SecondPassSpec",
    "SoundOrder",
    "SourceSpec",
    "SpeechAnswer",
    "SpeechAsk",
    "SpokenParticipant",
    "TextOrder",
    "TurnText",
    "Verb",
    "WorkerBeat",
    "WorkerSpec",
    "node_beat",
    "node_command",
    "node_journal",
    "node_rtc",
    "window_of",
    "worker_beat",
    "worker_command",
    "worker_row",
]
