// correct: sets the time-out of the socket anew before each byte, so that one deadline holds for all.

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

class Main {
    static long deadline;

    static int left() {
        return (int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
    }

    static Socket connect(String host, int port) throws IOException {
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), left());
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = e;
            }
        }
        throw failure;
    }

    static void expect(Socket socket, String wanted) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        String problem = "";
        int next = 0;
        try {
            InputStream in = socket.getInputStream();
            while (next != '\n' && line.size() < 1000) {
                socket.setSoTimeout(left());
                next = in.read();
                if (next == -1) {
                    problem = "the server closed";
                    break;
                }
                line.write(next);
                if (next != '\n' && System.nanoTime() > deadline) {
                    throw new SocketTimeoutException();
                }
            }
        } catch (SocketTimeoutException e) {
            problem = "time-out";
        } catch (IOException e) {
            problem = "connection lost: " + e.getMessage();
        }
        String text = line.toString(StandardCharsets.UTF_8);
        if (!text.equals(wanted + "\n") && !text.equals(wanted + "\r\n")) {
            fail("expected \"" + wanted + "\" and a line end, got \"" + text + "\"; " + problem);
        }
    }

    static void fail(String message) {
        System.err.println(message);
        System.exit(1);
    }

    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "localhost";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 3232;
        long timeout = args.length > 2 ? Long.parseLong(args[2]) : 10000;
        deadline = System.nanoTime() + timeout * 1_000_000;
        Socket socket = null;
        try {
            socket = connect(host, port);
            expect(socket, "HELLO");
            socket.getOutputStream().write("ThIS is a TeSt\n".getBytes(StandardCharsets.US_ASCII));
            expect(socket, "THIS IS A TEST");
        } catch (IOException e) {
            String what = socket == null ? "cannot connect to " + host + ":" + port : "connection lost";
            fail(what + ": " + e);
        }
        System.out.println("the server answered THIS IS A TEST, as it should");
    }
}
