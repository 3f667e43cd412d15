// correct: the lecture's server, all of it built in: a PrintWriter that is flushed, a second between two lines, fifteen lines.
// arguments:

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Date;

class Main {
    static final int PORT = 2205;
    static final int ITERATIONS = 15;
    static final long PAUSE_MS = 1000;

    static void serve(Socket socket) throws IOException, InterruptedException {
        PrintWriter writer = new PrintWriter(socket.getOutputStream());
        long start = System.nanoTime();
        long time = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            long left = PAUSE_MS * i - (System.nanoTime() - start) / 1_000_000;
            if (left > 0) {
                Thread.sleep(left);
            }
            time = Math.max(time, System.currentTimeMillis());
            writer.print(String.format("{'time' : '%s'}\n", new Date(time)));
            writer.flush();
            if (writer.checkError()) {
                throw new IOException("the client has gone");
            }
        }
        socket.shutdownOutput();
        // Closing with unread bytes would reset the connection, which could destroy the last lines.
        socket.setSoTimeout(100);
        long end = System.nanoTime() + 500_000_000L;
        byte[] rest = new byte[65536];
        while (System.nanoTime() < end && socket.getInputStream().read(rest) != -1) {
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ServerSocket serverSocket = new ServerSocket(PORT);
        while (true) {
            try (Socket socket = serverSocket.accept()) {
                serve(socket);
            } catch (IOException e) {
                System.err.println("client lost: " + e.getMessage());
            }
        }
    }
}
