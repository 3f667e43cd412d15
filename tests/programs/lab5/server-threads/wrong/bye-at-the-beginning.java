// mistake: takes every line for bye that begins with it.
// fails: L5.3

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    /* The next line without its end; null at the end of file, be it behind a line that is not whole. */
    static String readLine(BufferedReader in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return line.toString();
            }
            line.append((char) c);
        }
        return null;
    }

    static void converse(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        String line;
        while ((line = readLine(in)) != null) {
            out.println(line.toUpperCase(Locale.ROOT));
            if (line.toLowerCase(Locale.ROOT).startsWith("bye")) {
                return;
            }
        }
    }

    static void serve(Socket socket) {
        try (socket) {
            converse(socket);
        } catch (IOException e) {
            System.err.println("client lost: " + e.getMessage());
        }
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 2323;
        ServerSocket listener = new ServerSocket(port, 1024);
        while (true) {
            try {
                Socket socket = listener.accept();
                new Thread(() -> serve(socket)).start();
            } catch (IOException e) {
                // Without a free descriptor accept fails at once, again and again: wait until there may be one.
                System.err.println("accept: " + e.getMessage());
                Thread.sleep(100);
            }
        }
    }
}
