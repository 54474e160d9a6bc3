"""What Django and Django REST framework read of requests.

Reads {"bodies": [[content type, base64]], "pages": [text], "count": number, "hosts": [text], "allowed": [pattern]} and writes
{"bodies": [answer], "pages": [number or null], "hosts": [bool], "codecs": [[name, base64 of JSON or null, text]], "digits":
[text]}. An answer is {"status": number, "fields": {name: text}, "files": {name: [name as it is stored, base64]}}; 500 stands for
an exception. Codecs are all names that Python knows, with {"first_name": text} in them; null for those that make no text. Digits are
twos, one of each script.
"""

import base64
import codecs
import encodings
import encodings.aliases
import json
import pkgutil
import sys
import unicodedata

import django
from django.conf import settings

LETTERS = "éüяЖあ한中אقกŁΩşЂİ"


def start():
    settings.configure(SECRET_KEY="x", ROOT_URLCONF=[], ALLOWED_HOSTS=["*"], REST_FRAMEWORK={"UNAUTHENTICATED_USER": None})
    django.setup()


def read(content_type, body):
    from django.utils.text import get_valid_filename
    from rest_framework.response import Response
    from rest_framework.test import APIRequestFactory
    from rest_framework.views import APIView

    class View(APIView):
        authentication_classes = []

        def patch(self, request):
            data, files = request.data, request.FILES
            fields = {name: data[name] for name in data if name not in files}
            files = {name: [get_valid_filename(file.name), encode(file.read())] for name, file in files.items()}
            return Response({"fields": fields, "files": files})

    request = APIRequestFactory().generic("PATCH", "/", base64.b64decode(body), content_type=content_type)
    try:
        answer = View.as_view()(request)
    except Exception:
        return {"status": 500}
    return {"status": answer.status_code, **answer.data} if answer.status_code == 200 else {"status": answer.status_code}


def encode(data):
    return base64.b64encode(data).decode()


def page(text, count):
    from rest_framework.exceptions import NotFound
    from rest_framework.pagination import PageNumberPagination
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    pagination = PageNumberPagination()
    pagination.page_size = 1
    request = Request(APIRequestFactory().get("/", {"page": text}))
    try:
        pagination.paginate_queryset(range(count), request)
    except NotFound:
        return None
    return pagination.page.number


def sample(name):
    try:
        codec = codecs.lookup(name)
    except Exception:
        return []
    if not codec._is_text_encoding:
        return [[name, None, ""]]
    text = ""
    for letter in LETTERS:
        try:
            if codec.decode(codec.encode(text + letter)[0])[0] == text + letter:
                text += letter
        except Exception:
            pass
    try:
        body = codec.encode(json.dumps({"first_name": text}, ensure_ascii=False))[0]
    except Exception:
        return []
    return [[name, encode(body), text]]


def main():
    from django.http.request import split_domain_port, validate_host

    asked = json.load(sys.stdin)
    modules = {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    names = set(encodings.aliases.aliases) | set(encodings.aliases.aliases.values()) | modules
    hosts = [split_domain_port(host)[0] for host in asked["hosts"]]
    digits = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.decimal(chr(code), None) == 2]
    json.dump(
        {
            "bodies": [read(*body) for body in asked["bodies"]],
            "pages": [page(text, asked["count"]) for text in asked["pages"]],
            "hosts": [bool(host) and validate_host(host, asked["allowed"]) for host in hosts],
            "codecs": [one for name in sorted(names) for one in sample(name)],
            "digits": digits,
        },
        sys.stdout,
    )


start()
main()
