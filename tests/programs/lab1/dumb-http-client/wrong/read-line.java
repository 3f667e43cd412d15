// mistake: reads with readLine and prints with println, which changes line ends and loses what is not text.
// fails: L1.4 L1.S1 L1.S4

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

class Main {
    static final String REQUEST = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";

    static Socket connect(String host, int port) throws IOException {
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port));
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = e;
            }
        }
        throw failure;
    }

    static void fetch(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        BufferedReader in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(line);
        }
    }

    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "www.heig-vd.ch";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 80;
        Socket socket = null;
        try {
            socket = connect(host, port);
            fetch(socket);
        } catch (UnknownHostException e) {
            System.err.println("unknown host " + host);
            System.exit(1);
        } catch (IOException e) {
            String what = socket == null ? "cannot connect to " + host + ":" + port : "connection lost";
            System.err.println(what + ": " + e.getMessage());
            System.exit(1);
        }
    }
}
