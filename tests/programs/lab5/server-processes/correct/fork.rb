# correct: fork for each client; a thread for each child waits for its end (Process.detach).

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

listener = TCPServer.new("0.0.0.0", Integer(ARGV.fetch(0, "3490")))
listener.listen(1024)
loop do
  connection = listener.accept
  child = fork do
    listener.close
    serve(connection)
    connection.close
    exit!
  end
  connection.close
  Process.detach(child)
rescue SystemCallError => e
  warn "accept: #{e.message}"
  sleep 0.1
end
