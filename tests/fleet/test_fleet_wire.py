"""The way to the database: encrypted and checked with a real server; a line that goes dead silently."""

import ctypes
import datetime as dt
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sicktui.fleet.address import connection_words
from sicktui.fleet.database import Database, DatabaseError, keep_trying, make_engine
from sicktui.model.settings import FleetSettings
from tests.fleet.postgres import Postgres
from tests.support.waiting import wait_until

HOST: Final = "db.plant.example"
AGES: Final = dt.timedelta(days=36500)


class Authority:
    """Signs certificates; its own is in a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        ca = x509.BasicConstraints(ca=True, path_length=None)
        self._write(self.file, self._signed(self._name, self._key, ca))

    def certificate(self, host: str, name: str) -> tuple[Path, Path]:
        """The files of a certificate for a host, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        files = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        self._write(files[0], self._signed(subject, key, names))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        files[1].chmod(0o600)
        return files

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - AGES / 100).not_valid_after(now + AGES)
        return made.add_extension(extension, critical=False).sign(self._key, hashes.SHA256())

    @staticmethod
    def _write(file: Path, certificate: x509.Certificate) -> None:
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def reach(postgres: Postgres, ca_file: Path | str, *, options: str = "") -> str | None:
    """Connect as the program does to a host of that name; why it could not."""
    settings = FleetSettings(
        url=f"postgresql://sicktui@{HOST}:{postgres.port}/sicktui{options}", ca_file=str(ca_file)
    )
    # Where the name leads is for the test to say; what is checked there is as in every connection.
    engine = make_engine(connection_words(settings, None) | {"hostaddr": "127.0.0.1"}, connections=1)
    try:
        Database(engine).now()
    except DatabaseError as error:
        return f"{error.message} {error.advice}"
    finally:
        engine.dispose()
    return None


def test_only_the_server_that_the_authority_names_is_used(postgres: Postgres, tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    assert "does not support SSL" in str(reach(postgres, ours.file))
    with postgres.encrypted(*ours.certificate(HOST, "server"), ours.file):
        assert reach(postgres, ours.file) is None
        assert "certificate verify failed" in str(reach(postgres, theirs.file))
        assert "certificate verify failed" in str(reach(postgres, ""))  # the authorities of this PC
        assert "does not exist" in str(reach(postgres, tmp_path / "absent.pem"))

        certificate, key = ours.certificate("hall-3", "client")
        login = f"?sslcert={certificate}&sslkey={key}"
        assert reach(postgres, ours.file, options=login) is None
        key.chmod(0o644)
        assert "group or world access" in str(reach(postgres, ours.file, options=login))
    with postgres.encrypted(*ours.certificate("other.plant.example", "other"), ours.file):
        assert HOST in str(reach(postgres, ours.file))


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


class Line:
    """A line to the server that can go dead: what is sent is lost, and neither side hears of it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut(self) -> None:
        """Every packet of the connections so far is dropped by a filter, and not acknowledged."""
        nothing = _Instruction(code=0x06, k=0)  # BPF: return 0 bytes
        program = _Program(len=1, filter=ctypes.pointer(nothing))
        for each in self._sockets:
            each.setsockopt(socket.SOL_SOCKET, 26, bytes(program))  # SO_ATTACH_FILTER

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=_forward, args=ends, daemon=True).start()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextmanager
def over(line: Line, quicker: dict[str, str]) -> Iterator[Database]:
    words = connection_words(FleetSettings(url=f"postgresql://sicktui@127.0.0.1:{line.port}/sicktui"), None)
    assert words.keys() >= quicker.keys()
    engine = make_engine(words | quicker, connections=1)
    yield Database(engine)
    engine.dispose()


@pytest.mark.skipif(sys.platform != "linux", reason="socket filters are Linux's")
def test_a_line_that_is_silently_dead_is_noticed_and_replaced(postgres: Postgres) -> None:
    quicker = {"keepalives_idle": "1", "keepalives_interval": "1", "keepalives_count": "2"}
    quicker |= {"tcp_user_timeout": "2000"}
    with Line(postgres.port) as line, over(line, quicker) as database:
        began = database.now()
        line.cut()  # nothing is under way
        assert keep_trying(database.now, pause=0.1) > began

        ended = threading.Event()

        def sleep() -> None:
            with suppress(DatabaseError), database.connected() as connection:
                connection.exec_driver_sql("SELECT pg_sleep(3600)")
            ended.set()

        waiting = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)'"
        threading.Thread(target=sleep, daemon=True).start()
        wait_until(lambda: postgres.psql(waiting).strip() == "1", "the question")
        line.cut()  # an answer is waited for
        assert ended.wait(60)
        postgres.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)' "
            "AND pid <> pg_backend_pid()"
        )
