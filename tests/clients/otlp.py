"""Reads what was sent to a collector as OpenTelemetry's own definitions have it: unknown members are errors."""

import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

request = json.load(sys.stdin)
for resource in request["resourceSpans"]:
    for scope in resource["scopeSpans"]:
        for span in scope["spans"]:
            # OTLP writes ids in hexadecimal digits, where protobuf's JSON has base64.
            for name in ("traceId", "spanId", "parentSpanId"):
                if name in span:
                    bytes.fromhex(span[name])
                    del span[name]
message = json_format.ParseDict(request, ExportTraceServiceRequest())
json.dump(json_format.MessageToDict(message), sys.stdout)
