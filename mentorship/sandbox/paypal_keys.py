"""PayPal's signing key and the small certificate authority behind it, made once and kept in the sandbox's folder."""

import base64
import datetime as dt
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CERTIFICATE_NAME = "messageverificationcerts.sandbox.paypal.com"
ALGORITHM = "SHA256withRSA"
# Nobody renews a sandbox's certificates, and its clock moves years ahead.
LASTING = dt.timedelta(days=50 * 365)


@dataclass(frozen=True)
class PayPalKeys:
    """Signs PayPal's webhooks. `root` is the file with the root certificate that an app has to trust."""

    root: Path
    certificate: bytes
    name: str
    _key: rsa.RSAPrivateKey

    def headers(self, payload: bytes, *, webhook_id: str, certs_url: str, forged: bool) -> Mapping[str, str]:
        """What PayPal sends beside a payload. The time is real time, whatever the sandbox clock says."""
        transmission, sent_at = str(uuid4()), dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        key = rsa.generate_private_key(65537, 2048) if forged else self._key
        signature = key.sign(
            signed_text(transmission, sent_at, webhook_id, payload), padding.PKCS1v15(), hashes.SHA256()
        )
        return {
            "PAYPAL-AUTH-ALGO": ALGORITHM,
            "PAYPAL-AUTH-VERSION": "v2",
            "PAYPAL-CERT-URL": f"{certs_url}/{self.name}",
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
            "PAYPAL-TRANSMISSION-TIME": sent_at,
            "User-Agent": "PayPal/AUHR-214.0-54280748",
        }

    def has_signed(self, signature: bytes, text: bytes) -> bool:
        """Whether a signature over `signed_text` is ours."""
        try:
            self._key.public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def signed_text(transmission: str, sent_at: str, webhook_id: str, payload: bytes) -> bytes:
    """The text that PayPal signs for a payload."""
    return f"{transmission}|{sent_at}|{webhook_id}|{zlib.crc32(payload)}".encode()


def load_keys(folder: Path) -> PayPalKeys:
    """The keys in a folder, made there when it does not exist. Processes that start together end up with the same."""
    if not folder.exists():
        _make(folder)
    certificate = (folder / "certificate.pem").read_bytes()
    key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return PayPalKeys(
        root=folder / "root.pem",
        certificate=certificate,
        name=f"CERT-{x509.load_pem_x509_certificate(certificate).serial_number:040x}",
        _key=key,
    )


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=folder.name, dir=folder.parent))
    root_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    root = _root(root_key)
    (draft / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (draft / "certificate.pem").write_bytes(
        _certificate(key.public_key(), root, root_key).public_bytes(serialization.Encoding.PEM)
    )
    (draft / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    try:
        draft.rename(folder)
    except OSError:
        # Another process was faster; its keys are as good.
        shutil.rmtree(draft)


def _root(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PayPal sandbox stand-in")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(name, name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: rsa.RSAPublicKey, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CERTIFICATE_NAME)])
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _builder(name, root.subject)
        .public_key(key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(CERTIFICATE_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    # A day early: the reader's clock may be behind.
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LASTING)
    )
