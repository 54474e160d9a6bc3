-- What wrk sends. Each request is picked at random from those that are made of the lines of files:
--   BENCH_CREDENTIALS   credentials, behind the word BENCH_SCHEME, with the method BENCH_METHOD
--   BENCH_FORMS         bodies of log-ins, form-encoded
--   BENCH_MIX           "read,update,log in", in hundredths: reads of the credentials, updates by them, and log-ins
--   BENCH_PAUSE         mean milliseconds that a connection pauses before a request
-- Without files: requests without credentials. Ends with one line: RESULT {json}.
local FORM = "application/x-www-form-urlencoded"
local LOG_IN = "/api/auth/token/"

local function setting(name)
  local value = os.getenv(name)
  if value ~= "" then return value end
end

local scheme, method = setting("BENCH_SCHEME") or "Token", setting("BENCH_METHOD") or "GET"
local mix, pause = setting("BENCH_MIX"), tonumber(setting("BENCH_PAUSE"))
local reads, updates, log_ins = {}, {}, {}
local read_share, update_share = 100, 0

local function each_line(name, add)
  local file = setting(name)
  if file then
    for line in io.lines(file) do add(line) end
  end
end

function init()
  math.randomseed(os.time())
  each_line("BENCH_CREDENTIALS", function(credential)
    local headers = { Authorization = scheme .. " " .. credential }
    reads[#reads + 1] = wrk.format(method, nil, headers, nil)
    if mix then
      headers["Content-Type"] = FORM
      updates[#updates + 1] = wrk.format("PATCH", nil, headers, "first_name=Name" .. #updates)
    end
  end)
  each_line("BENCH_FORMS", function(form)
    log_ins[#log_ins + 1] = wrk.format("POST", LOG_IN, { ["Content-Type"] = FORM }, form)
  end)
  if mix then
    read_share, update_share = mix:match("(%d+),(%d+)")
    read_share, update_share = tonumber(read_share), tonumber(update_share)
  elseif #log_ins > 0 then
    read_share = 0
  elseif #reads == 0 then
    reads[1] = wrk.format(method, nil, {}, nil)
  end
end

function request()
  local die = math.random(100)
  local kind = log_ins
  if die <= read_share then
    kind = reads
  elseif die <= read_share + update_share then
    kind = updates
  end
  return kind[math.random(#kind)]
end

if pause then
  function delay()
    return math.random(0, 2 * pause)
  end
end

function done(summary, latency)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), failed))
end
