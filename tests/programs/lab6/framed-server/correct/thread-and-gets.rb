# correct: a thread for each client; gets with a limit, and read for an exact number of bytes.

require 'socket'

LIMIT = 16 * 1024 * 1024

def next_line(client)
  line = client.gets("\n", LIMIT + 2)
  return nil unless line&.end_with?("\n".b)

  line.chomp("\n").delete_suffix("\r")
end

def next_with_length(client)
  prefix = client.read(4)
  return nil if prefix.nil? || prefix.bytesize < 4

  length = prefix.unpack1('N')
  return nil if length > LIMIT
  return '' if length.zero?

  message = client.read(length)
  message if message&.bytesize == length
end

def serve(client, with_length)
  client.binmode
  client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
  while (message = with_length ? next_with_length(client) : next_line(client))
    answer = message.bytesize.to_s
    client.write(with_length ? [answer.bytesize].pack('N') + answer : "#{answer}\n")
  end
rescue SystemCallError, IOError => e
  warn "client lost: #{e.message}"
ensure
  client.close
end

port = (ARGV[0] || 6006).to_i
with_length = ARGV[1] == 'length'
listener = TCPServer.new('0.0.0.0', port)
listener.listen(128)
loop do
  client = listener.accept
  Thread.new { serve(client, with_length) }
end
