"""The object store (S3): where closed files go, and where they are read when no machine has them.

Uploads come in pieces, each with its checksum, are tried again by the library, and count only when
the store then says the same size. Needs the extra `s3`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courtstream.domain.errors import CourtstreamError, ProgramMissing
from courtstream.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Store

PIECE = 8 * 1024 * 1024
"""Bytes of one piece of an upload; S3 asks for at least five mebibytes."""

READ = 1024 * 1024


class ObjectsAway(CourtstreamError):
    """The object store cannot be reached, or did not keep what it was given."""

    code = "objects_away"
    zh = "对象存储不可用"
    remedy = "检查 objects 设置与网络 / check the settings under `objects` and the network"
    status = 503


@dataclass(frozen=True, slots=True)
class Kept:
    """How many bytes a file has, and its ETag as the store gives it, quoted."""

    size: int
    tag: str


class Objects:
    """One bucket below one prefix. Names are paths: `public/<hearing>/live/seg-….m4s`."""

    def __init__(self, store: S3Store) -> None:
        import obstore

        self._store, self._library = store, obstore
        self._missing: type[Exception] = obstore.exceptions.NotFoundError
        self._failed: type[Exception] = obstore.exceptions.BaseError

    @classmethod
    def of(cls, settings: Settings) -> Objects | None:
        """The store of the settings, None when none is set. Raises ProgramMissing."""
        wanted = settings.objects
        if not wanted.bucket:
            return None
        try:
            from obstore.store import S3Store
        except ImportError as error:
            raise ProgramMissing("obstore: pip install 'courtstream[s3]'") from error
        more: dict[str, Any] = {}
        if wanted.endpoint:
            more["endpoint"] = wanted.endpoint
        if wanted.access_key:
            more["access_key_id"] = wanted.access_key
        if wanted.secret_key_file:
            more["secret_access_key"] = Path(wanted.secret_key_file).read_text("ascii").strip()
        return cls(
            S3Store(
                wanted.bucket,
                prefix=wanted.prefix or None,
                region=wanted.region,
                checksum_algorithm="SHA256",
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": wanted.endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=5),
                },
                retry_config={
                    "max_retries": 5,
                    "retry_timeout": timedelta(seconds=wanted.retry_seconds),
                },
                **more,
            )
        )

    async def put(self, name: str, path: Path) -> None:
        """Keep a file. Raises ObjectsAway; OSError when the file cannot be read."""
        size = path.stat().st_size
        try:
            await self._library.put_async(
                self._store, name, path, use_multipart=size > PIECE, chunk_size=PIECE
            )
            kept = (await self._library.head_async(self._store, name))["size"]
        except self._failed as error:
            raise ObjectsAway(type(error).__name__) from error
        if kept != size:
            raise ObjectsAway("size")

    async def measure(self, name: str) -> Kept | None:
        """What is known of a file; None when there is no such file. Raises ObjectsAway."""
        try:
            found = await self._library.head_async(self._store, name)
        except (self._missing, FileNotFoundError):
            return None
        except self._failed as error:
            raise ObjectsAway(type(error).__name__) from error
        return Kept(found["size"], found["e_tag"] or "")

    async def read(
        self, name: str, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes] | None:
        """A file's pieces from `start` up to `end`; None when there is no such file.

        Raises ObjectsAway.
        """
        wanted = {"offset": start} if end is None else (start, end)
        try:
            options = {"range": wanted} if start or end is not None else None
            found = await self._library.get_async(self._store, name, options=options)  # type: ignore[arg-type]
        except (self._missing, FileNotFoundError):
            return None
        except self._failed as error:
            raise ObjectsAway(type(error).__name__) from error
        return _pieces(found)

    async def fetch(self, name: str, target: Path) -> bool:
        """Write a kept file to `target`, whole or not at all; whether there was one."""
        pieces = await self.read(name)
        if pieces is None:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.part")
        with draft.open("wb") as file:
            async for piece in pieces:
                file.write(piece)
        draft.replace(target)
        return True

    async def delete(self, names: list[str]) -> None:
        """Let go of files. Raises ObjectsAway."""
        try:
            for name in names:
                await self._library.delete_async(self._store, name)
        except (self._missing, FileNotFoundError):
            return
        except self._failed as error:
            raise ObjectsAway(type(error).__name__) from error


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=READ):
        yield bytes(piece)
