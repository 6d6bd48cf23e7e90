-- Stand-ins for what the core makes.
local fakes = {}

--- The engine as the loop sees it, without a network: what its steps bring is
--- up to the test.
function fakes.engine()
  local engine = { batches = {}, steps = {}, load = 0, is_closed = false,
    is_forked = false }

  function engine:closed()
    return self.is_closed
  end

  function engine:close()
    self.is_closed = true
  end

  function engine:forked()
    return self.is_forked
  end

  function engine:running()
    return self.load
  end

  function engine:busy()
    return self.load > 0
  end

  function engine.fd()
    return 99
  end

  function engine:alarm(seconds)
    self.alarm_set, self.alarm_at = true, seconds
  end

  function engine:step(news, seconds, _, wait)
    table.insert(self.steps, { seconds = seconds, wait = wait })
    local tokens = table.remove(self.batches, 1) or {}
    for i, token in ipairs(tokens) do
      news[i] = token
    end
    return #tokens
  end

  return engine
end

--- A transfer of that engine.
function fakes.transfer(token)
  return {
    token = function()
      return token
    end,
    times = 0,
    told = function(self)
      return self.times
    end,
    result = function(self)
      return self.ended
    end,
    linger = function(self, seconds)
      self.lingers = seconds
    end,
  }
end

return fakes
