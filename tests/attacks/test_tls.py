"""What the proxy of a live shop speaks with browsers: TLS 1.2 and 1.3, with forward secrecy, and nothing older."""

import re
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from smartshop.kernel.config import ROOT
from tests import requirements
from tests.attacks.test_slow_senders import PROGRAMS
from tests.faults.wire import free_port, until_it_is_back

OLD = "ALL:@SECLEVEL=0"


def _program(name: str) -> str:
    path = which(name, path=PROGRAMS)
    if path is None:
        requirements.missing("nginx", f"{name} is not installed")
    return str(path)


def _certificate(folder: Path) -> None:
    program = _program("openssl")
    name = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([program, "req", *name, *files], check=True, capture_output=True)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the deployed lines about TLS; nobody is behind it."""
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    program = _program("nginx")
    _certificate(folder)
    deployed = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    lines = "\n".join(re.findall(r"^ *ssl_(?!certificate).*;$", deployed, flags=re.MULTILINE))
    file = folder / "nginx.conf"
    file.write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{ access_log off;\n"
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem;\n"
        f"ssl_certificate_key {folder}/key.pem;\n{lines}\nreturn 204; }} }}\n",
        encoding="utf-8",
    )
    command = [program, "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until_it_is_back(lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close())
            yield port
        finally:
            server.terminate()


def spoken(port: int, version: ssl.TLSVersion, ciphers: str = "") -> tuple[str | None, str]:
    """The version and the cipher agreed on by a client that offers only these."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain) as connection,
    ):
        cipher = connection.cipher()
        return connection.version(), cipher[0] if cipher else ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_today_s_versions_are_spoken(port: int, version: ssl.TLSVersion) -> None:
    agreed, cipher = spoken(port, version)
    assert agreed == version.name.replace("_", ".")
    assert "GCM" in cipher or "CHACHA20" in cipher


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_not(port: int, version: ssl.TLSVersion) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        spoken(port, version, OLD)


@pytest.mark.parametrize("cipher", ["AES256-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384"])
def test_nor_are_ciphers_without_forward_secrecy_or_authentication(port: int, cipher: str) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        spoken(port, ssl.TLSVersion.TLSv1_2, f"{cipher}:@SECLEVEL=0")
