"""Black out what is, or looks like, a secret: for crash reports and logs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HIDDEN = "[redacted]"
_SECRETS = (
    # Access key ids: AKIA is long-lived, ASIA belongs to a session, the others are their relatives.
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,}"), _HIDDEN),
    (re.compile(r"(?i)\b(authorization\b['\"]?\s*[:=]\s*).*"), rf"\1{_HIDDEN}"),
    # The password of a proxy, or of any other address.
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), rf"\1{_HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer\s+|basic\s+)[A-Za-z0-9+/._~=-]{8,}"), rf"\1{_HIDDEN}"),
    # X-Amz-Signature, X-Amz-Security-Token, X-Amz-Credential: as header and in a presigned query.
    (re.compile(r"(?i)(x-amz-[a-z0-9-]+['\"]?\s*[:=]\s*)['\"]?[^\s&'\",;]+['\"]?"), rf"\1{_HIDDEN}"),
    (
        re.compile(r"(?i)([?&](?:signature|awsaccesskeyid|expires|policy|key-pair-id|token)=)[^\s&'\"]+"),
        rf"\1{_HIDDEN}",
    ),
    (
        re.compile(
            r"(?i)([a-z0-9_.-]*(?:secret|token|password|passwd|passphrase|api_?key|access_?key|credential|private_?key|mfa)"
            r"[a-z0-9_.-]*['\"]?\s*[:=]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s,;)}\]]+)"
        ),
        rf"\1{_HIDDEN}",
    ),
    # Anything as long and as mixed as a secret key or a session token, wherever it stands.
    (
        re.compile(
            r"(?<![A-Za-z0-9+/=_.-])(?=[A-Za-z0-9+/=]*[0-9])(?=[A-Za-z0-9+/=]*[A-Z])[A-Za-z0-9+/=]{40,}"
        ),
        _HIDDEN,
    ),
)
_PLAIN_AWS = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_OUTPUT",
    "AWS_PAGER",
)


def redact(text: str, environ: Mapping[str, str]) -> str:
    """Return the text with everything blacked out that is, or looks like, a secret.

    The values of ``AWS_*`` variables are known secrets, except for those that name a region or profile.
    """
    known = {value for name, value in environ.items() if len(value) >= 6 and _may_hold_a_secret(name)}
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _may_hold_a_secret(name: str) -> bool:
    if name.startswith("AWS_"):
        return name not in _PLAIN_AWS
    return any(word in name.upper() for word in ("SECRET", "TOKEN", "PASSWORD", "API_KEY", "CREDENTIAL"))
