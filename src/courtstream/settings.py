"""The one configuration tree: `COURTSTREAM_…` variables, then `courtstream.toml`, then defaults."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from courtstream.domain.staff import StaffRole

ALONE = "local"
"""Name of the only node of an installation with a server of its own."""


class WebSettings(BaseModel):
    """Where the pages are served."""

    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the pages and the API.")
    base_url: str = Field("", description="Public address in links; empty means host and port.")
    session_hours: float = Field(12.0, gt=0, description="How long a staff sign-in lasts.")
    metrics_token: str = Field("", description="Opens /metrics to others than this machine.")
    embed_origins: str = Field("*", description="Sites that may frame clips (CSP sources).")
    secure_cookies: bool = Field(False, description="Set where the site is served over HTTPS.")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Host names the site answers to, beside base_url's and this machine's."
    )
    media_memory_mb: int = Field(
        192, ge=1, description="Memory for the newest segments that viewers ask for, in MB."
    )


class SignOnSettings(BaseModel):
    """The court's sign-on service (OpenID Connect). Empty `issuer`: local accounts only."""

    issuer: str = Field("", description="Issuer whose discovery document is read.")
    client_id: str = Field("", description="This platform's name at the service.")
    client_secret_file: str = Field("", description="File with the client secret.")
    label: str = Field("", description="Name on the sign-in button; empty: the general one.")
    scopes: str = Field("openid profile email", description="Scopes asked for.")
    groups_claim: str = Field("groups", description="Claim with the person's groups.")
    roles: dict[str, StaffRole] = Field(
        {}, description="Role by group; the first group listed here that the person has counts."
    )
    courts: dict[str, str] = Field({}, description="Court by group: its name or its code.")
    judge_claim: str = Field("", description="Claim with the judge's name as in the schedule.")


class AccessSettings(BaseModel):
    """How people and programs prove who they are."""

    second_factor_roles: tuple[StaffRole, ...] = Field(
        (StaffRole.OFFICE, StaffRole.ADMIN),
        description="Roles that need a second factor; the demonstration asks nobody.",
    )
    idle_minutes: float = Field(60.0, gt=0, description="A sign-in nobody uses ends after this.")
    token_days: int = Field(365, ge=1, description="The longest life of an API token.")
    requests_per_minute: int = Field(
        1200, ge=0, description="Pages and API calls of one address; media not counted. 0: any."
    )
    sign_on: SignOnSettings = SignOnSettings()


class IngestSettings(BaseModel):
    """Where courtroom encoders connect."""

    host: str = Field("127.0.0.1", description="Address the RTMP receiver listens on.")
    public_host: str = Field("", description="Host name written into the URLs clerks paste.")
    rtmp_port: int = Field(1935, ge=0, le=65535, description="One port for all courtrooms.")
    idle_seconds: float = Field(10.0, gt=0, description="A silent publisher is closed after this.")
    srt_port: int = Field(8890, ge=0, le=65535, description="One UDP port for all courtrooms.")
    srt_require_passphrase: bool = Field(
        False, description="Refuse SRT callers that do not encrypt."
    )
    pull_allow: tuple[str, ...] = Field(
        (), description="Sources that may be fetched: names, networks, each with :port or without."
    )
    webrtc_addresses: tuple[str, ...] = Field(
        (), description="Addresses offered to WebRTC peers; empty: the one listened on."
    )


class NatsSettings(BaseModel):
    """The nervous system. Empty `url`: an embedded server is started on loopback."""

    url: str = Field("", description="A cluster's address, for example nats://nats:4222.")
    port: int = Field(4222, ge=0, le=65535, description="Port of the embedded server.")
    credentials: str = Field("", description="Credentials file of this machine in the cluster.")
    ca: str = Field("", description="PEM file of the authority that signed the cluster's TLS.")
    replicas: int = Field(1, ge=1, le=5, description="Copies the cluster keeps of its streams.")
    lease_seconds: float = Field(3.0, ge=2.0, le=60.0, description="Life of a hearing's lease.")


class TraceSettings(BaseModel):
    """OpenTelemetry, for those who run a collector (extra `traces`)."""

    endpoint: str = Field(
        "", description="OTLP/HTTP address, for example http://host:4318/v1/traces."
    )


class ObjectSettings(BaseModel):
    """S3 for closed files. Empty `bucket`: none."""

    bucket: str = Field("", description="Bucket for segments, archives and public files.")
    endpoint: str = Field("", description="Address of an S3-compatible store; empty: AWS.")
    region: str = Field("us-east-1", description="Region of the bucket.")
    prefix: str = Field("", description="Put before every name in the bucket.")
    access_key: str = Field("", description="Access key id; empty: the environment's.")
    secret_key_file: str = Field("", description="File with the secret key.")
    retry_seconds: float = Field(60.0, gt=0, description="How long one request is tried again.")
    keep_days: float = Field(
        7.0, ge=0, description="Days after the end for which large public files stay here too."
    )


class AdmissionSettings(BaseModel):
    """When a stream is refused so that those that run do not suffer."""

    expect: str = Field("720p25", description="Picture a new hearing is expected to have.")
    load: float = Field(0.95, gt=0, description="Share of the cores that hearings may take.")
    least_free_gb: float = Field(2.0, ge=0, description="Free disk, in GiB, a new hearing needs.")
    calibrate: bool = Field(True, description="Measure this machine's costs at start-up.")
    low: Literal["auto", "always", "never"] = Field(
        "auto", description="360p beside the picture; auto: where the cores allow it."
    )


class LateSettings(BaseModel):
    """Recordings that are brought after their hearing."""

    most_gb: float = Field(20.0, gt=0, description="The largest file that is taken, in GiB.")


class WorkerSettings(BaseModel):
    """How far a live hearing's worker is bound."""

    confine: bool = Field(True, description="Bind workers' files, network and memory.")
    memory_gb: float = Field(8.0, gt=0, description="The most memory one worker may take, in GiB.")
    spares: int = Field(
        1, ge=0, le=8, description="Workers that wait, loaded, for a hearing; 180 MB each; 0: none."
    )


class ModelSettings(BaseModel):
    """Models by path; empty means the packaged ones, checked by SHA-256."""

    whisper: str = Field("", description="Folder of a CTranslate2 Whisper model.")
    whisper_small: str = Field(
        "", description="Folder of a smaller model, used live when the machine cannot keep up."
    )
    whisper_archive: str = Field(
        "", description="Folder of the best model, for the second listening; empty: `whisper`."
    )
    beam: int = Field(1, ge=1, le=10, description="Beam of live readings.")
    languages: dict[str, str] = Field(
        {}, description="Language of a courtroom by its id; zh where none. Others air silent."
    )
    faces: str = Field("", description="A YuNet ONNX file.")
    compute_type: str = Field("int8", description="CTranslate2 compute type; float16 on a GPU.")
    device: str = Field("cpu", description="Where the speech model computes: cpu, cuda or auto.")
    service: bool = Field(
        False, description="Hearings ask the speech services on NATS first (`courtstream speech`)."
    )
    service_batch: int = Field(
        8, ge=1, le=64, description="Readings a speech service does together."
    )
    threads: int = Field(1, ge=1, description="Threads of the speech model in one hearing.")


class Settings(BaseSettings):
    """All settings. `data` holds everything the platform writes."""

    model_config = SettingsConfigDict(
        env_prefix="COURTSTREAM_", env_nested_delimiter="__", toml_file="courtstream.toml"
    )

    data: Path = Field(Path("data"), description="Folder of database, hearings and public files.")
    public_folder: str = Field(
        "", description="Folder of released files, shared by all machines; empty: in `data`."
    )
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in `data`.")
    node: str = Field(
        ALONE, description="This machine's name; empty or `local` in a cluster: the host's."
    )
    secret_key_file: str = Field("", description="File with the signing secret; made when absent.")
    master_key_file: str = Field("", description="File with the master key; made when absent.")
    report_font: str = Field("", description="Font file of printed documents; else the system's.")
    log_json: bool = Field(True, description="JSON log lines; false for people at a terminal.")
    demo: bool = Field(False, description="Marks the site as a demonstration.")
    web: WebSettings = WebSettings()
    access: AccessSettings = AccessSettings()
    ingest: IngestSettings = IngestSettings()
    nats: NatsSettings = NatsSettings()
    models: ModelSettings = ModelSettings()
    traces: TraceSettings = TraceSettings()
    admission: AdmissionSettings = AdmissionSettings()
    objects: ObjectSettings = ObjectSettings()
    workers: WorkerSettings = WorkerSettings()
    late: LateSettings = LateSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; the file is optional."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @model_validator(mode="after")
    def _named(self) -> Settings:
        """A machine of a cluster has a name of its own."""
        if self.nats.url and self.node in ("", ALONE):
            self.node = re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:60] or ALONE
        return self

    @property
    def alone(self) -> bool:
        """Whether this machine has a server of its own, so that no other node can be there."""
        return not self.nats.url

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force; PostgreSQL is spoken to by psycopg."""
        url = re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", self.database_url)
        return url or f"sqlite:///{self.data / 'courtstream.sqlite3'}"

    @property
    def pages_url(self) -> str:
        """Where a browser or an encoder finds the pages."""
        web = self.web
        host = web.host if web.host not in ("", "0.0.0.0", "::") else "127.0.0.1"
        return web.base_url.rstrip("/") or f"http://{self.ingest.public_host or host}:{web.port}"

    @property
    def hearings(self) -> Path:
        """Private folders of the hearings: journal, spec, sealed original."""
        return self.data / "hearings"

    @property
    def public(self) -> Path:
        """Released files only; the one folder media routes read."""
        return Path(self.public_folder) if self.public_folder else self.data / "public"

    @property
    def keys(self) -> Path:
        """Folder of the master key and the signing secret, mode 0700."""
        return self.data / "keys"

    @property
    def master_key(self) -> Path:
        """File with the 32-byte master key that wraps every hearing's key."""
        return Path(self.master_key_file) if self.master_key_file else self.keys / "master.key"

    @property
    def secret_key(self) -> Path:
        """File with the secret that signs sessions."""
        return Path(self.secret_key_file) if self.secret_key_file else self.keys / "secret.key"

    @property
    def nats_url(self) -> str:
        """Address of the NATS server in force."""
        return self.nats.url or f"nats://127.0.0.1:{self.nats.port}"
