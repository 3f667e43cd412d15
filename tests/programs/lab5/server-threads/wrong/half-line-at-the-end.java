// mistake: readLine, which gives what stands before the end of file for a line even if that has no end.
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
    static void converse(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        String line;
        while ((line = in.readLine()) != null) {
            out.println(line.toUpperCase(Locale.ROOT));
            if (line.equalsIgnoreCase("bye")) {
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
