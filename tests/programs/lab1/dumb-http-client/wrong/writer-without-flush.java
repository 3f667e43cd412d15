// mistake: never flushes the buffered writer, so that the request is never sent.
// fails: L1.2 L1.6

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
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
        Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII);
        out.write(REQUEST);
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        for (int length = in.read(buffer); length != -1; length = in.read(buffer)) {
            System.out.write(buffer, 0, length);
            System.out.flush();
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
