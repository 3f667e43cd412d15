# correct: sleeps until the next line is due, and gives a client that does not read two seconds with select.

require 'socket'

WRITE_LIMIT = 2

def send_line(client, text)
  until text.empty?
    taken = client.write_nonblock(text, exception: false)
    if taken == :wait_writable
      raise IOError, 'it does not read' unless client.wait_writable(WRITE_LIMIT)
    else
      text = text.byteslice(taken..)
    end
  end
end

# Closing with unread bytes would reset the connection, which could destroy the last lines.
def hang_up(client)
  client.close_write
  finish = now + 0.5
  while now < finish && client.wait_readable(0.1)
    break if client.read_nonblock(65_536, exception: false).nil?
  end
end

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def serve(client, pause, iterations)
  start = now
  time = 0
  iterations.times do |line|
    left = start + line * pause - now
    sleep(left) if left.positive?
    time = [time, Time.now.to_i].max
    send_line(client, "{'time' : '#{Time.at(time).utc.strftime('%Y-%m-%dT%H:%M:%SZ')}'}\n")
  end
  hang_up(client)
end

port = (ARGV[0] || 2205).to_i
pause = (ARGV[1] || 1000).to_i / 1000.0
iterations = (ARGV[2] || 15).to_i
listener = TCPServer.new('0.0.0.0', port)
loop do
  client = listener.accept
  begin
    serve(client, pause, iterations)
  rescue IOError, SystemCallError => error
    warn("client lost: #{error.message}")
  ensure
    client.close
  end
end
