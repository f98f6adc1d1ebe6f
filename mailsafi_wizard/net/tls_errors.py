"""Why a TLS handshake failed, as our own errors: from OpenSSL's numbers and names."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint

_VERIFY_ERRORS: dict[int, type[errors.NotTrusted]] = {
    9: errors.CertificateExpired,
    10: errors.CertificateExpired,
    18: errors.CertificateSelfSigned,
    19: errors.CertificateUnknown,
    20: errors.CertificateUnknown,
    21: errors.CertificateUnknown,
    62: errors.CertificateWrongHost,
    64: errors.CertificateWrongHost,
}  # OpenSSL's X509_V_ERR_* numbers

_TLS_REASONS: dict[str, type[errors.TlsFailed]] = {
    "WRONG_VERSION_NUMBER": errors.TlsNotSpoken,  # what came is no TLS at all
    "RECORD_LAYER_FAILURE": errors.TlsNotSpoken,
    "HTTP_REQUEST": errors.TlsNotSpoken,
    "PACKET_LENGTH_TOO_LONG": errors.TlsNotSpoken,
    "UNSUPPORTED_PROTOCOL": errors.TlsTooOld,
    "TLSV1_ALERT_PROTOCOL_VERSION": errors.TlsTooOld,
    "VERSION_TOO_LOW": errors.TlsTooOld,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": errors.TlsTooOld,
    "DH_KEY_TOO_SMALL": errors.TlsTooOld,
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": errors.TlsTooOld,
}  # OpenSSL's names


@contextlib.contextmanager
def tls_errors(endpoint: Endpoint) -> Iterator[None]:
    """What Python says of a TLS handshake with ``endpoint`` becomes an error of ours."""
    try:
        yield
    except ssl.SSLCertVerificationError as e:
        kind = _VERIFY_ERRORS.get(e.verify_code, errors.NotTrusted)
        raise kind(e.verify_message, host=endpoint.host) from e
    except ssl.CertificateError as e:
        raise errors.CertificateWrongHost(str(e), host=endpoint.host) from e
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as e:  # which of the two depends on the version of OpenSSL
        raise errors.ConnectionLost(str(e), host=endpoint.host) from e
    except ssl.SSLError as e:
        failed = _TLS_REASONS.get(e.reason or "", errors.TlsFailed)
        raise failed(e.reason or str(e), host=endpoint.host, port=endpoint.port) from e
    except TimeoutError as e:
        raise errors.NoAnswer(str(e), host=endpoint.host) from e
    except OSError as e:
        raise errors.ConnectionLost(str(e), host=endpoint.host) from e
