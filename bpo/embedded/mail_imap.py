"""The local IMAP server: pymap over maildirs, one mailbox for every address, one password for all of them."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import time
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, FilterSet, Session
from pymap.backend.maildir import Identity as MaildirIdentity
from pymap.backend.maildir import Login as MaildirLogin
from pymap.backend.maildir.layout import MaildirLayout
from pymap.backend.maildir.mailbox import MailboxSet, Maildir
from pymap.backend.maildir.uidlist import Record, UidList
from pymap.concurrent import Subsystem
from pymap.exceptions import AuthorizationFailure, InvalidAuth
from pymap.imap import IMAPServer
from pymap.parsing.specials import ObjectId
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

KEPT_MAILS = 1000


class Boxes:
    """The mailboxes on disk."""

    def __init__(self, folder: Path, password: str) -> None:
        self.folder = folder
        self.password = password
        self._number = itertools.count()

    def path_of(self, address: str) -> Path:
        """The maildir of an address; its name cannot leave the folder."""
        name = quote(address.strip().lower()[:200], safe="@+_-.")
        return self.folder / (name.replace(".", "%2E", 1) if name.startswith(".") else name or "nobody")

    async def deliver(self, address: str, content: bytes) -> None:
        """Put a mail into the INBOX and give it the next uid, so that numbers follow the order of arrival."""
        box = self.path_of(address)
        if not box.exists():
            Maildir(str(box), create=True)
        key = f"{time.time_ns()}.{os.getpid()}_{next(self._number)}.{secrets.token_hex(4)}"
        draft = box / "tmp" / key
        draft.write_bytes(content)
        async with UidList.with_write(str(box)) as index:
            name = f"{key}:2,"
            draft.rename(box / "cur" / name)
            ids = {"E": str(ObjectId.random_email_id()), "T": str(ObjectId.random_thread_id())}
            index.set(Record(index.next_uid, ids, name))
            index.next_uid += 1
            for old in list(index.records)[:-KEPT_MAILS]:
                for file in (box / "cur").glob(f"{old.key}*"):
                    file.unlink(missing_ok=True)
                index.remove(old.uid)


async def listen(boxes: Boxes, host: str, port: int) -> asyncio.Server:
    """Start the server on a port (0 = any free one)."""
    arguments = Namespace(passlib_cfg=None, proxy_protocol="noop")
    config = Config(
        arguments,
        host=host,
        port=port,
        base_dir=str(boxes.folder),
        layout="++",
        colon=None,
        tls_enabled=False,
        hash_context=Cleartext(),
        subsystem=Subsystem.for_asyncio(),
        reject_dnsbl=False,
        invalid_user_sleep=0,
    )
    config.apply_context()
    server = IMAPServer(_Login(config, boxes), config)
    reader = ProxyProtocolReader(config.proxy_protocol)
    return await asyncio.start_server(reader.get_callback(server), host=host, port=port)


class _Raw:
    """A stored mail as the bytes that arrived; the standard library would write them anew."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __bytes__(self) -> bytes:
        return self.content


class _RawMaildir(Maildir):
    def get_message(self, key: str) -> Any:
        return _Raw(Path(self._join(self._lookup(key))).read_bytes())


class _Login(MaildirLogin):
    """Lets any address in that knows the password."""

    def __init__(self, config: Config, boxes: Boxes) -> None:
        super().__init__(config)
        self.boxes = boxes

    async def authenticate(self, credentials: ServerCredentials) -> MaildirIdentity:
        user = UserMetadata(self.config, credentials.authcid, password=self.boxes.password)
        if not credentials.verify(user):
            raise InvalidAuth()
        return _Identity(self, credentials.authcid)

    async def authorize(self, authenticated: Any, authzid: str) -> MaildirIdentity:
        if authenticated.name != authzid:
            raise AuthorizationFailure()
        return _Identity(self, authzid)


class _Identity(MaildirIdentity):
    def __init__(self, login: _Login, name: str) -> None:
        super().__init__(login.config, login.tokens, name, None, set())
        self.boxes = login.boxes

    async def get(self) -> UserMetadata:
        return UserMetadata(self.config, self.name, password=self.boxes.password)

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        box = self.boxes.path_of(self.name)
        layout = MaildirLayout.get(str(box), "++", _RawMaildir)
        maildir = _RawMaildir(str(box), create=not box.exists())
        yield Session(self.name, self.config, MailboxSet(maildir, layout), FilterSet(layout.path))
