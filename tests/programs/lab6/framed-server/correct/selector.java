// correct: one thread with a Selector; a buffer for each client that grows, and a write that waits for room.

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

class Main {
    static final int LIMIT = 100 << 20;

    static boolean withLength;

    static class Client {
        ByteBuffer in = ByteBuffer.allocate(4096);
        ByteBuffer out = ByteBuffer.allocate(0);
        int searched = 0;

        /* The length of the next message, which is taken out; -1 if it is not whole. */
        int next() throws IOException {
            if (withLength) {
                if (in.remaining() < 4) {
                    return -1;
                }
                int length = in.getInt(in.position());
                if (length < 0 || length > LIMIT) {
                    throw new IOException("a message is too long");
                }
                if (in.remaining() < 4 + length) {
                    return -1;
                }
                in.position(in.position() + 4 + length);
                return length;
            }
            for (int i = in.position() + searched; i < in.limit(); i++) {
                if (in.get(i) == '\n') {
                    int length = i - in.position();
                    if (length > 0 && in.get(i - 1) == '\r') {
                        length--;
                    }
                    in.position(i + 1);
                    searched = 0;
                    return length;
                }
            }
            searched = in.remaining();
            if (searched > LIMIT) {
                throw new IOException("a line is too long");
            }
            return -1;
        }

        void answer() throws IOException {
            in.flip();
            var answers = new StringBuilder();
            for (int length = next(); length >= 0; length = next()) {
                String text = Integer.toString(length);
                answers.append(withLength ? "\0\0\0" + (char) text.length() + text : text + "\n");
            }
            out = ByteBuffer.wrap(answers.toString().getBytes(StandardCharsets.US_ASCII));
            in.compact();
            if (!in.hasRemaining()) {
                in = ByteBuffer.allocate(2 * in.capacity()).put(in.flip());
            }
        }
    }

    /* Whether the client stays. */
    static boolean handle(SelectionKey key) {
        var client = (Client) key.attachment();
        var channel = (SocketChannel) key.channel();
        try {
            if (key.isReadable()) {
                if (channel.read(client.in) < 0) {
                    return false;
                }
                client.answer();
            }
            channel.write(client.out);
            key.interestOps(client.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            return true;
        } catch (IOException e) {
            System.err.println("client lost: " + e.getMessage());
            return false;
        }
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 6006;
        withLength = args.length > 1 && args[1].equals("length");
        var selector = Selector.open();
        var listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(port), 128);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.isAcceptable()) {
                    SocketChannel channel = listener.accept();
                    if (channel != null) {
                        channel.configureBlocking(false);
                        channel.register(selector, SelectionKey.OP_READ, new Client());
                    }
                } else if (!handle(key)) {
                    key.channel().close();
                }
            }
            selector.selectedKeys().clear();
        }
    }
}
