// correct: puts a line together from short pieces, so that a long one leaves a gigabyte of garbage.

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static final int LIMIT = (1 << 20) + 4096;

    static void serve(Socket socket) throws IOException {
        send(socket, "HELLO\n");
        InputStream in = socket.getInputStream();
        byte[] piece = new byte[512];
        // One character for each byte, since a character may be cut in two.
        String line = "";
        int length = in.read(piece);
        while (length != -1) {
            line += new String(piece, 0, length, StandardCharsets.ISO_8859_1);
            int end = line.indexOf('\n', line.length() - length);
            if (end != -1) {
                answer(socket, line.substring(0, end).getBytes(StandardCharsets.ISO_8859_1));
                break;
            }
            if (line.length() > LIMIT) {
                send(socket, "ERROR: line too long\n");
                break;
            }
            length = in.read(piece);
        }
        hangUp(socket);
    }

    static void answer(Socket socket, byte[] line) throws IOException {
        String text = new String(line, StandardCharsets.UTF_8);
        if (text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        send(socket, text.toUpperCase(Locale.ROOT) + "\n");
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
