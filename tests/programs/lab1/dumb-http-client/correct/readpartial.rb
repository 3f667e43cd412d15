# correct: reads what there is, until EOFError; a second thread beats once a second.

require 'socket'

REQUEST = "Hello, sorry, but I don't speak HTTP...\r\n\r\n"
host, port = ARGV[0] || 'www.heig-vd.ch', (ARGV[1] || 80).to_i

beats = 0
Thread.new { loop { sleep 1; beats += 1 } }

begin
  socket = Socket.tcp(host, port, connect_timeout: 30)
rescue SocketError => e
  abort "unknown host #{host}: #{e.message}"
rescue SystemCallError => e
  abort "cannot connect to #{host}:#{port}: #{e.message}"
end

$stdout.binmode
$stdout.sync = true
begin
  socket.write REQUEST
  loop { $stdout.write socket.readpartial(16_384) }
rescue EOFError
  socket.close
rescue SystemCallError => e
  abort "connection lost: #{e.message}"
end
