// mistake: reads with readLine, which keeps a line that never ends until memory is full.
// fails: L3.S4

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static final int LIMIT = 4 << 20;

    static void serve(Socket socket) throws IOException {
        send(socket, "HELLO\n");
        BufferedReader in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = in.readLine();
        if (line != null) {
            send(socket, line.toUpperCase(Locale.ROOT) + "\n");
        }
        hangUp(socket);
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
