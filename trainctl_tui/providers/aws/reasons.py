"""The one translation table for AWS: what each code and each client-side exception means, and what to do.

Codes come from the error lists of EC2, STS, IAM, SSM and S3; exceptions from botocore 1.44. ``{login}`` and
``{profile}`` in a next step are filled in by ``errors.translate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError

from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError
from msgspec import Struct

from trainctl_tui.domain.errors import (
    Bug,
    ConfigError,
    Conflict,
    CredentialsError,
    Denied,
    ExpiredCredentials,
    InvalidResponse,
    NoCredentials,
    NotFound,
    NothingSent,
    OutcomeUnknown,
    Throttled,
    TrainctlError,
)


class Reason(Struct, frozen=True):
    """Why a call failed and what to do. ``quote`` adds the provider's own words."""

    error: type[TrainctlError]
    why: str
    next_step: str
    quote: bool = False


EXPIRED = Reason(ExpiredCredentials, "The session has ended.", "Sign in again: {login}.")
NOT_ACCEPTED = Reason(
    CredentialsError,
    "AWS does not accept these credentials.",
    "Check the keys of {profile}, or sign in again: {login}.",
)
AUTH_FAILURE = Reason(
    Denied,
    "AWS could not validate these credentials here: a wrong key, or a region that is not enabled.",
    "Check the keys of {profile}, and that the account may use this region.",
)
DENIED = Reason(Denied, "You are signed in, but not allowed to do this.", "Ask for the permission.", True)
OPT_IN = Reason(Denied, "The account has no access to this service or region.", "Enable it, or leave it out.")
CLOCK = Reason(
    CredentialsError, "The clock of this machine is wrong.", "Set the clock (timedatectl), then try again."
)
SLOWER = Reason(Throttled, "AWS asks for slower calls.", "Nothing to do: the next try comes later.")
SERVER = Reason(
    OutcomeUnknown, "AWS had a fault of its own.", "Nothing to do: the next try comes later.", True
)
UNKNOWN_ID = Reason(
    NotFound, "AWS does not know it, or does not know it yet.", "Refresh, and check the region.", True
)
IN_USE = Reason(
    Conflict, "It is in a state that forbids this.", "Wait for the current change, then refresh.", True
)
LIMIT = Reason(
    Conflict, "The account has reached a limit.", "Free something, or ask AWS for a higher quota.", True
)
TOKEN = Reason(
    Conflict, "The list changed while it was read.", "Nothing to do: the next refresh starts afresh."
)
ARGUMENT = Reason(ConfigError, "AWS refuses a value.", "Check region, profile and settings.", True)
REHEARSED = Reason(Conflict, "It would have been done.", "Nothing to do: it was a rehearsal.")
OURS = Reason(
    Bug, "trainctl-tui sent what AWS does not understand.", "Please report it, with the log file.", True
)
UNSUPPORTED = Reason(
    ConfigError, "This is not supported here.", "Choose another region, or leave it out.", True
)
PROXY = Reason(ConfigError, "The proxy wants a name and a password.", "Set them in HTTPS_PROXY.")
NOT_AWS = Reason(
    InvalidResponse,
    "What answered is not AWS: perhaps a login page of the network, a proxy, or a wrong endpoint.",
    "Check the network and AWS_ENDPOINT_URL; the next try comes later.",
)

_CODES: tuple[tuple[Reason, str], ...] = (
    (EXPIRED, "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired"),
    (
        NOT_ACCEPTED,
        "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId SignatureDoesNotMatch"
        " InvalidSignatureException IncompleteSignature IncompleteSignatureException"
        " MissingAuthenticationToken MissingAuthenticationTokenException InvalidToken NotSignedUp",
    ),
    (AUTH_FAILURE, "AuthFailure"),
    (
        DENIED,
        "UnauthorizedOperation AccessDenied AccessDeniedException UnauthorizedAccess NotAuthorized"
        " NotAuthorizedException Client.UnauthorizedOperation AuthorizationError"
        " AuthorizationHeaderMalformed",
    ),
    (OPT_IN, "OptInRequired PendingVerification Blocked RegionDisabledException"),
    (CLOCK, "RequestTimeTooSkewed RequestInTheFuture"),
    (
        SLOWER,
        "RequestLimitExceeded Throttling ThrottlingException ThrottledException Throttled SlowDown"
        " RequestThrottled RequestThrottledException TooManyRequestsException BandwidthLimitExceeded"
        " PriorRequestNotComplete EC2ThrottledException ProvisionedThroughputExceededException"
        " LimitExceededException TransactionInProgressException 429",
    ),
    (
        SERVER,
        "InternalError InternalFailure InternalServerError InternalServiceError ServiceUnavailable"
        " ServiceUnavailableException Unavailable ServerInternal RequestTimeout RequestTimeoutException"
        " 500 502 503 504",
    ),
    (
        UNKNOWN_ID,
        "InvalidInstanceID.NotFound InvalidVolume.NotFound InvalidSnapshot.NotFound"
        " InvalidAttachment.NotFound InvalidAMIID.NotFound InvalidGroup.NotFound InvalidSubnetID.NotFound"
        " InvalidVpcID.NotFound InvalidKeyPair.NotFound NoSuchKey NoSuchBucket NoSuchEntity NoSuchUpload"
        " ResourceNotFoundException ParameterNotFound InvocationDoesNotExist InvalidInstanceId",
    ),
    (
        IN_USE,
        "IncorrectState IncorrectInstanceState VolumeInUse InvalidVolume.ZoneMismatch"
        " InvalidSnapshot.InUse IncorrectSpotRequestState OperationNotPermitted DependencyViolation"
        " IdempotentParameterMismatch IdempotentInstanceTerminated ResourceInUseException"
        " IncorrectModificationState ConflictException",
    ),
    (
        LIMIT,
        "InstanceLimitExceeded VolumeLimitExceeded SnapshotLimitExceeded VcpuLimitExceeded"
        " MaxSpotInstanceCountExceeded ResourceLimitExceeded ConcurrentSnapshotLimitExceeded"
        " InsufficientInstanceCapacity InsufficientVolumeCapacity InsufficientCapacity TagLimitExceeded",
    ),
    (TOKEN, "InvalidNextToken InvalidPaginationToken ExpiredNextTokenException InvalidNextTokenException"),
    (
        ARGUMENT,
        "InvalidParameterValue InvalidInstanceID.Malformed InvalidParameter InvalidInstanceType"
        " InvalidID ValidationError ValidationException InvalidRegion InvalidEndpointException"
        " InvalidVolumeID.Malformed InvalidSnapshotID.Malformed InvalidFilter",
    ),
    (UNSUPPORTED, "UnsupportedOperation Unsupported UnsupportedInstanceAttribute"),
    (
        OURS,
        "InvalidParameterCombination MissingParameter UnknownParameter InvalidAction InvalidQueryParameter"
        " MalformedQueryString MissingAction UnknownOperationException InvalidRequest",
    ),
    (REHEARSED, "DryRunOperation"),
    (PROXY, "407"),
)

CODES: Mapping[str, Reason] = {code: reason for reason, codes in _CODES for code in codes.split()}

_NO_KEYS = Reason(
    NoCredentials,
    "No AWS credentials were found.",
    "Set AWS_PROFILE or --profile, run `aws configure`, or sign in: {login}. `trainctl-tui demo` needs none.",
)
_HALF_KEYS = Reason(
    NoCredentials,
    "The credentials are incomplete.",
    "Give both the access key and the secret key of {profile}.",
    True,
)
_SOURCE = Reason(
    NoCredentials,
    "The source of the credentials failed.",
    "Run the credential command of {profile} by hand, or sign in: {login}.",
    True,
)
_NO_JSON = Reason(
    NoCredentials,
    "The credential command (credential_process) did not answer with JSON.",
    "Run the credential command of {profile} by hand and correct it.",
)
_LOGIN = Reason(NoCredentials, "There is no saved sign-in for {profile}.", "Sign in: {login}.")
_MFA = Reason(
    NoCredentials,
    "{profile} asks for an MFA code, and a running screen cannot ask for one.",
    'Get a session first: eval "$(aws configure export-credentials --profile NAME --format env)";'
    " then start again.",
)
_SETTING = Reason(
    ConfigError, "A setting of AWS cannot be used.", "Correct it in ~/.aws/config or the environment.", True
)
_PROFILE = Reason(
    ConfigError,
    "There is no such profile in ~/.aws/config or ~/.aws/credentials.",
    "Choose one of `aws configure list-profiles`.",
    True,
)
_FILE = Reason(
    ConfigError,
    "A file of the AWS settings cannot be read, or a credential command cannot be run.",
    "Check the files under ~/.aws and the commands that they name.",
    True,
)
_NO_REGION = Reason(ConfigError, "No region is set.", "Set AWS_REGION or --region, or region in the profile.")
_REGION = Reason(
    ConfigError, "There is no such region or endpoint.", "Check --region and AWS_ENDPOINT_URL.", True
)
_UNREACHED = Reason(
    NothingSent,
    "The endpoint could not be reached.",
    "Check the network, the region and AWS_ENDPOINT_URL; the next try comes later.",
)
_PROXY_DOWN = Reason(NothingSent, "The proxy could not be reached.", "Check HTTPS_PROXY and NO_PROXY.")
_TLS = Reason(
    NothingSent,
    "The TLS certificate was not accepted.",
    "Behind a company proxy, set AWS_CA_BUNDLE to its certificate.",
)
_CUT = Reason(OutcomeUnknown, "The line broke before the whole answer was here.", "The next try comes later.")
_SLOW = Reason(OutcomeUnknown, "No answer came in time.", "The next try comes later.")
_ASSERTED = Reason(
    Bug, "trainctl-tui asked botocore for what it cannot do.", "Please report it, with the log file.", True
)

EXCEPTIONS: Mapping[type[BaseException], Reason] = {
    sdk.NoCredentialsError: _NO_KEYS,
    sdk.PartialCredentialsError: _HALF_KEYS,
    sdk.CredentialRetrievalError: _SOURCE,
    sdk.MetadataRetrievalError: _SOURCE,
    sdk.UnknownCredentialError: _SETTING,
    sdk.UnknownTokenProviderError: _SETTING,
    JSONDecodeError: _NO_JSON,
    EOFError: _MFA,
    sdk.RefreshWithMFAUnsupportedError: _MFA,
    sdk.SSOTokenLoadError: _LOGIN,
    sdk.LoginTokenLoadError: _LOGIN,
    sdk.NoAuthTokenError: _LOGIN,
    sdk.UnauthorizedSSOTokenError: EXPIRED,
    sdk.TokenRetrievalError: EXPIRED,
    sdk.LoginRefreshRequired: EXPIRED,
    sdk.LoginAuthorizationCodeError: EXPIRED,
    sdk.LoginInsufficientPermissions: Reason(
        Denied, "The sign-in does not carry the needed permissions.", "Sign in again: {login}."
    ),
    sdk.SSOError: _SOURCE,
    sdk.LoginError: _SOURCE,
    sdk.ProfileNotFound: _PROFILE,
    sdk.ConfigNotFound: _FILE,
    sdk.ConfigParseError: _FILE,
    OSError: _FILE,
    sdk.NoRegionError: _NO_REGION,
    sdk.InvalidRegionError: _REGION,
    sdk.UnknownRegionError: _REGION,
    sdk.ServiceNotInRegionError: _REGION,
    sdk.BaseEndpointResolverError: _REGION,
    sdk.EndpointProviderError: _REGION,
    sdk.InvalidEndpointConfigurationError: _REGION,
    sdk.InvalidConfigError: _SETTING,
    sdk.InvalidIMDSEndpointError: _SETTING,
    sdk.InvalidIMDSEndpointModeError: _SETTING,
    sdk.InvalidProxiesConfigError: _SETTING,
    sdk.InvalidDefaultsMode: _SETTING,
    sdk.InvalidRetryConfigurationError: _SETTING,
    sdk.InvalidSTSRegionalEndpointsConfigError: _SETTING,
    sdk.InvalidS3UsEast1RegionalEndpointConfigError: _SETTING,
    sdk.UnsupportedS3ConfigurationError: _SETTING,
    sdk.UnsupportedS3AccesspointConfigurationError: _SETTING,
    sdk.UnsupportedS3ControlConfigurationError: _SETTING,
    sdk.InvalidEndpointDiscoveryConfigurationError: _SETTING,
    sdk.InvalidChecksumConfigError: _SETTING,
    sdk.UnknownSignatureVersionError: _SETTING,
    sdk.UnsupportedSignatureVersionError: _SETTING,
    sdk.MissingDependencyException: _SETTING,
    sdk.ProxyConnectionError: _PROXY_DOWN,
    sdk.SSLError: _TLS,
    sdk.ConnectionError: _UNREACHED,
    sdk.EndpointConnectionError: _UNREACHED,
    sdk.ConnectTimeoutError: _UNREACHED,
    ConnectionError: _UNREACHED,
    TimeoutError: _SLOW,
    sdk.ReadTimeoutError: _SLOW,
    sdk.ConnectionClosedError: _CUT,
    sdk.ResponseStreamingError: _CUT,
    sdk.IncompleteReadError: _CUT,
    sdk.HTTPClientError: _CUT,
    ResponseParserError: NOT_AWS,
    sdk.ChecksumError: NOT_AWS,
    sdk.FlexibleChecksumError: NOT_AWS,
    sdk.ParamValidationError: _ASSERTED,
    sdk.ValidationError: _ASSERTED,
    sdk.DataNotFoundError: _ASSERTED,
    sdk.OperationNotPageableError: _ASSERTED,
    sdk.UnknownClientMethodError: _ASSERTED,
    sdk.BotoCoreError: Reason(
        Bug, "botocore raised an error that no table knows.", "Please report it, with the log file.", True
    ),
}
