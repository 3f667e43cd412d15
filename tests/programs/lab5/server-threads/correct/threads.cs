// correct: a background thread for each client.

using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

static class Program {
    static bool Answer(NetworkStream stream, MemoryStream line) {
        string text = Encoding.UTF8.GetString(line.ToArray());
        if (text.EndsWith("\r", StringComparison.Ordinal))
            text = text.Substring(0, text.Length - 1);
        byte[] answer = Encoding.UTF8.GetBytes("> " + text.ToUpperInvariant() + "\n");
        stream.Write(answer, 0, answer.Length);
        return !text.Equals("bye", StringComparison.OrdinalIgnoreCase);
    }

    static void Converse(NetworkStream stream) {
        var piece = new byte[4096];
        var line = new MemoryStream();
        int length;
        while ((length = stream.Read(piece, 0, piece.Length)) > 0) {
            for (int i = 0; i < length; i++) {
                if (piece[i] != '\n') {
                    line.WriteByte(piece[i]);
                    continue;
                }
                if (!Answer(stream, line))
                    return;
                line.SetLength(0);
            }
        }
    }

    static void Serve(Socket client) {
        try {
            using (var stream = new NetworkStream(client, true))
                Converse(stream);
        } catch (IOException error) {
            Console.Error.WriteLine("client lost: " + error.Message);
        }
    }

    static void Main(string[] arguments) {
        int port = arguments.Length > 0 ? int.Parse(arguments[0]) : 2323;
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(1024);
        while (true) {
            try {
                Socket client = listener.Accept();
                new Thread(() => Serve(client), 256 << 10) { IsBackground = true }.Start();
            } catch (SocketException error) {
                // Without a free descriptor accept fails at once, again and again: wait until there may be one.
                Console.Error.WriteLine("accept: " + error.Message);
                Thread.Sleep(100);
            }
        }
    }
}
