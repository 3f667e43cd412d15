# correct: the loop of TCPServer and accept; IO.select limits a write, times have the form of RFC 2822.

require 'socket'
require 'time'

WRITE_LIMIT = 2

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def send_line(client, text)
  until text.empty?
    case written = client.write_nonblock(text, exception: false)
    when :wait_writable
      raise Errno::ETIMEDOUT unless IO.select(nil, [client], nil, WRITE_LIMIT)
    else
      text = text.byteslice(written..)
    end
  end
end

# Closing with unread bytes would reset the connection, which could destroy the last lines.
def hang_up(client)
  client.close_write
  limit = now + 0.5
  while now < limit && IO.select([client], nil, nil, 0.1)
    break unless client.read_nonblock(65_536, exception: false)
  end
end

def serve(client, pause, iterations)
  client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
  start = now
  latest = Time.at(0)
  iterations.times do |line|
    left = start + line * pause - now
    sleep left if left.positive?
    latest = [latest, Time.now].max
    send_line(client, "{'time' : '#{latest.rfc2822}'}\n")
  end
  hang_up(client)
end

port, pause_ms, iterations = ARGV.map(&:to_i) + [2205, 1000, 15].drop(ARGV.size)
server = TCPServer.new(port)
loop do
  client = server.accept
  begin
    serve(client, pause_ms / 1000.0, iterations)
  rescue SystemCallError, IOError => e
    warn "client lost: #{e.message}"
  ensure
    client.close
  end
end
