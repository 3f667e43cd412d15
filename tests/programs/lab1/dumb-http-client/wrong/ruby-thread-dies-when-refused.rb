# mistake: nobody rescues the error of a refused connection in a thread, which tells it and all who wait for the thread.
# fails: L1.7

require 'socket'

def copy(host, port)
  socket = TCPSocket.new(host, port)
  socket.write "Hello, sorry, but I don't speak HTTP...\r\n\r\n"
  loop { $stdout.write socket.readpartial(16_384) }
rescue EOFError
  socket.close
rescue SocketError, Errno::ECONNRESET => e
  abort "#{host}: #{e.message}"
end

$stdout.binmode
$stdout.sync = true
Thread.new { copy(ARGV[0], ARGV[1].to_i) }.join
