// correct: takes 200 ms without a client for nobody waits any more.

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;

class Main {
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 2367;
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port), 4);
        for (int next = System.in.read(); next != '\n' && next != -1; next = System.in.read()) {
        }
        listener.setSoTimeout(200);
        int accepted = 0;
        try {
            while (true) {
                listener.accept();
                accepted++;
            }
        } catch (SocketTimeoutException e) {
            System.out.println("accepted " + accepted + " clients");
        }
    }
}
