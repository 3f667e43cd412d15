# correct: fork for each client; SIGCHLD is ignored, so that no child becomes a zombie.

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
end

trap("CHLD", "IGNORE")
listener = TCPServer.new("0.0.0.0", Integer(ARGV.fetch(0, "3490")))
listener.listen(1024)
loop do
  connection = listener.accept
  fork do
    listener.close
    serve(connection)
    connection.close
    exit!
  end
  connection.close
rescue SystemCallError => e
  warn "accept: #{e.message}"
  sleep 0.1
end
