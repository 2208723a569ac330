"""Schemathesis sends ids that it has seen in answers. The application that it works as, and the key that has signed its
token, are spared: without them every further answer would be a 401."""

import base64
import json
import os

import schemathesis


def part(index):
    text = os.environ["TOKEN"].split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


SPARED = {part(0)["kid"], part(1)["client_id"]}


@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in (case.path_parameters or {}).items():
        if value in SPARED:
            case.path_parameters[name] = "spared"
