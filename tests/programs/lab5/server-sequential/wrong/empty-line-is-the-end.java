// mistake: takes an empty line for the end of the conversation.
// fails: L5.1

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class Main {
    static void serve(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        out.println("Hello. Say bye to leave.");
        String line;
        while ((line = in.readLine()) != null && !line.isEmpty()) {
            out.println("> " + line.toUpperCase(Locale.ROOT));
            if (line.equalsIgnoreCase("bye")) {
                return;
            }
        }
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 2424;
        ServerSocket listener = new ServerSocket(port, 128);
        while (true) {
            try (Socket socket = listener.accept()) {
                serve(socket);
            } catch (IOException e) {
                System.err.println("client lost: " + e.getMessage());
            }
        }
    }
}
