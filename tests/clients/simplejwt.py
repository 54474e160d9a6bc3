"""Makes and checks tokens with PyJWT and djangorestframework-simplejwt themselves.

Reads {"generate": algorithm} and writes {"private": pem, "public": pem}; or reads {"algorithm": name,
"signing_key": text, "verifying_key": text, "jwks": {"keys": [...]}, "user_id": id, "tokens": {"access":
token, "refresh": token}} and writes {"pyjwt": {type: claims}, "simplejwt": {type: claims}, "made": {type:
token}}.
"""

import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa


def generate(algorithm):
    if algorithm == "EdDSA":
        key = ed25519.Ed25519PrivateKey.generate()
    elif algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1, "ES256K": ec.SECP256K1}
        key = ec.generate_private_key(curves[algorithm]())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {"private": private.decode(), "public": public.decode()}


def by_pyjwt(asked, token):
    key = asked["verifying_key"] or asked["signing_key"]
    if asked["jwks"]["keys"]:
        key = jwt.PyJWKSet.from_dict(asked["jwks"])[jwt.get_unverified_header(token)["kid"]].key
    return jwt.decode(token, key, algorithms=[asked["algorithm"]])


def exchange(asked):
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY=asked["signing_key"],
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
        SIMPLE_JWT={
            "ALGORITHM": asked["algorithm"],
            "SIGNING_KEY": asked["signing_key"],
            "VERIFYING_KEY": asked["verifying_key"],
        },
    )
    django.setup()
    from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

    kinds = {"access": AccessToken, "refresh": RefreshToken}
    made = RefreshToken()
    made["user_id"] = str(asked["user_id"])
    return {
        "pyjwt": {kind: by_pyjwt(asked, token) for kind, token in asked["tokens"].items()},
        "simplejwt": {kind: kinds[kind](token).payload for kind, token in asked["tokens"].items()},
        "made": {"access": str(made.access_token), "refresh": str(made)},
    }


asked = json.load(sys.stdin)
answer = generate(asked["generate"]) if "generate" in asked else exchange(asked)
json.dump(answer, sys.stdout)
