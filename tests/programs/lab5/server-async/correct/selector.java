// correct: a Selector, which is epoll, and non-blocking channels.

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static Selector selector;
    static SelectionKey listening;

    static class Client {
        final SocketChannel channel;
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer unsent = ByteBuffer.allocate(0);
        boolean leaving;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        // One read and one write at the most; says whether the client stays.
        boolean turn() throws IOException {
            if (!unsent.hasRemaining()) {
                ByteBuffer piece = ByteBuffer.allocate(4096);
                if (channel.read(piece) < 0) {
                    return false;
                }
                take(piece.flip());
            }
            channel.write(unsent);
            return !leaving || unsent.hasRemaining();
        }

        void take(ByteBuffer piece) {
            StringBuilder answers = new StringBuilder();
            while (piece.hasRemaining() && !leaving) {
                byte next = piece.get();
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                if (text.endsWith("\r")) {
                    text = text.substring(0, text.length() - 1);
                }
                answers.append(text.toUpperCase(Locale.ROOT)).append('\n');
                leaving = text.equalsIgnoreCase("bye");
            }
            unsent = ByteBuffer.wrap(answers.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    static void accept(ServerSocketChannel listener) throws Exception {
        try {
            SocketChannel channel;
            while ((channel = listener.accept()) != null) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Client(channel));
            }
        } catch (IOException e) {
            // Without a free descriptor the listener stays ready: leave it out until a client leaves.
            System.err.println("accept: " + e.getMessage());
            if (selector.keys().size() > 1) {
                listening.interestOps(0);
            } else {
                Thread.sleep(100);
            }
        }
    }

    static void serve(SelectionKey key, Client client) throws IOException {
        boolean stays = false;
        try {
            stays = client.turn();
        } catch (IOException e) {
            System.err.println("client lost: " + e.getMessage());
        }
        if (stays) {
            key.interestOps(client.unsent.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } else {
            client.channel.close();
            listening.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9907;
        selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.socket().setReuseAddress(true);
        listener.bind(new InetSocketAddress(port), 1024);
        listener.configureBlocking(false);
        listening = listener.register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select();
            var ready = selector.selectedKeys().toArray(new SelectionKey[0]);
            selector.selectedKeys().clear();
            for (SelectionKey key : ready) {
                if (key == listening) {
                    accept(listener);
                } else {
                    serve(key, (Client) key.attachment());
                }
            }
        }
    }
}
