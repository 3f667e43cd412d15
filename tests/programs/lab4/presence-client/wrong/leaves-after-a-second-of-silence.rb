# mistake: at the end of standard input it says BYE, and leaves when a second has gone by in which nothing came.
# fails: L4.15

require 'socket'

abort 'usage: presence-client HOST PORT NAME' unless ARGV.size == 3
host, port, name = ARGV

# The next piece; nil at the end.
def piece(source)
  source.readpartial(16_384)
rescue EOFError
  nil
end

def lines(buffer)
  lines = []
  while (line = buffer.slice!(/\A[^\n]*\n/n))
    lines << line.chomp
  end
  lines
end

begin
  server = TCPSocket.new(host, port)
rescue SystemCallError, SocketError => e
  abort "cannot connect to #{host}:#{port}: #{e.message}"
end

$stdout.sync = true
$stdout.binmode
heard, typed = String.new, String.new
sources = [server, $stdin]
begin
  server.write "HELLO #{name}\n"
  loop do
    ready, = IO.select(sources, nil, nil, sources.size == 2 ? nil : 1)
    break unless ready
    if ready.include?($stdin)
      typed << (piece($stdin) || (typed.empty? ? "BYE\n" : "\nBYE\n"))
      lines(typed).each do |line|
        server.write "#{line}\n"
        next unless line.strip.casecmp?('bye')

        sources = [server]
        break
      end
    end
    next unless ready.include?(server)

    part = piece(server)
    break unless part

    heard << part
    lines(heard).each { |line| puts line }
  end
rescue SystemCallError => e
  abort "connection lost: #{e.message}" if sources.size == 2
end
abort 'the server closed the connection' if sources.size == 2
