// mistake: works in another thread, and prints the stack of what that did not catch when the connection is refused.
// fails: L1.7

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        for (int length = in.read(buffer); length != -1; length = in.read(buffer)) {
            System.out.write(buffer, 0, length);
            System.out.flush();
        }
    }

    public static void main(String[] args) throws InterruptedException {
        Thread thread = new Thread(() -> run(args));
        thread.setUncaughtExceptionHandler((dead, error) -> {
            error.printStackTrace();
            System.exit(1);
        });
        thread.start();
        thread.join();
    }

    static void run(String[] args) {
        String host = args.length > 0 ? args[0] : "www.heig-vd.ch";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 80;
        Socket socket;
        try {
            socket = connect(host, port);
        } catch (UnknownHostException e) {
            System.err.println("unknown host " + host);
            System.exit(1);
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(host + ":" + port, e);
        }
        try {
            fetch(socket);
        } catch (IOException e) {
            System.err.println("connection lost: " + e.getMessage());
            System.exit(1);
        }
    }
}
