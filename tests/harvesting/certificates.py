"""Servers with good and bad certificates, signed by an authority made for a test."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEM = serialization.Encoding.PEM


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'[{"ma": 1}]')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that refuses a certificate hangs up."""


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(  # noqa: PLR0917 - a certificate's parts
    name: str,
    key: Any,
    issuer: str,
    signer: Any,
    days: int,
    address: str | None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(address is None, None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if address is None:
        usage = x509.KeyUsage(
            *(False, False, False, False, False, True, True, False, False)
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        names = [x509.IPAddress(ipaddress.ip_address(address))]
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
    return builder.sign(signer, hashes.SHA256())


def made(folder: Path) -> tuple[str, dict[str, Path]]:
    """Make an authority and certificates of 127.0.0.1.

    Returns:
        The authority's certificate as PEM, and the files of the others, each with its
        key, by what is wrong with it.
    """
    keys = {kind: ec.generate_private_key(ec.SECP256R1()) for kind in ("ca", "own")}
    ca, own = keys["ca"], keys["own"]
    root = _signed("CA", ca, "CA", ca, 10, None)
    certificates = {
        "good": _signed("tot", own, "CA", ca, 5, "127.0.0.1"),
        "expired": _signed("cu", own, "CA", ca, -1, "127.0.0.1"),
        "other_name": _signed("khac", own, "CA", ca, 5, "127.0.0.2"),
        "self_signed": _signed("tu", own, "tu", own, 5, "127.0.0.1"),
    }
    secret = own.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = {kind: folder / f"{kind}.pem" for kind in certificates}
    for kind, certificate in certificates.items():
        files[kind].write_bytes(certificate.public_bytes(PEM) + secret)
    return root.public_bytes(PEM).decode(), files


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the addresses of servers by what is wrong with each, and `ca` as PEM."""
    ca, files = made(folder)
    found = {"ca": ca}
    with ExitStack() as stack:
        for kind, path in files.items():
            server = _Server(("127.0.0.1", 0), _Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(path)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            threading.Thread(
                target=server.serve_forever, args=(0.05,), daemon=True
            ).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            found[kind] = f"https://127.0.0.1:{server.server_address[1]}/"
        yield found
