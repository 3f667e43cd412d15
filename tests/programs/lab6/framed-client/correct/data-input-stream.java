// correct: DataInputStream for lengths, byte by byte for lines; System.out is flushed.

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;

class Main {
    static final int LIMIT = 16 << 20;

    static byte[] readLine(DataInputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                byte[] bytes = line.toByteArray();
                boolean returns = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
                return returns ? java.util.Arrays.copyOf(bytes, bytes.length - 1) : bytes;
            }
            line.write(b);
            if (line.size() > LIMIT + 1) {
                throw new IOException("a line is too long");
            }
        }
        if (line.size() > 0) {
            throw new EOFException();
        }
        return null;
    }

    static byte[] readWithLength(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        if (length < 0 || length > LIMIT) {
            throw new IOException("a message is too long: " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] message = in.readNBytes(length);
        if (message.length < length) {
            throw new EOFException();
        }
        return message;
    }

    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "localhost";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 6006;
        boolean withLength = args.length > 2 && args[2].equals("length");
        PrintStream out = System.out;
        try (var socket = new Socket(host, port)) {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            byte[] message;
            while ((message = withLength ? readWithLength(in) : readLine(in)) != null) {
                out.write(message, 0, message.length);
                out.write('\n');
                out.flush();
            }
        } catch (EOFException e) {
            System.err.println("the server closed in the middle of a message");
            System.exit(1);
        } catch (IOException e) {
            System.err.println(host + ":" + port + ": " + e.getMessage());
            System.exit(1);
        }
    }
}
