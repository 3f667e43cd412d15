# mistake: nobody rescues the error of a refused connection.
# fails: L1.7

require 'socket'

begin
  socket = TCPSocket.new(ARGV[0], ARGV[1].to_i)
rescue SocketError => e
  abort "unknown host #{ARGV[0]}: #{e.message}"
end

$stdout.binmode
$stdout.sync = true
begin
  socket.write "Hello, sorry, but I don't speak HTTP...\r\n\r\n"
  loop { $stdout.write socket.readpartial(16_384) }
rescue EOFError
  socket.close
rescue SystemCallError => e
  abort "connection lost: #{e.message}"
end
