-- Load for wrk. Arguments: file of requests, threads in all, text that each answer must have or ''.
-- A line of the file is a body, or a header's value for X-Hub-Signature-256, a tab and a body.
-- With a text to look for the requests are sent once and then no more: a code works once only.
local number_of_threads_made, threads = 0, {}

function setup(thread)
  thread:set('number', number_of_threads_made)
  number_of_threads_made = number_of_threads_made + 1
  threads[#threads + 1] = thread
end

function init(arguments)
  local every, expected_text = tonumber(arguments[2]), arguments[3]
  requests, position, sent_once, unexpected = {}, 0, expected_text ~= '', 0
  local line_number = 0
  for line in io.lines(arguments[1]) do
    if line_number % every == number then
      local signature, body = line:match('^(%S+)\t(.*)$')
      wrk.headers['X-Hub-Signature-256'] = signature
      requests[#requests + 1] = wrk.format('POST', nil, nil, body or line)
    end
    line_number = line_number + 1
  end
  if sent_once then
    function response(_, _, body)
      if not body:find(expected_text, 1, true) then unexpected = unexpected + 1 end
    end
  end
end

function request()
  position = position + 1
  if position > #requests then
    if sent_once then wrk.thread:stop() end
    position = 1
  end
  return requests[position]
end

function done(summary, latency, _)
  local unexpected_in_all = 0
  for _, thread in ipairs(threads) do
    unexpected_in_all = unexpected_in_all + (thread:get('unexpected') or 0)
  end
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\nfigures %d %d %d %d %d %d %d\n', summary.requests, summary.duration, summary.errors.status,
    broken, unexpected_in_all, latency:percentile(50), latency:percentile(99)))
end
