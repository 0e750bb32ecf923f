"""The translation table: every code and every client-side exception has a class, a cause and a next step."""

from __future__ import annotations

import inspect
import json

import pytest
from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from trainctl_tui.domain import errors as ours
from trainctl_tui.providers.aws.errors import Act, credentials_failed, invalid_response, translate
from trainctl_tui.providers.aws.reasons import CODES

ACT = Act("list volumes", "ec2", "DescribeVolumes", "us-east-1", "training", now=1_790_000_000.0)

# RELIABILITY.md section 3.6, and what EC2, STS and IAM add to it.
EXPECTED_CODES = {
    ours.ExpiredCredentials: "ExpiredToken ExpiredTokenException RequestExpired",
    ours.CredentialsError: "InvalidClientTokenId UnrecognizedClientException SignatureDoesNotMatch"
    " InvalidAccessKeyId RequestTimeTooSkewed",
    ours.Denied: "UnauthorizedOperation AccessDenied AccessDeniedException AuthFailure OptInRequired",
    ours.Throttled: "RequestLimitExceeded Throttling ThrottlingException ThrottledException SlowDown"
    " TooManyRequestsException RequestThrottled RequestThrottledException BandwidthLimitExceeded",
    ours.OutcomeUnknown: "InternalError InternalFailure ServiceUnavailable Unavailable 500 502 503 504",
    ours.NotFound: "InvalidInstanceID.NotFound InvalidVolume.NotFound InvalidSnapshot.NotFound NoSuchKey"
    " NoSuchBucket InvalidAMIID.NotFound",
    ours.Conflict: "IncorrectState IncorrectInstanceState VolumeInUse InvalidVolume.ZoneMismatch"
    " IdempotentParameterMismatch InvalidSnapshot.InUse OperationNotPermitted VolumeLimitExceeded"
    " InvalidNextToken",
    ours.ConfigError: "InvalidParameterValue InvalidInstanceType InvalidInstanceID.Malformed"
    " UnsupportedOperation",
    ours.Bug: "InvalidParameterCombination MissingParameter InvalidAction",
}

# Every client-side class of RELIABILITY.md section 3.6, and its neighbours.
EXCEPTIONS: list[tuple[Exception, type[ours.TrainctlError]]] = [
    (sdk.NoCredentialsError(), ours.NoCredentials),
    (sdk.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), ours.NoCredentials),
    (sdk.CredentialRetrievalError(provider="custom-process", error_msg="boom"), ours.NoCredentials),
    (sdk.MetadataRetrievalError(error_msg="no"), ours.NoCredentials),
    (sdk.SSOTokenLoadError(error_msg="missing"), ours.NoCredentials),
    (sdk.LoginTokenLoadError(error_msg="missing"), ours.NoCredentials),
    (sdk.RefreshWithMFAUnsupportedError(), ours.NoCredentials),
    (json.JSONDecodeError("Expecting value", "hunter2", 0), ours.NoCredentials),
    (EOFError(), ours.NoCredentials),
    (sdk.UnauthorizedSSOTokenError(), ours.ExpiredCredentials),
    (sdk.TokenRetrievalError(provider="sso", error_msg="expired"), ours.ExpiredCredentials),
    (sdk.LoginRefreshRequired(), ours.ExpiredCredentials),
    (sdk.LoginInsufficientPermissions(), ours.Denied),
    (sdk.ProfileNotFound(profile="training"), ours.ConfigError),
    (sdk.ConfigNotFound(path="/x"), ours.ConfigError),
    (sdk.ConfigParseError(path="/x"), ours.ConfigError),
    (sdk.NoRegionError(), ours.ConfigError),
    (sdk.InvalidRegionError(region_name="a b"), ours.ConfigError),
    (sdk.InvalidConfigError(error_msg="x"), ours.ConfigError),
    (sdk.InvalidProxiesConfigError(error_msg="x"), ours.ConfigError),
    (sdk.EndpointProviderError(msg="x"), ours.ConfigError),
    (ValueError("Invalid endpoint: nonsense"), ours.ConfigError),
    (PermissionError(13, "Permission denied", "/home/a/.aws/config"), ours.ConfigError),
    (sdk.EndpointConnectionError(endpoint_url="http://x", error="x"), ours.NothingSent),
    (sdk.ConnectTimeoutError(endpoint_url="http://x"), ours.NothingSent),
    (sdk.ProxyConnectionError(proxy_url="http://x"), ours.NothingSent),
    (sdk.SSLError(endpoint_url="http://x", error="x"), ours.NothingSent),
    (sdk.ConnectionClosedError(endpoint_url="http://x"), ours.OutcomeUnknown),
    (sdk.ReadTimeoutError(endpoint_url="http://x"), ours.OutcomeUnknown),
    (sdk.ResponseStreamingError(error="x"), ours.OutcomeUnknown),
    (sdk.IncompleteReadError(actual_bytes=1, expected_bytes=2), ours.OutcomeUnknown),
    (sdk.HTTPClientError(error="x"), ours.OutcomeUnknown),
    (ResponseParserError("invalid XML received:\n<html>hunter2</html>"), ours.InvalidResponse),
    (sdk.ParamValidationError(report="x"), ours.Bug),
    (sdk.UnknownServiceError(service_name="x", known_service_names="y"), ours.Bug),
    (RuntimeError("what is this"), ours.Bug),
]


def client_error(
    code: str, message: str = "words of AWS", status: int = 400, **headers: str
) -> sdk.ClientError:
    return sdk.ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers},
        },
        "DescribeVolumes",
    )


def complete(error: ours.TrainctlError) -> bool:
    """Whether an error names the thing, the cause and the next step, each as a sentence."""
    told = (error.what, error.why, error.next_step)
    return all(text and (text[0].isupper() or text[0] == "`") and "{" not in text for text in told)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(code, kind) for kind, codes in EXPECTED_CODES.items() for code in codes.split()],
)
def test_each_code_has_its_class(code: str, kind: type[ours.TrainctlError]) -> None:
    assert type(translate(client_error(code), ACT)) is kind


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_names_thing_cause_and_next_step(code: str) -> None:
    told = translate(client_error(code), ACT)

    assert complete(told)
    assert told.what == "Could not list volumes in us-east-1."
    assert told.code == code


def test_the_table_is_as_long_as_it_must_be() -> None:
    assert len(CODES) >= 40
    assert sum(len(codes.split()) for codes in EXPECTED_CODES.values()) >= 40


@pytest.mark.parametrize(("error", "kind"), EXCEPTIONS, ids=lambda value: getattr(value, "__name__", None))
def test_each_client_side_exception_has_its_class(error: Exception, kind: type[ours.TrainctlError]) -> None:
    told = translate(error, ACT)

    assert type(told) is kind
    assert complete(told)
    assert "hunter2" not in str(told)


def test_every_exception_of_botocore_is_known_to_the_table() -> None:
    """A class that botocore adds later may fall to Bug; those of today do so on purpose only."""
    ours_to_blame = {
        name
        for name, kind in inspect.getmembers(sdk, inspect.isclass)
        if issubclass(kind, sdk.BotoCoreError) and _table_says_bug(kind)
    }

    not_ours = ("Credential", "Token", "Config", "Connection", "Timeout", "Region", "Login", "SSO", "Proxy")
    assert {name for name in ours_to_blame if any(word in name for word in not_ours)} == {"WaiterConfigError"}
    assert "ParamValidationError" in ours_to_blame


def _table_says_bug(kind: type[Exception]) -> bool:
    error = kind.__new__(kind)
    error.kwargs = {}  # type: ignore[attr-defined]
    return isinstance(translate(error, ACT), ours.Bug)


@pytest.mark.parametrize(
    ("message", "permission"),
    [
        (
            "You are not authorized to perform this operation. User: arn:aws:iam::1:user/a is not"
            " authorized to perform: ec2:DescribeVolumeStatus because no identity-based policy allows it."
            " Encoded authorization failure message: AbCdEf",
            "ec2:DescribeVolumeStatus",
        ),
        ("You are not authorized to perform this operation.", "ec2:DescribeVolumes"),
        ("", "ec2:DescribeVolumes"),
    ],
)
def test_a_missing_permission_names_itself(message: str, permission: str) -> None:
    told = translate(client_error("UnauthorizedOperation", message, 403), ACT)

    assert isinstance(told, ours.Denied)
    assert told.permission == permission
    assert permission in told.why
    assert permission in told.next_step
    assert "AbCdEf" not in str(told)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "Oddity.NotFound", ours.NotFound),
        (400, "InvalidThing.NotFound", ours.NotFound),
        (400, "SomeQuotaExceeded", ours.Conflict),
        (400, "WeirdThrottling", ours.Throttled),
        (429, "New", ours.Throttled),
        (403, "New", ours.Denied),
        (503, "New", ours.OutcomeUnknown),
        (400, "InvalidNovelty", ours.ConfigError),
        (400, "Novelty", ours.Bug),
        (400, "Client.UnauthorizedOperation", ours.Denied),
        (400, "Server.InternalError", ours.OutcomeUnknown),
    ],
)
def test_unknown_codes_fall_by_ending_and_status(
    status: int, code: str, kind: type[ours.TrainctlError]
) -> None:
    told = translate(client_error(code, status=status), ACT)

    assert type(told) is kind
    assert complete(told)


@pytest.mark.parametrize("code", ["AuthFailure", "RequestExpired", "SignatureDoesNotMatch"])
def test_a_wrong_clock_is_said_instead_of_a_wrong_key(code: str) -> None:
    theirs = "Mon, 21 Sep 2026 14:25:00 GMT"  # 1_790_000_700: eleven minutes and forty seconds later

    told = translate(client_error(code, status=401, date=theirs), ACT)

    assert "clock of this machine is 12 minutes behind" in told.why
    assert isinstance(told, ours.CredentialsError | ours.Denied)
    assert not told.retryable


def test_a_right_clock_leaves_the_key_to_blame() -> None:
    told = translate(client_error("AuthFailure", status=401, date="Mon, 21 Sep 2026 14:13:21 GMT"), ACT)

    assert "clock" not in told.why


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7.0), ("Mon, 21 Sep 2026 14:13:30 GMT", 10.0), ("soon", None), ("", None)],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, wait: float | None) -> None:
    error = client_error("RequestLimitExceeded", status=503)
    error.response["ResponseMetadata"]["HTTPHeaders"].update({"retry-after": header})

    assert translate(error, ACT).wait == wait


def test_profile_and_sign_in_command_are_named() -> None:
    told = translate(sdk.UnauthorizedSSOTokenError(), ACT)
    nameless = translate(sdk.SSOTokenLoadError(error_msg="x"), Act("list volumes"))

    assert "aws sso login --profile training" in told.next_step
    assert "the default profile" in nameless.why
    assert nameless.what == "Could not list volumes."


def test_long_words_of_aws_are_bounded() -> None:
    told = translate(client_error("IncorrectState", "x" * 5000), ACT)

    assert len(told.why) < 500


def test_our_own_errors_pass_unchanged() -> None:
    error = ours.Conflict("a", "b", "c")

    assert translate(error, ACT) is error


def test_whatever_breaks_while_credentials_load_is_the_source_s_fault() -> None:
    told = credentials_failed(AttributeError("'list' object has no attribute 'get'"), ACT)

    assert type(told) is ours.NoCredentials
    assert complete(told)


def test_after_an_answer_an_unknown_error_is_the_answer_s_fault() -> None:
    answered = Act("list volumes", "ec2", "DescribeVolumes", answered=True)

    assert type(translate(KeyError("GetCallerIdentityResult"), answered)) is ours.InvalidResponse
    assert type(translate(KeyError("x"), ACT)) is ours.Bug
    assert "Volumes" in invalid_response(ACT, "Volumes").why
