// mistake: formats the local time with a Z in quotation marks, which no time zone is behind.
// fails: L2.3

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.Date;

class Main {
    static final int WRITE_LIMIT_MS = 2000;

    static void serve(SocketChannel client, int pauseMs, int iterations)
            throws IOException, InterruptedException {
        client.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            SelectionKey key = client.register(selector, SelectionKey.OP_WRITE);
            long start = System.nanoTime();
            long time = 0;
            for (long line = 0; line < iterations; line++) {
                long due = start + line * pauseMs * 1_000_000L;
                long left = (due - System.nanoTime() + 999_999) / 1_000_000;
                if (left > 0) {
                    Thread.sleep(left);
                }
                time = Math.max(time, System.currentTimeMillis());
                send(client, selector, "{'time' : '" + formatted(time) + "'}\n");
            }
            client.shutdownOutput();
            key.interestOps(SelectionKey.OP_READ);
            drain(client, selector);
        }
    }

    static String formatted(long time) {
        return new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'Z'").format(new Date(time));
    }

    static void send(SocketChannel client, Selector selector, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            if (client.write(bytes) == 0 && selector.select(WRITE_LIMIT_MS) == 0) {
                throw new SocketTimeoutException("it does not read");
            }
            selector.selectedKeys().clear();
        }
    }

    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    static void drain(SocketChannel client, Selector selector) throws IOException {
        long end = System.nanoTime() + 500_000_000L;
        ByteBuffer rest = ByteBuffer.allocate(65536);
        while (System.nanoTime() < end && selector.select(100) > 0) {
            selector.selectedKeys().clear();
            if (client.read(rest.clear()) < 0) {
                return;
            }
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 2205;
        int pauseMs = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int iterations = args.length > 2 ? Integer.parseInt(args[2]) : 15;
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(new InetSocketAddress(port));
        while (true) {
            try (SocketChannel client = listener.accept()) {
                serve(client, pauseMs, iterations);
            } catch (IOException e) {
                System.err.println("client lost: " + e.getMessage());
            }
        }
    }
}
