# correct: Ruby's Timeout around the whole conversation, which starts a thread that waits beside it.

require 'socket'
require 'timeout'

host, port, patience = ARGV + ['localhost', '3232', '10000'].drop(ARGV.size)

def expect(socket, wanted)
  line = socket.gets("\n", 1000)
  return if line && line.end_with?("\n") && line.chomp == wanted

  abort "expected #{"#{wanted}\n".inspect}, got #{line.inspect}"
end

begin
  Timeout.timeout(patience.to_i / 1000.0) do
    socket = TCPSocket.new(host, port)
    expect(socket, 'HELLO')
    socket.write "ThIS is a TeSt\n"
    expect(socket, 'THIS IS A TEST')
    socket.close
  end
rescue Timeout::Error
  abort 'gave up: the server does not answer'
rescue SystemCallError, SocketError => e
  abort "#{host}:#{port}: #{e.message}"
end
puts 'the server answered THIS IS A TEST, as it should'
