# correct: Thread.new for each client.

require "socket"

def serve(connection)
  while (line = connection.gets)
    return unless line.end_with?("\n")

    text = line.delete_suffix("\n").delete_suffix("\r")
    connection.write("> #{text.upcase}\n")
    return if text.casecmp?("bye")
  end
rescue SystemCallError, IOError => e
  warn "client lost: #{e.message}"
ensure
  connection.close
end

listener = TCPServer.new("0.0.0.0", Integer(ARGV.fetch(0, "2323")))
listener.listen(1024)
loop do
  connection = listener.accept
  Thread.new { serve(connection) }
rescue SystemCallError => e
  # Without a free descriptor accept fails at once, again and again: wait until there may be one.
  warn "accept: #{e.message}"
  sleep 0.1
end
