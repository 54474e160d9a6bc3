-- What wrk sends: one random credential a request, from the file $BENCH_CREDENTIALS (one a line),
-- behind the word $BENCH_SCHEME, with the method $BENCH_METHOD. Without a file: no credential.
-- Ends with one line: RESULT {json}.
local scheme = os.getenv("BENCH_SCHEME") or "Token"
local method = os.getenv("BENCH_METHOD") or "GET"
local file = os.getenv("BENCH_CREDENTIALS") or ""
local requests, count = {}, 0

local function add(credential)
  count = count + 1
  if credential then
    wrk.headers["Authorization"] = scheme .. " " .. credential
  end
  requests[count] = wrk.format(method, nil, wrk.headers, nil)
end

function init()
  math.randomseed(os.time())
  if file == "" then
    add(nil)
    return
  end
  for line in io.lines(file) do
    add(line)
  end
end

function request()
  return requests[math.random(count)]
end

function done(summary, latency)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), failed))
end
