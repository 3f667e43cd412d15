# correct: gets with a limit; the socket is waited for by Ruby itself, in poll.

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

server = TCPServer.new(Integer(ARGV[0] || 3232))
loop do
  client = server.accept
  begin
    serve(client)
    hang_up(client)
  rescue SystemCallError, IOError => e
    warn "client lost: #{e.message}"
  ensure
    client.close
  end
end
