// correct: a thread for each client with DataInputStream and DataOutputStream, flushed after each answer.

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class Main {
    static final int LIMIT = 16 << 20;

    /* The length of the next line; -1 when there is none. */
    static int readLine(DataInputStream in) throws IOException {
        int length = 0;
        int before = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return before == '\r' ? length - 1 : length;
            }
            if (++length > LIMIT + 1) {
                throw new IOException("a line is too long");
            }
            before = b;
        }
        return -1;
    }

    static int readWithLength(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LIMIT) {
            throw new IOException("a message is too long: " + Integer.toUnsignedString(length));
        }
        var message = new ByteArrayOutputStream();
        var piece = new byte[8192];
        while (message.size() < length) {
            int n = in.read(piece, 0, Math.min(piece.length, length - message.size()));
            if (n < 0) {
                throw new EOFException("in the middle of a message");
            }
            message.write(piece, 0, n);
        }
        return message.size();
    }

    static void converse(Socket socket, boolean withLength) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        while (true) {
            int length = withLength ? readWithLength(in) : readLine(in);
            if (length < 0) {
                return;
            }
            byte[] answer = Integer.toString(length).getBytes(StandardCharsets.US_ASCII);
            if (withLength) {
                out.writeInt(answer.length);
                out.write(answer);
            } else {
                out.write(answer);
                out.write('\n');
            }
            out.flush();
        }
    }

    static void serve(Socket socket, boolean withLength) {
        try (socket) {
            converse(socket, withLength);
        } catch (IOException e) {
            System.err.println("client lost: " + e.getMessage());
        }
    }

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 6006;
        boolean withLength = args.length > 1 && args[1].equals("length");
        try (var listener = new ServerSocket(port, 128)) {
            while (true) {
                Socket socket = listener.accept();
                new Thread(() -> serve(socket, withLength)).start();
            }
        }
    }
}
