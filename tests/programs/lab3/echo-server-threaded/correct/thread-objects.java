// correct: a Thread object for each client, the listener's in main.

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static final int LIMIT = 4 << 20;

    static void serve(Socket socket) throws IOException {
        send(socket, "HELLO\n");
        InputStream in = new BufferedInputStream(socket.getInputStream());
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next != -1 && next != '\n' && line.size() < LIMIT) {
            line.write(next);
            next = in.read();
        }
        if (next == '\n') {
            String text = line.toString(StandardCharsets.UTF_8);
            if (text.endsWith("\r")) {
                text = text.substring(0, text.length() - 1);
            }
            send(socket, text.toUpperCase(Locale.ROOT) + "\n");
        } else if (next != -1) {
            send(socket, "ERROR: line too long\n");
        }
        hangUp(socket);
    }

    static void work(Socket socket) {
        try (socket) {
            serve(socket);
        } catch (IOException e) {
            System.err.println("client lost: " + e.getMessage());
        }
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    // Closing with unread bytes would reset the connection, which could destroy the answer.
    static void hangUp(Socket socket) throws IOException {
        socket.shutdownOutput();
        socket.setSoTimeout(100);
        long end = System.nanoTime() + 500_000_000L;
        byte[] rest = new byte[65536];
        while (System.nanoTime() < end && socket.getInputStream().read(rest) != -1) {
        }
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 3232;
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port));
        while (true) {
            try {
                Socket socket = listener.accept();
                new Thread(() -> work(socket)).start();
            } catch (IOException e) {
                // Without a free descriptor accept fails at once, again and again: wait until there may be one.
                System.err.println("accept: " + e.getMessage());
                Thread.sleep(100);
            }
        }
    }
}
