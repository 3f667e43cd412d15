// mistake: never flushes the PrintWriter, so that the greeting leaves together with the answer, when it is closed.
// fails: L3.2

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static final int LIMIT = 4 << 20;

    static void serve(Socket socket) throws IOException {
        PrintWriter out = new PrintWriter(socket.getOutputStream(), false, StandardCharsets.UTF_8);
        out.print("HELLO\n");
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
            out.print(text.toUpperCase(Locale.ROOT) + "\n");
        } else if (next != -1) {
            out.print("ERROR: line too long\n");
        }
        out.flush();
        hangUp(socket);
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

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 3232;
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port));
        while (true) {
            try (Socket socket = listener.accept()) {
                serve(socket);
            } catch (IOException e) {
                System.err.println("client lost: " + e.getMessage());
            }
        }
    }
}
