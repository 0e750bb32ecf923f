"""What is answered here, without moto: EC2, who we are, and the account's alias."""

from __future__ import annotations

import base64

from trainctl_tui.simcloud import identity
from trainctl_tui.simcloud.engine import DEFAULT_ACCOUNT, Engine, EngineError
from trainctl_tui.simcloud.engine.errors import unsupported
from trainctl_tui.simcloud.wire import bodies, shapes
from trainctl_tui.simcloud.wire.bodies import Reply
from trainctl_tui.simcloud.wire.question import Question


def account_of(question: Question) -> str:
    """Return the account a key belongs to: a key that is twelve digits names its own."""
    key = question.access_key
    return key if len(key) == 12 and key.isdigit() else DEFAULT_ACCOUNT


def reply(engine: Engine, question: Question, request_id: str) -> Reply | None:
    """Answer a question, or return None if it is moto's to answer."""
    if question.name == "sts:GetCallerIdentity":
        return bodies.xml(_identity(account_of(question), request_id), request_id)
    if question.name == "iam:ListAccountAliases":
        return bodies.xml(_aliases(request_id), request_id)
    if question.service != "ec2":
        return None
    try:
        return _ec2(engine, question, request_id)
    except EngineError as error:
        return bodies.error("ec2", error.code, error.message, error.status, request_id)


def _ec2(engine: Engine, question: Question, request_id: str) -> Reply | None:
    action = question.action
    if not engine.knows(action):
        if not shapes.exists(action):
            raise EngineError("InvalidAction", f"The action {action} is not valid for this web service.")
        if shapes.names_a_resource_of_ours(action):
            raise unsupported(action)
        return None
    try:
        params = shapes.parse(action, question.form)
    except (ValueError, AttributeError, TypeError) as error:
        raise EngineError("InvalidParameterValue", "A parameter could not be read.") from error
    answer = engine.call(action, params, region=question.region, account=account_of(question))
    if action == "GetConsoleOutput":
        answer = {**answer, "Output": base64.b64encode(answer["Output"].encode()).decode()}
    return bodies.xml(shapes.answer(action, answer, request_id), request_id)


def _identity(account: str, request_id: str) -> bytes:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult><Arn>{identity.arn(account)}</Arn>"
        f"<UserId>{identity.user_id(account)}</UserId><Account>{account}</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    ).encode()


def _aliases(request_id: str) -> bytes:
    return (
        '<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<ListAccountAliasesResult><IsTruncated>false</IsTruncated>"
        f"<AccountAliases><member>{identity.ALIAS}</member></AccountAliases></ListAccountAliasesResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</ListAccountAliasesResponse>"
    ).encode()
