// correct: a scheduled executor beside the clients' threads works every second.

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

class Main {
    static final int LINE_LIMIT = 64 << 10;
    static final int QUEUE_LIMIT = 8 << 20;
    static final int STACK = 256 << 10;
    static final List<Client> room = new ArrayList<>();

    static class Client {
        final Socket socket;
        String name = "An anonymous user";
        private final ByteArrayOutputStream queue = new ByteArrayOutputStream();
        private boolean ended;
        private boolean sent;

        Client(Socket socket) {
            this.socket = socket;
        }

        // Never blocks: a client that has stopped reading is cut off when its queue is full.
        synchronized void send(byte[] line) {
            if (ended) {
                return;
            }
            if (queue.size() + line.length > QUEUE_LIMIT) {
                ended = true;
                queue.reset();
                close();
            } else {
                queue.writeBytes(line);
            }
            notifyAll();
        }

        void send(String line) {
            send(encode(line));
        }

        private synchronized byte[] next() throws InterruptedException {
            while (queue.size() == 0 && !ended) {
                wait();
            }
            byte[] bytes = queue.toByteArray();
            queue.reset();
            return bytes;
        }

        void writeOut() {
            try {
                for (byte[] bytes = next(); bytes.length > 0; bytes = next()) {
                    socket.getOutputStream().write(bytes);
                }
            } catch (IOException | InterruptedException e) {
                System.err.println("client lost: " + e.getMessage());
            }
            synchronized (this) {
                ended = true;
                sent = true;
                queue.reset();
                notifyAll();
            }
        }

        // Closing with unread bytes would reset the connection, which could destroy the last lines.
        void hangUp() throws IOException, InterruptedException {
            synchronized (this) {
                ended = true;
                notifyAll();
                long end = System.nanoTime() + 1_000_000_000L;
                while (!sent && System.nanoTime() < end) {
                    wait(100);
                }
            }
            if (!sent || socket.isClosed()) {
                return;
            }
            socket.shutdownOutput();
            socket.setSoTimeout(100);
            long end = System.nanoTime() + 500_000_000L;
            byte[] rest = new byte[16384];
            while (System.nanoTime() < end && socket.getInputStream().read(rest) != -1) {
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                System.err.println("close: " + e.getMessage());
            }
        }
    }

    static byte[] encode(String line) {
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static void tellAll(String line) {
        byte[] bytes = encode(line);
        for (Client client : room) {
            client.send(bytes);
        }
    }

    static void join(Client client) {
        synchronized (room) {
            tellAll("Someone has arrived...");
            client.send("Welcome to the presence server! Commands are HELLO, SAY, WHO, BYE and KILL.");
            room.add(client);
        }
    }

    static void leave(Client client) {
        synchronized (room) {
            if (room.remove(client)) {
                tellAll(client.name + " has left the room.");
            }
        }
    }

    /** Whether the client stays. */
    static boolean obey(Client client, String line) throws IOException, InterruptedException {
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        synchronized (room) {
            switch (words[0].toUpperCase(Locale.ROOT)) {
                case "HELLO":
                    String name = rest.strip().split(" ")[0];
                    client.name = name.isEmpty() ? "An anonymous user" : name;
                    tellAll(client.name + " is in the room.");
                    return true;
                case "SAY":
                    tellAll(client.name + " says: " + (rest.isEmpty() ? "nothing..." : rest));
                    return true;
                case "WHO":
                    StringBuilder list = new StringBuilder("Currently connected users:\n");
                    for (Client member : room) {
                        list.append(" - ").append(member.name).append("\n");
                    }
                    client.send(list.toString());
                    return true;
                case "BYE":
                    tellAll(client.name + " is about to leave the room.");
                    leave(client);
                    return false;
                case "KILL":
                    client.send("KILL command received. Bringing server down...");
                    break;
                default:
                    client.send("What? I only understand HELLO, SAY, WHO, BYE and KILL commands");
                    return true;
            }
        }
        try {
            client.hangUp();
        } finally {
            Runtime.getRuntime().halt(0);
        }
        return false;
    }

    static void listenTo(Client client) throws IOException, InterruptedException {
        InputStream in = new BufferedInputStream(client.socket.getInputStream());
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != -1; next = in.read()) {
            if (next != '\n') {
                line.write(next);
                if (line.size() > LINE_LIMIT) {
                    client.send("That line is too long.");
                    return;
                }
                continue;
            }
            String text = line.toString(StandardCharsets.UTF_8).replaceFirst("\r$", "");
            line.reset();
            if (!obey(client, text.replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", "_"))) {
                return;
            }
        }
    }

    static void work(Client client) {
        try {
            listenTo(client);
        } catch (IOException | InterruptedException e) {
            System.err.println("client lost: " + e.getMessage());
        }
        leave(client);
        try {
            client.hangUp();
        } catch (IOException | InterruptedException e) {
            System.err.println("client lost: " + e.getMessage());
        }
        client.close();
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9907;
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port), 1024);
        Executors.newSingleThreadScheduledExecutor().scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.SECONDS);
        while (true) {
            try {
                Client client = new Client(listener.accept());
                join(client);
                new Thread(null, client::writeOut, "writer", STACK).start();
                new Thread(null, () -> work(client), "reader", STACK).start();
            } catch (IOException e) {
                // Without a free descriptor accept fails at once, again and again: wait until there may be one.
                System.err.println("accept: " + e.getMessage());
                Thread.sleep(100);
            }
        }
    }
}
