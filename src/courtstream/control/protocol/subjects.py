"""Where each message goes: the subjects and buckets of NATS, built here and nowhere else."""

from __future__ import annotations


def worker_beat(hearing_id: str) -> str:
    """Heartbeat of one hearing's worker (`WorkerBeat`, once a second)."""
    return f"cs.worker.{hearing_id}.beat"


def worker_row(hearing_id: str) -> str:
    """Journal rows as they are written (`JournalRow`)."""
    return f"cs.worker.{hearing_id}.row"


def worker_command(hearing_id: str) -> str:
    """Requests to one hearing's worker (`Command` → `Reply`)."""
    return f"cs.worker.{hearing_id}.do"


def node_beat(node: str) -> str:
    """Heartbeat of a node agent (`NodeBeat`, every two seconds)."""
    return f"cs.node.{node}.beat"


def node_command(node: str) -> str:
    """Requests to a node agent (`NodeCommand` → `Reply`)."""
    return f"cs.node.{node}.do"


def node_rtc(node: str) -> str:
    """Requests to a node's WebRTC processes (`RtcRequest` → `RtcReply`)."""
    return f"cs.node.{node}.rtc"


def node_journal(node: str) -> str:
    """Asks a node for journal rows after a number (`JournalRequest` → `JournalPage`)."""
    return f"cs.node.{node}.journal"


INGEST_ADMIT = "cs.ingest.admit"
"""A publisher knocks (`AdmitRequest` → `AdmitReply`); answered by the platform (queue group)."""

INGEST_EVENT = "cs.ingest.event"
"""A publisher came, went or was refused (`IngestEvent`)."""

INGEST_REVOKED = "cs.ingest.revoked"
"""Keys are no longer in force (`KeysRevoked`); who publishes with one is put out."""

INGEST_PULLS = "cs.ingest.pulls"
"""Which sources a node fetches (`PullRequest` → `PullReply`); answered by the platform."""

PULL_NEWS = "cs.ingest.pulled"
"""How a fetched source fares (`PullNews`)."""

SPEECH_READ = "cs.speech.read"
"""Sound to be read by whoever of the speech services is free (`SpeechAsk` → `SpeechAnswer`, a queue
group). Kept by no stream: it carries what was said, unmasked."""

SPEECH_GROUP = "speech"
"""The queue group of the speech services."""


def node_files(node: str) -> str:
    """Asks a node what files of a hearing it has (`FilesRequest` → `FilesReply`)."""
    return f"cs.node.{node}.files"


def node_file(node: str) -> str:
    """Asks a node for a piece of one file (`FileRequest` → its bytes, see `broker.file`)."""
    return f"cs.node.{node}.file"


TAKE = "cs.hearing.take"
"""A node that holds the lease takes a hearing over (`TakeRequest` → `TakeReply`); answered by the
platform, which from then on refuses every older epoch."""

NODE_ORDER = "cs.nodes.order"
"""What operators want of a node (`NodeOrder` → `Reply`); answered by the platform."""

JOURNAL_NEWS = "cs.hearing.news"
"""The journal of a hearing grew though no worker runs (`JournalNews`)."""

JOURNAL_STREAM = "cs_journal"
"""JetStream copy of the journal rows of late: the next node begins where the last one was."""

JOURNAL_DAYS = 2.0
"""A sitting does not last longer; the journal itself is with the hearing."""

LEASE_BUCKET = "cs_leases"
"""KV bucket; one key a hearing; who holds it runs the hearing's worker."""

LEASE_TTL_SECONDS = 3.0
"""Half of what the design began with: a hearing has to be back within four seconds."""

CLUSTER_BUCKET = "cs_cluster"
"""KV bucket of what all nodes must have in common."""

CLUSTER_KEY_MARKS = "master_key_marks"
"""Check values of the cluster's master key, the one in force first; never the key."""
