// correct: a timer beside the two threads works every second.

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Timer;
import java.util.TimerTask;

class Main {
    static volatile boolean saidBye;

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

    /** The next line without its end, or null at the end of the stream. */
    static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next == -1) {
            return null;
        }
        for (; next != -1 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    static void send(OutputStream server, String line) throws IOException {
        server.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void sendInput(OutputStream server) {
        InputStream input = new BufferedInputStream(System.in);
        try {
            while (!saidBye) {
                String line = readLine(input);
                if (line == null) {
                    line = "BYE";
                }
                saidBye = line.equalsIgnoreCase("BYE");
                send(server, line);
            }
        } catch (IOException e) {
            // The thread that reads from the server is told as well.
        }
    }

    static final TimerTask BEAT = new TimerTask() {
        @Override
        public void run() {}
    };

    static String talk(Socket socket, String name) {
        try {
            send(socket.getOutputStream(), "HELLO " + name);
            OutputStream server = socket.getOutputStream();
            Thread sender = new Thread(() -> sendInput(server));
            new Timer(true).scheduleAtFixedRate(BEAT, 1000, 1000);
            sender.setDaemon(true);
            sender.start();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String line = readLine(in); line != null; line = readLine(in)) {
                System.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                System.out.flush();
            }
            return "the server closed the connection";
        } catch (IOException e) {
            return "connection lost: " + e.getMessage();
        }
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: presence-client HOST PORT NAME");
            System.exit(2);
        }
        Socket socket = null;
        try {
            socket = connect(args[0], Integer.parseInt(args[1]));
        } catch (UnknownHostException e) {
            System.err.println("unknown host " + args[0]);
            System.exit(1);
        } catch (IOException e) {
            System.err.println("cannot connect to " + args[0] + ":" + args[1] + ": " + e.getMessage());
            System.exit(1);
        }
        String end = talk(socket, args[2]);
        if (!saidBye) {
            System.err.println(end);
            System.exit(1);
        }
    }
}
