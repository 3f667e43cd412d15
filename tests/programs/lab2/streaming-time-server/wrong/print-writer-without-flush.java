// mistake: never flushes the PrintWriter, so that the lines leave when it is full or closed.
// fails: L2.2 L2.4 L2.S3

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

class Main {
    static final int WRITE_LIMIT_MS = 2000;

    static final ScheduledThreadPoolExecutor WATCHDOG = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });

    static {
        WATCHDOG.setRemoveOnCancelPolicy(true);
    }

    static void giveUp(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            System.err.println("close: " + e.getMessage());
        }
    }

    static ScheduledFuture<?> limitFor(Socket socket) {
        return WATCHDOG.schedule(() -> giveUp(socket), WRITE_LIMIT_MS, TimeUnit.MILLISECONDS);
    }

    static void serve(Socket socket, int pauseMs, int iterations) throws IOException, InterruptedException {
        PrintWriter out = new PrintWriter(socket.getOutputStream(), false, StandardCharsets.UTF_8);
        long start = System.nanoTime();
        long time = 0;
        for (long line = 0; line < iterations; line++) {
            long due = start + line * pauseMs * 1_000_000L;
            long left = (due - System.nanoTime() + 999_999) / 1_000_000;
            if (left > 0) {
                Thread.sleep(left);
            }
            time = Math.max(time, System.currentTimeMillis());
            ScheduledFuture<?> limit = limitFor(socket);
            out.print("{'time' : '" + new Date(time) + "'}\n");
            limit.cancel(false);
            if (socket.isClosed()) {
                throw new IOException("it does not read");
            }
        }
        ScheduledFuture<?> limit = limitFor(socket);
        out.flush();
        limit.cancel(false);
        hangUp(socket);
    }

    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    static void hangUp(Socket socket) throws IOException {
        socket.shutdownOutput();
        socket.setSoTimeout(100);
        long end = System.nanoTime() + 500_000_000L;
        byte[] rest = new byte[65536];
        while (System.nanoTime() < end && socket.getInputStream().read(rest) != -1) {
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 2205;
        int pauseMs = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int iterations = args.length > 2 ? Integer.parseInt(args[2]) : 15;
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port));
        while (true) {
            try (Socket socket = listener.accept()) {
                serve(socket, pauseMs, iterations);
            } catch (IOException e) {
                System.err.println("client lost: " + e.getMessage());
            }
        }
    }
}
