# correct: Thread.start for each client, in Ruby, which waits in poll; one more thread beats once a second.

require 'socket'

LIMIT = 4 << 20

def serve(client)
  client.write "HELLO\n"
  line = client.gets("\n", LIMIT)
  if line&.end_with?("\n")
    client.write line.chomp.force_encoding(Encoding::UTF_8).scrub.upcase + "\n"
  elsif line && line.bytesize >= LIMIT
    client.write "ERROR: line too long\n"
  end
  hang_up(client)
rescue SystemCallError, IOError => e
  warn "client lost: #{e.message}"
ensure
  client.close
end

# Closing with unread bytes would reset the connection, which could destroy the answer.
def hang_up(client)
  client.close_write
  5.times do
    break unless IO.select([client], nil, nil, 0.1)
    client.readpartial(4 << 20)
  end
rescue EOFError
  nil
end

Thread.new { loop { sleep 1 } }
server = TCPServer.new(Integer(ARGV[0] || 3232))
loop do
  Thread.start(server.accept) { |client| serve(client) }
rescue SystemCallError, ThreadError => e
  # Without a free descriptor accept fails at once, again and again: wait until there may be one.
  warn "accept: #{e.message}"
  sleep 0.1
end
