# correct: a listen of its own with the backlog, since TCPServer's is another; then accept_nonblock until there is nobody.

require 'socket'

server = TCPServer.new(Integer(ARGV[0] || 2367))
server.listen(4)
$stdin.gets
clients = []
while (client = server.accept_nonblock(exception: false)) != :wait_readable
  clients << client
end
puts "accepted #{clients.size} clients"
